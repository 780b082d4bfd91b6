// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), gates in the order of stock
// layers: i, f, o = σ(x W + h U + b), g = tanh(x W_c + h U_c + b_c), c_t = f c_{t-1} + i g, h_t = o tanh(c_t).
import { sigmoidRun, tanhRun } from "./activation.js";
import {
  type BackwardPass,
  type ForwardStep,
  isMasked,
  type RecurrentArrays,
  type RecurrentGradients,
  type RecurrentProblem,
  type Tape,
  timeOf,
} from "./problem.js";
import { projectBackward, projectForward } from "./projection.js";

export function lstmForward(problem: RecurrentProblem, arrays: RecurrentArrays, tape: Tape): ForwardStep {
  const { batch, units } = problem;
  const { hidden, carry, gates } = tape;
  const projection = projectForward(problem, arrays, { from: 0, to: 4 * units });
  const a = projection.out;
  const tanhCarry = new Float64Array(units);
  return (walked) => {
    const t = timeOf(problem, walked);
    const before = walked * batch * units;
    const after = before + batch * units;
    projection.apply(hidden, before, t);
    for (let row = 0; row < batch; row++) {
      const was = before + row * units;
      const is = after + row * units;
      if (isMasked(problem, arrays, row, t)) {
        hidden.copyWithin(is, was, was + units);
        carry.copyWithin(is, was, was + units);
        continue;
      }
      const i = row * projection.stride;
      const f = i + units;
      const g = f + units;
      const o = g + units;
      sigmoidRun(a, i, g);
      tanhRun(a, g, o);
      sigmoidRun(a, o, o + units);
      const kept = (walked * batch + row) * 4 * units;
      for (let n = 0; n < 4 * units; n++) gates[kept + n] = a[i + n]!;
      for (let unit = 0; unit < units; unit++) {
        const c = a[f + unit]! * carry[was + unit]! + a[i + unit]! * a[g + unit]!;
        carry[is + unit] = c;
        tanhCarry[unit] = c;
      }
      tanhRun(tanhCarry, 0, units);
      for (let unit = 0; unit < units; unit++) hidden[is + unit] = a[o + unit]! * tanhCarry[unit]!;
    }
  };
}

/** @param dCarry gradient of c [B, H], zero at first; after the last step that of the initial c */
export function lstmBackward(
  problem: RecurrentProblem,
  arrays: RecurrentArrays,
  tape: Tape,
  stepCount: number,
  gradients: RecurrentGradients,
  dCarry: Float64Array,
): BackwardPass {
  const { batch, units } = problem;
  const { hidden, carry, gates } = tape;
  const projection = projectBackward(problem, arrays, { from: 0, to: 4 * units }, stepCount);
  const { dGates } = projection;
  const tanhCarry = new Float64Array(units);
  return {
    step(walked, dHidden) {
      const t = timeOf(problem, walked);
      const before = walked * batch * units;
      const after = before + batch * units;
      for (let row = 0; row < batch; row++) {
        const first = row * units;
        const da = row * 4 * units;
        if (isMasked(problem, arrays, row, t)) {
          dGates.fill(0, da, da + 4 * units);
          continue;
        }
        for (let unit = 0; unit < units; unit++) tanhCarry[unit] = carry[after + first + unit]!;
        tanhRun(tanhCarry, 0, units);
        const kept = (walked * batch + row) * 4 * units;
        for (let unit = 0; unit < units; unit++) {
          const i = gates[kept + unit]!;
          const f = gates[kept + units + unit]!;
          const g = gates[kept + 2 * units + unit]!;
          const o = gates[kept + 3 * units + unit]!;
          const tanhC = tanhCarry[unit]!;
          const dh = dHidden[first + unit]!;
          const dc = dCarry[first + unit]! + dh * o * (1 - tanhC * tanhC);
          dGates[da + unit] = dc * g * i * (1 - i);
          dGates[da + units + unit] = dc * carry[before + first + unit]! * f * (1 - f);
          dGates[da + 2 * units + unit] = dc * i * (1 - g * g);
          dGates[da + 3 * units + unit] = dh * tanhC * o * (1 - o);
          dCarry[first + unit] = dc * f;
          dHidden[first + unit] = 0;
        }
      }
      projection.apply(hidden, before, t);
      projection.addHidden(dHidden);
      projection.addInputs(gradients.x, t);
    },
    finish: () => projection.finish(gradients),
  };
}

// The gated recurrent unit (Cho et al. 2014), with the reset before the recurrent product as in stock layers:
// z, r = σ(x W + h U + b), h̃ = tanh(x W_h + (r ∘ h_{t-1}) U_h + b_h), h_t = z h_{t-1} + (1 - z) h̃.
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

export function gruForward(problem: RecurrentProblem, arrays: RecurrentArrays, tape: Tape): ForwardStep {
  const { batch, units } = problem;
  const { hidden, gates } = tape;
  const updateReset = projectForward(problem, arrays, { from: 0, to: 2 * units });
  const candidate = projectForward(problem, arrays, { from: 2 * units, to: 3 * units });
  const resetHidden = new Float32Array(batch * units);
  return (walked) => {
    const t = timeOf(problem, walked);
    const before = walked * batch * units;
    const after = before + batch * units;
    updateReset.apply(hidden, before, t);
    for (let row = 0; row < batch; row++) {
      const z = row * updateReset.stride;
      const r = z + units;
      sigmoidRun(updateReset.out, z, r + units);
      for (let unit = 0; unit < units; unit++) {
        const n = row * units + unit;
        resetHidden[n] = updateReset.out[r + unit]! * hidden[before + n]!;
      }
    }
    candidate.apply(resetHidden, 0, t);
    for (let row = 0; row < batch; row++) {
      const was = before + row * units;
      const is = after + row * units;
      if (isMasked(problem, arrays, row, t)) {
        hidden.copyWithin(is, was, was + units);
        continue;
      }
      const z = row * updateReset.stride;
      const c = row * candidate.stride;
      tanhRun(candidate.out, c, c + units);
      const kept = (walked * batch + row) * 3 * units;
      for (let unit = 0; unit < units; unit++) {
        const update = updateReset.out[z + unit]!;
        const proposed = candidate.out[c + unit]!;
        gates[kept + unit] = update;
        gates[kept + units + unit] = updateReset.out[z + units + unit]!;
        gates[kept + 2 * units + unit] = proposed;
        hidden[is + unit] = update * hidden[was + unit]! + (1 - update) * proposed;
      }
    }
  };
}

export function gruBackward(
  problem: RecurrentProblem,
  arrays: RecurrentArrays,
  tape: Tape,
  stepCount: number,
  gradients: RecurrentGradients,
): BackwardPass {
  const { batch, units } = problem;
  const { hidden, gates } = tape;
  const updateReset = projectBackward(problem, arrays, { from: 0, to: 2 * units }, stepCount);
  const candidate = projectBackward(problem, arrays, { from: 2 * units, to: 3 * units }, stepCount);
  const resetHidden = new Float32Array(batch * units);
  return {
    step(walked, dHidden) {
      const t = timeOf(problem, walked);
      const before = walked * batch * units;
      for (let row = 0; row < batch; row++) {
        const first = row * units;
        const da = row * 2 * units;
        if (isMasked(problem, arrays, row, t)) {
          candidate.dGates.fill(0, first, first + units);
          updateReset.dGates.fill(0, da, da + 2 * units);
          // h_t = h_{t-1}: dHidden goes through as it is.
          continue;
        }
        const kept = (walked * batch + row) * 3 * units;
        for (let unit = 0; unit < units; unit++) {
          const z = gates[kept + unit]!;
          const r = gates[kept + units + unit]!;
          const proposed = gates[kept + 2 * units + unit]!;
          const h = hidden[before + first + unit]!;
          const dh = dHidden[first + unit]!;
          updateReset.dGates[da + unit] = dh * (h - proposed) * z * (1 - z);
          candidate.dGates[first + unit] = dh * (1 - z) * (1 - proposed * proposed);
          resetHidden[first + unit] = r * h;
          dHidden[first + unit] = dh * z;
        }
      }
      candidate.apply(resetHidden, 0, t);
      for (let row = 0; row < batch; row++) {
        if (isMasked(problem, arrays, row, t)) continue;
        const first = row * units;
        const kept = (walked * batch + row) * 3 * units;
        const from = row * candidate.stride;
        for (let unit = 0; unit < units; unit++) {
          const r = gates[kept + units + unit]!;
          const dResetHidden = candidate.out[from + unit]!;
          updateReset.dGates[row * 2 * units + units + unit] =
            dResetHidden * hidden[before + first + unit]! * r * (1 - r);
          dHidden[first + unit]! += dResetHidden * r;
        }
      }
      updateReset.apply(hidden, before, t);
      updateReset.addHidden(dHidden);
      updateReset.addInputs(gradients.x, t);
      candidate.addInputs(gradients.x, t);
    },
    finish() {
      updateReset.finish(gradients);
      candidate.finish(gradients);
    },
  };
}

// The simple recurrent cell (Elman 1990): h_t = tanh(x_t W + h_{t-1} U + b).
import { tanhRun } from "./activation.js";
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

export function rnnForward(problem: RecurrentProblem, arrays: RecurrentArrays, tape: Tape): ForwardStep {
  const { batch, units } = problem;
  const { hidden } = tape;
  const projection = projectForward(problem, arrays, { from: 0, to: units });
  const a = projection.out;
  return (walked) => {
    const t = timeOf(problem, walked);
    const before = walked * batch * units;
    const after = before + batch * units;
    projection.apply(hidden, before, t);
    for (let row = 0; row < batch; row++) {
      const to = after + row * units;
      if (isMasked(problem, arrays, row, t)) {
        hidden.copyWithin(to, before + row * units, before + (row + 1) * units);
        continue;
      }
      const from = row * projection.stride;
      tanhRun(a, from, from + units);
      for (let unit = 0; unit < units; unit++) hidden[to + unit] = a[from + unit]!;
    }
  };
}

export function rnnBackward(
  problem: RecurrentProblem,
  arrays: RecurrentArrays,
  tape: Tape,
  stepCount: number,
  gradients: RecurrentGradients,
): BackwardPass {
  const { batch, units } = problem;
  const { hidden } = tape;
  const projection = projectBackward(problem, arrays, { from: 0, to: units }, stepCount);
  const { dGates } = projection;
  return {
    step(walked, dHidden) {
      const t = timeOf(problem, walked);
      const before = walked * batch * units;
      const after = before + batch * units;
      for (let row = 0; row < batch; row++) {
        const first = row * units;
        if (isMasked(problem, arrays, row, t)) {
          dGates.fill(0, first, first + units);
          continue;
        }
        for (let i = first; i < first + units; i++) {
          const h = hidden[after + i]!;
          dGates[i] = dHidden[i]! * (1 - h * h);
          dHidden[i] = 0;
        }
      }
      projection.apply(hidden, before, t);
      projection.addHidden(dHidden);
      projection.addInputs(gradients.x, t);
    },
    finish: () => projection.finish(gradients),
  };
}

// A recurrent layer over whole sequences, forward and backward, on typed arrays alone. In: a problem and its arrays. Out: the
// states and a tape; from the tape, every gradient. Any other implementation of the kernels stands behind these two functions.
import { gateCounts } from "./cells.js";
import { gruBackward, gruForward } from "./gru.js";
import { lstmBackward, lstmForward } from "./lstm.js";
import {
  type BackwardPass,
  type ForwardStep,
  type RecurrentArrays,
  type RecurrentGradients,
  type RecurrentProblem,
  stateCount,
  type Tape,
  tapeLength,
  tapeViews,
  timeOf,
} from "./problem.js";
import { rnnBackward, rnnForward } from "./rnn.js";

export type { RecurrentArrays, RecurrentGradients, RecurrentProblem } from "./problem.js";

export interface RecurrentResult {
  /** h at every step, in the order of time also when walked in reverse [B, T, H]; or after the last step walked [B, H] */
  readonly output: Float32Array;
  /** For `recurrentBackward`, of length `tapeLength(problem)`. */
  readonly tape: Float32Array;
}

export function recurrentForward(problem: RecurrentProblem, arrays: RecurrentArrays): RecurrentResult {
  const { batch, time, units, sequences } = problem;
  const buffer = new Float32Array(tapeLength(problem));
  const tape = tapeViews(problem, buffer);
  if (arrays.initialState !== null) {
    tape.hidden.set(arrays.initialState.subarray(0, batch * units));
    if (problem.cell === "lstm") tape.carry.set(arrays.initialState.subarray(batch * units));
  }
  const step = forwardStep(problem, arrays, tape);
  for (let walked = 0; walked < time; walked++) step(walked);

  if (!sequences) return { output: tape.hidden.slice(time * batch * units), tape: buffer };
  const output = new Float32Array(batch * time * units);
  for (let walked = 0; walked < time; walked++) {
    const t = timeOf(problem, walked);
    for (let row = 0; row < batch; row++) {
      const from = ((walked + 1) * batch + row) * units;
      output.set(tape.hidden.subarray(from, from + units), (row * time + t) * units);
    }
  }
  return { output, tape: buffer };
}

/**
 * Backpropagation through time (Werbos 1990).
 * @param buffer the tape that `recurrentForward` left for the same problem and arrays
 * @param dOutput gradient of the output, shaped as it
 */
export function recurrentBackward(
  problem: RecurrentProblem,
  arrays: RecurrentArrays,
  buffer: Float32Array,
  dOutput: Float32Array,
): RecurrentGradients {
  const { cell, batch, time, units, sequences, truncate } = problem;
  const tape = tapeViews(problem, buffer);
  const stepCount = truncate === 0 ? time : Math.min(truncate, time);
  const gradients: RecurrentGradients = {
    x: new Float32Array(arrays.x.length),
    kernel: new Float32Array(arrays.kernel.length),
    recurrentKernel: new Float32Array(arrays.recurrentKernel.length),
    bias: new Float32Array(gateCounts[cell] * units),
    initialState: new Float32Array(stateCount(cell) * batch * units),
  };
  const dHidden = new Float64Array(batch * units);
  const dCarry = new Float64Array(cell === "lstm" ? batch * units : 0);
  const pass = backwardPass(problem, arrays, tape, stepCount, gradients, dCarry);
  if (!sequences) dHidden.set(dOutput);
  for (let walked = time - 1; walked >= time - stepCount; walked--) {
    if (sequences) addStep(problem, dOutput, timeOf(problem, walked), dHidden);
    pass.step(walked, dHidden);
  }
  pass.finish();
  if (stepCount === time) {
    gradients.initialState.set(dHidden);
    gradients.initialState.set(dCarry, batch * units);
  }
  return gradients;
}

/** dHidden [B, H] += dOutput [B, T, H] at time `t` */
function addStep({ batch, time, units }: RecurrentProblem, dOutput: Float32Array, t: number, dHidden: Float64Array) {
  for (let row = 0; row < batch; row++) {
    const from = (row * time + t) * units;
    for (let unit = 0; unit < units; unit++) dHidden[row * units + unit]! += dOutput[from + unit]!;
  }
}

function forwardStep(problem: RecurrentProblem, arrays: RecurrentArrays, tape: Tape): ForwardStep {
  switch (problem.cell) {
    case "rnn":
      return rnnForward(problem, arrays, tape);
    case "lstm":
      return lstmForward(problem, arrays, tape);
    case "gru":
      return gruForward(problem, arrays, tape);
    default:
      return problem.cell satisfies never;
  }
}

function backwardPass(
  problem: RecurrentProblem,
  arrays: RecurrentArrays,
  tape: Tape,
  stepCount: number,
  gradients: RecurrentGradients,
  dCarry: Float64Array,
): BackwardPass {
  switch (problem.cell) {
    case "rnn":
      return rnnBackward(problem, arrays, tape, stepCount, gradients);
    case "lstm":
      return lstmBackward(problem, arrays, tape, stepCount, gradients, dCarry);
    case "gru":
      return gruBackward(problem, arrays, tape, stepCount, gradients);
    default:
      return problem.cell satisfies never;
  }
}

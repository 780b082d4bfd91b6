// The recurrent layer as a TensorFlow.js operation: differentiable, on any backend that `registerRecurrentKernels` was called
// for. In: tensors. Out: the states.
import { engine, type NamedTensorMap, type Tensor, type Tensor2D, type Tensor3D, tidy } from "@tensorflow/tfjs-core";
import { type CellKind, gateCounts } from "./cells.js";
import type { RecurrentProblem } from "./problem.js";

export const forwardKernel = "HindcastRecurrent";
export const backwardKernel = "HindcastRecurrentGrad";

export interface RecurrentTensors {
  /** [B, T, I]; finite also where masked */
  readonly x: Tensor3D;
  /** [I, G·H] */
  readonly kernel: Tensor;
  /** [H, G·H] */
  readonly recurrentKernel: Tensor;
  /** [G·H] */
  readonly bias: Tensor;
  /** [B, T], float32; 0: the step is left out and the state carried on */
  readonly mask?: Tensor2D | null;
  /** [S, B, H]: h, and for lstm c behind it; zeros when absent */
  readonly initialState?: Tensor3D | null;
}

export interface RecurrentOptions {
  readonly cell: CellKind;
  /** Walk the window from its last step to its first. */
  readonly reverse?: boolean;
  readonly sequences?: boolean;
  /** Steps that backpropagation goes back; 0, the default, for all. */
  readonly truncate?: number;
}

/** What the kernels get beside tensors. The optional inputs follow x, kernel, recurrentKernel and bias in this order. */
export interface RecurrentAttributes extends RecurrentProblem {
  readonly masked: boolean;
  readonly initial: boolean;
}

/** The last state [B, H], and with `sequences` every state in the order of time, whichever way walked [B, T, H]. */
export function recurrent(tensors: RecurrentTensors, options: RecurrentOptions): Tensor {
  const { x, kernel, recurrentKernel, bias, mask = null, initialState = null } = tensors;
  const [batch, time, inputs] = x.shape;
  const units = bias.size / gateCounts[options.cell];
  const attributes: RecurrentAttributes = {
    cell: options.cell,
    batch,
    time,
    inputs,
    units,
    reverse: options.reverse ?? false,
    sequences: options.sequences ?? false,
    truncate: options.truncate ?? 0,
    masked: mask !== null,
    initial: initialState !== null,
  };
  const given = [x, kernel, recurrentKernel, bias, mask, initialState].filter((tensor) => tensor !== null);
  return tidy(() => {
    // A list, which `saveAllInputs` asks for; the engine itself takes it for a map by index.
    const results = engine().runKernel(forwardKernel, given as unknown as NamedTensorMap, { ...attributes });
    return (results as Tensor[])[0]!;
  });
}

// What a recurrent pass is given and what it keeps, as typed arrays. Everything is row-major float32.
import { type CellKind, gateCounts } from "./cells.js";

export interface RecurrentProblem {
  readonly cell: CellKind;
  /** B */
  readonly batch: number;
  /** T */
  readonly time: number;
  /** I */
  readonly inputs: number;
  /** H */
  readonly units: number;
  /** Walks the window from its last step to its first. */
  readonly reverse: boolean;
  /** The output holds the state at every step instead of only after the last one walked. */
  readonly sequences: boolean;
  /** Backpropagation stops this many steps back from the last one walked; what lies before is constant. 0: the whole window. */
  readonly truncate: number;
}

export interface RecurrentArrays {
  /** [B, T, I] */
  readonly x: Float32Array;
  /** W [I, G·H] */
  readonly kernel: Float32Array;
  /** U [H, G·H] */
  readonly recurrentKernel: Float32Array;
  /** b [G·H] */
  readonly bias: Float32Array;
  /** [B, T]; at a 0 the step is left out and the state carried on. */
  readonly mask: Float32Array | null;
  /** [S, B, H]: h, and for lstm c behind it; null for zeros. */
  readonly initialState: Float32Array | null;
}

/** Gradients, each shaped as what it is the gradient of. */
export interface RecurrentGradients {
  readonly x: Float32Array;
  readonly kernel: Float32Array;
  readonly recurrentKernel: Float32Array;
  readonly bias: Float32Array;
  readonly initialState: Float32Array;
}

/** S: arrays of [B, H] that a cell carries from step to step. */
export function stateCount(cell: CellKind): number {
  return cell === "lstm" ? 2 : 1;
}

/** What the forward pass leaves for the backward one, in the order in which steps are walked: views of one buffer. */
export interface Tape {
  /** h before the first step and after each one [T + 1, B, H] */
  readonly hidden: Float32Array;
  /** c likewise [T + 1, B, H]; empty unless lstm */
  readonly carry: Float32Array;
  /** Activated gates [T, B, G·H]; empty for rnn, whose only gate is h */
  readonly gates: Float32Array;
}

function tapeSizes({ cell, batch, time, units }: RecurrentProblem) {
  const states = (time + 1) * batch * units;
  return {
    hidden: states,
    carry: cell === "lstm" ? states : 0,
    gates: cell === "rnn" ? 0 : time * batch * gateCounts[cell] * units,
  };
}

export function tapeLength(problem: RecurrentProblem): number {
  const { hidden, carry, gates } = tapeSizes(problem);
  return hidden + carry + gates;
}

export function tapeViews(problem: RecurrentProblem, buffer: Float32Array): Tape {
  const { hidden, carry, gates } = tapeSizes(problem);
  return {
    hidden: buffer.subarray(0, hidden),
    carry: buffer.subarray(hidden, hidden + carry),
    gates: buffer.subarray(hidden + carry, hidden + carry + gates),
  };
}

/** The time step walked as number `walked`. */
export function timeOf(problem: RecurrentProblem, walked: number): number {
  return problem.reverse ? problem.time - 1 - walked : walked;
}

export function isMasked({ time }: RecurrentProblem, { mask }: RecurrentArrays, row: number, t: number): boolean {
  return mask !== null && mask[row * time + t] === 0;
}

/** One step of a cell's forward pass: fills the tape's state `walked` + 1 from its state `walked`. */
export type ForwardStep = (walked: number) => void;

export interface BackwardPass {
  /**
   * Takes `dHidden` [B, H], the gradient of the state after step `walked`, to that of the state before it, in place, and adds
   * what the step gives to the other gradients.
   */
  step(walked: number, dHidden: Float64Array): void;
  /** Writes what the steps have summed up; dHidden is by now that of the initial state. */
  finish(): void;
}

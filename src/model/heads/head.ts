// What a head is: how wide the last layer is for a step, what it costs to be wrong, and what it says of the step. In: what the last
// layer gives for one step, before any activation. Out: losses with their slopes; points, quantiles and draws, on the scaled target.
import type { Random } from "../../base/random.js";

/** Numbers of a step that a dense layer of their own gives, each through the activation. */
export interface HeadPart {
  /** Of the layer, in the saved model. */
  readonly name: string;
  /** Numbers a step. */
  readonly width: number;
  readonly activation: "linear" | "softplus" | "softmax";
  /** Learns from the encoder's state without teaching it. */
  readonly detached?: boolean;
}

/**
 * `raw` is [P], the parts one after the other. `spread` is what the scaled target was divided by: a head of counts needs it to know
 * which counts are meant; the others do without.
 */
export interface Head {
  readonly parts: readonly HeadPart[];
  /** Forecasts are counts: whole numbers from 0 on. */
  readonly isCount?: boolean;
  /** @param slope [P] is written: the derivative of the loss by `raw` */
  loss(raw: Float64Array, target: number, spread: number, slope: Float64Array): number;
  point(raw: Float64Array, spread: number): number;
  /** Never falls with the level. @param level in (0, 1) */
  quantile(raw: Float64Array, level: number, spread: number): number;
  draw(raw: Float64Array, random: Random, spread: number): number;
  readonly bins?: Bins;
}

/** Of a head that tells levels apart. */
export interface Bins {
  /** N */
  readonly count: number;
  /** @returns [N] the probability of each; valid until the next call */
  shares(raw: Float64Array): Float64Array;
  /** The bin that a target falls in. */
  find(target: number): number;
}

/** P */
export function headWidth({ parts }: Pick<Head, "parts">): number {
  return parts.reduce((sum, { width }) => sum + width, 0);
}

/** ln(1 + eˣ), without overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** Its derivative. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Remembers what `compute` gave for a level: few are asked for, many times. */
export function byLevel<T>(compute: (level: number) => T): (level: number) => T {
  const known = new Map<number, T>();
  return (level) => {
    const found = known.get(level) ?? compute(level);
    known.set(level, found);
    return found;
  };
}

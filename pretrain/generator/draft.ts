// What a family hands on, and arithmetic over whole series that several families need.

import { portableCos } from "../../src/base/portable.js";
import type { Random } from "../../src/base/random.js";

export interface Draft {
  /** [time] history and horizon */
  readonly values: Float64Array;
  /**
   * "latent": any real numbers, units to be chosen. "positive": at least 0 and meaningful in ratios, so only their unit is free.
   * "counts": whole numbers of something, at least 0. "measured": in units of their own.
   */
  readonly scale: "latent" | "positive" | "counts" | "measured";
}

/** Makes `length` steps of a series. @param seasons ascending, at most two */
export type Family = (random: Random, length: number, seasons: readonly number[]) => Draft;

export interface Moments {
  readonly mean: number;
  /** Population standard deviation. */
  readonly deviation: number;
}

/** @param values [time] finite, at least one */
export function momentsOf(values: Float64Array): Moments {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += values[t]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let t = 0; t < values.length; t++) squares += (values[t]! - mean) * (values[t]! - mean);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** In place to mean 0 and deviation 1; all 0 where nothing varies. */
export function standardise(values: Float64Array): Float64Array {
  const { mean, deviation } = momentsOf(values);
  const factor = deviation > 1e-12 * (1 + Math.abs(mean)) ? 1 / deviation : 0;
  for (let t = 0; t < values.length; t++) values[t] = (values[t]! - mean) * factor;
  return values;
}

/** target += factor · values */
export function addScaled(target: Float64Array, values: Float64Array, factor: number): void {
  for (let t = 0; t < target.length; t++) target[t]! += factor * values[t]!;
}

/** out[t] += amplitude · cos 2π(frequency · t + phase), by rotating one point. @param frequency turns a step @param phase turns */
export function addWave(out: Float64Array, amplitude: number, frequency: number, phase: number): void {
  const cosStep = portableCos(frequency);
  const sinStep = portableCos(frequency - 0.25);
  let x = amplitude * portableCos(phase);
  let y = amplitude * portableCos(phase - 0.25);
  for (let t = 0; t < out.length; t++) {
    out[t]! += x;
    const turned = x * cosStep - y * sinStep;
    y = x * sinStep + y * cosStep;
    x = turned;
  }
}

/** x[t] = memory · x[t − 1] + √(1 − memory²) · ε: deviation 1, started from its own distribution. @param memory in (−1, 1) */
export function drawMemory(random: Random, length: number, memory: number): Float64Array {
  const values = new Float64Array(length);
  const share = Math.sqrt(1 - memory * memory);
  let state = random.normal();
  for (let t = 0; t < length; t++) {
    values[t] = state;
    state = memory * state + share * random.normal();
  }
  return values;
}

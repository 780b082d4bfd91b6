// Methods for intermittent demand: many zeros, now and then a value. In: a series' history. Out: a flat rate per step.
import { square } from "../base/portable.js";
import type { Method } from "./history.js";

/** The weight that Croston's method is used with where none is fitted. */
const customaryWeight = 0.1;

/** Small ones only: the sparser the demand, the more of it a good mean takes in (Syntetos & Boylan 2005 find .05 to .2 best). */
const weights = [0.02, 0.05, 0.1, 0.2, 0.3];

/** What a pass over a series leaves. */
interface Demand {
  /** What is to be expected of each further step. */
  readonly rate: number;
  /** Σ ε² one step ahead, from the step after the first demand on. */
  readonly squares: number;
}

/** No series demands nothing: without a value other than zero the rate is zero, and was right all along. */
const noDemand: Demand = { rate: 0, squares: 0 };

/**
 * Smooths the sizes z of demands and the intervals p between them, with the same weight, at each demand; the rate is z/p (Croston
 * 1972).
 * @param values [time]
 * @param correction times the rate
 */
function smoothIntervals(values: Float64Array, weight: number, correction: number): Demand {
  const first = values.findIndex((value) => value !== 0);
  if (first === -1) return noDemand;
  let size = values[first]!;
  let interval = first + 1;
  let rate = (correction * size) / interval;
  let since = 1;
  let squares = 0;
  for (let t = first + 1; t < values.length; t++) {
    const value = values[t]!;
    squares += square(value - rate);
    if (value === 0) {
      since++;
      continue;
    }
    size += weight * (value - size);
    interval += weight * (since - interval);
    rate = (correction * size) / interval;
    since = 1;
  }
  return { rate, squares };
}

function flat(demandOf: (values: Float64Array) => Demand): Method {
  return ({ values }, out) => {
    const { rate } = demandOf(values);
    out.fill(Number.isFinite(rate) ? rate : values[values.length - 1]!);
  };
}

const best = (demands: readonly Demand[]) => demands.reduce((a, b) => (b.squares < a.squares ? b : a));

/** Croston's method with the weight .1: what the name stands for in R's forecast and in StatsForecast. */
export const croston: Method = flat((values) => smoothIntervals(values, customaryWeight, 1));

/** Croston's method without its bias upwards, the rate times 1 − α/2 (Syntetos & Boylan 2005), with the weight of least squared errors. */
export const correctedCroston: Method = flat((values) =>
  best(weights.map((weight) => smoothIntervals(values, weight, 1 - weight / 2))),
);

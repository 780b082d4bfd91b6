// The ways in which a series can be regressed on what is known ahead. In: terms and values. Out: coefficients.
import { portableLog } from "../base/portable.js";
import { addMoments, type Moments, momentsOf, regress, unitOf } from "./regression.js";
import { type CommonEffect, type Shape, termCounts } from "./schema.js";

export interface Kind {
  /** Of the differences that are taken, which leave less of what else moves the series; none: levels. */
  readonly lags: readonly number[];
  /** Of the steps themselves, of their recent means too, or of both along with the series' profile. */
  readonly terms: "now" | "all" | "scaled";
  /** What is added multiplies: a promotion sells so many times as much, a price a tenth lower so many per cent more. */
  readonly isLogarithm: boolean;
}

/** @param season in steps, 1 for none @param canLookBack whether there are terms of recent means */
export function kindsOf(season: number, canLookBack: boolean): Kind[] {
  const lags = season > 1 ? [season] : [1];
  const straight: Omit<Kind, "isLogarithm">[] = [
    { lags, terms: "now" },
    ...(season > 1 ? [{ lags: [1, season], terms: "now" } as const] : []),
    ...(canLookBack ? [{ lags, terms: "all" } as const] : []),
    ...(season > 1 ? [{ lags: [1], terms: "now" } as const] : []),
    { lags: [], terms: "now" },
  ];
  return [
    ...straight.map((kind) => ({ ...kind, isLogarithm: false })),
    ...(season > 1 ? [{ lags, terms: "scaled", isLogarithm: false } as const] : []),
    ...straight.map((kind) => ({ ...kind, isLogarithm: true })),
  ];
}

/** What is regressed. */
export interface Regressand {
  /** [terms][time] with those along with the profile where there is one */
  readonly terms: readonly Float64Array[];
  /** [time] NaN = not observed */
  readonly values: Float64Array;
}

/** @returns undefined where the series cannot be regressed so */
export function momentsIn({ terms, values }: Regressand, shape: Shape, kind: Kind): Moments | undefined {
  const [from, to] = rangeOf(shape, kind);
  if (to > terms.length) return undefined;
  if (!kind.isLogarithm) return momentsOf(terms.slice(from, to), values, kind.lags);
  if (values.some((value) => value < 0)) return undefined;
  // A zero has no logarithm, and is gone round.
  const logarithms = values.map((value) => (value > 0 ? portableLog(value) : Number.NaN));
  return momentsOf(terms.slice(from, to), logarithms, kind.lags);
}

/**
 * The coefficients that the series of a panel are drawn to, for a series of unit size.
 * @param each [kinds] moments of a series, gone through once
 * @returns [kinds] undefined where no series can be regressed
 */
export async function commonCoefficients(
  each: AsyncIterable<readonly (Moments | undefined)[]> | Iterable<readonly (Moments | undefined)[]>,
  kinds: readonly Kind[],
): Promise<(Float64Array | undefined)[]> {
  const sums = kinds.map((): Moments | undefined => undefined);
  for await (const one of each)
    for (const [k, moments] of one.entries())
      if (moments !== undefined) sums[k] = addMoments(sums[k], moments, unitIn(moments, kinds[k]!));
  return sums.map((sum) => sum && regress(sum));
}

/** What a series that was not there is given. @returns undefined for terms along with a profile, which such a series has none of */
export function commonEffect(
  shape: Shape,
  kind: Kind,
  common: Float64Array | undefined,
  weight: number,
): CommonEffect | undefined {
  if (common === undefined || kind.terms === "scaled") return undefined;
  return { lags: kind.lags, coefficients: Array.from(atPlaces(common, shape, kind, false), (one) => weight * one) };
}

/**
 * @param common what the series is drawn to; undefined for one by itself
 * @returns [terms] with those along with a profile where the series has one; undefined where it cannot be regressed so
 */
export function coefficientsOf(
  moments: Moments | undefined,
  shape: Shape,
  kind: Kind,
  common: Float64Array | undefined,
  hasProfile: boolean,
): Float64Array | undefined {
  if (moments === undefined) return undefined;
  const unit = unitIn(moments, kind);
  const found = regress(
    moments,
    common?.map((coefficient) => coefficient * unit),
  );
  return found && atPlaces(found, shape, kind, hasProfile);
}

/** Among those of all terms. */
function atPlaces(coefficients: Float64Array, shape: Shape, kind: Kind, hasProfile: boolean): Float64Array {
  const { now, lately } = termCounts(shape);
  const all = new Float64Array((hasProfile ? 2 : 1) * (now + lately));
  all.set(coefficients, rangeOf(shape, kind)[0]);
  return all;
}

/** Logarithms of different series move alike whatever the series' size. */
function unitIn(moments: Moments, { isLogarithm }: Kind): number {
  return isLogarithm ? 1 : unitOf(moments);
}

/** The places of a kind's terms. */
function rangeOf(shape: Shape, { terms }: Kind): readonly [from: number, to: number] {
  const { now, lately } = termCounts(shape);
  const from = terms === "scaled" ? now + lately : 0;
  return [from, from + now + (terms === "now" ? 0 : lately)];
}

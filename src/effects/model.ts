// What is known ahead, and what it adds to each series: a regression on covariates, on bends of them and on their recent means. In: a
// frame and fitted effects. Out: the effect at each step.
import { mean } from "../base/numeric.js";
import { portableExp } from "../base/portable.js";
import { columnWidth, covariateChannels, covariateWidth } from "../features/covariates.js";
import { type Frame, type Series, seriesId } from "../series/frame.js";
import { stepsBetween } from "../series/grid.js";
import { sizeOf } from "./regression.js";
import { type Curve, type Effects, multiplies, type Profile, type SeriesEffect, type Shape } from "./schema.js";

/** @returns undefined for values below 0, and where no two cycles are known */
export function profileOf({ start, values }: Series, season: number): Profile | undefined {
  if (season < 2 || values.length < 2 * season || values.some((value) => value < 0)) return undefined;
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  values.forEach((value, t) => {
    if (Number.isNaN(value)) return;
    sums[t % season]! += value;
    counts[t % season]!++;
  });
  const whole = mean(values);
  const shares = Array.from(sums, (sum, phase) => sum / counts[phase]! / whole);
  return shares.every(Number.isFinite) ? { start, shares } : undefined;
}

/**
 * A covariate, its square and what of it lies above each knot; the same of the mean of the newest steps, up to each step; and, with a
 * profile, all of these times the share of the phase.
 * @returns [terms][length]
 * @throws HindcastError "data" when the frame lacks a column
 */
export function termsOf(
  frame: Frame,
  series: Series,
  shape: Shape,
  length: number,
  profile: Profile | undefined,
): Float64Array[] {
  const ranges = shape.logarithm?.ranges;
  const channels = channelsOf(frame, series, shape, length).map((values, c) =>
    ranges ? within(values, ranges[c]!) : values,
  );
  const now = channels.flatMap((values, c) => {
    const curve = shape.channels[c];
    return curve ? bend(values, curve.now) : [values];
  });
  const lately = channels.flatMap((values, c) => {
    const curve = shape.channels[c];
    return curve ? bend(recentMeans(values, shape.memory), curve.lately) : [];
  });
  const terms = [...now, ...lately];
  if (profile === undefined) return terms;
  const { shares } = profile;
  const first = stepsBetween(frame.grid, profile.start, series.start);
  // Off the grid of the fit, no phase can be told.
  const shareAt = (t: number) =>
    Number.isNaN(first) ? 1 : shares[(((first + t) % shares.length) + shares.length) % shares.length]!;
  return [...terms, ...terms.map((term) => term.map((value, t) => value * shareAt(t)))];
}

/** @returns [channels][length] scaled, never NaN */
export function channelsOf(
  frame: Frame,
  series: Series,
  { columns, scales }: Pick<Shape, "columns" | "scales">,
  length: number,
): Float64Array[] {
  const width = covariateWidth(columns);
  const rows = covariateChannels(frame, series, columns, scales, length);
  return Array.from({ length: width }, (_, c) => Float64Array.from({ length }, (__, t) => rows[t * width + c]!));
}

/** Means of the last `memory` steps; of fewer at the start. */
export function recentMeans(values: Float64Array, memory: number): Float64Array {
  return values.map((_, t) => {
    const first = Math.max(0, t - memory + 1);
    let sum = 0;
    for (let i = first; i <= t; i++) sum += values[i]!;
    return sum / (t - first + 1);
  });
}

function within(values: Float64Array, [low, high]: Curve["range"]): Float64Array {
  return values.map((value) => Math.min(Math.max(value, low), high));
}

function bend(values: Float64Array, { range, knots }: Curve): Float64Array[] {
  const kept = within(values, range);
  return [
    kept,
    kept.map((value) => value * value),
    ...knots.map((knot) => kept.map((value) => Math.max(0, value - knot))),
  ];
}

/** @param coefficients [terms] @returns [length] Σ coefficients · terms, less the centre */
export function effectOf(
  terms: readonly Float64Array[],
  { centre, coefficients }: { readonly centre: number; readonly coefficients: ArrayLike<number> },
): Float64Array {
  const effect = new Float64Array(terms[0]!.length).fill(-centre);
  for (const [i, term] of terms.entries()) {
    const coefficient = coefficients[i]!;
    if (coefficient !== 0) for (let t = 0; t < term.length; t++) effect[t]! += coefficient * term[t]!;
  }
  return effect;
}

/** What an effect leaves of values. @param effect [time] of no fewer steps, or of as many logarithms */
export function takeOff(values: Float64Array, effect: Float64Array, isLogarithm: boolean): Float64Array {
  return values.map((value, t) => (isLogarithm ? value / portableExp(effect[t]!) : value - effect[t]!));
}

/** @param row [time] changed in place @param effect of the same steps */
export function putBack(row: Float64Array, effect: Float64Array, isLogarithm: boolean): void {
  for (let k = 0; k < row.length; k++) row[k] = isLogarithm ? row[k]! * portableExp(effect[k]!) : row[k]! + effect[k]!;
}

/** A series' own coefficients; those of the panel, in its size, for one that was not there. */
interface Applied {
  readonly terms: readonly Float64Array[];
  readonly centre: number;
  readonly coefficients: readonly number[];
}

/** @param own by series @returns undefined for a series that has no effect */
function appliedTo(
  frame: Frame,
  series: Series,
  effects: Effects,
  own: ReadonlyMap<string, SeriesEffect>,
  length: number,
): Applied | undefined {
  const effect = own.get(seriesId(series));
  if (effect !== undefined) return { ...effect, terms: termsOf(frame, series, effects, length, effect.profile) };
  if (effects.common === undefined) return undefined;
  if (multiplies(effects) && series.values.some((value) => value < 0)) return undefined;
  // Too few values for differences over a season have some over a step.
  const unitOf = (lags: readonly number[]) => sizeOf(series.values, lags) || sizeOf(series.values, [1]);
  const units = effects.common.map(({ lags }) => (multiplies(effects) ? 1 : unitOf(lags)));
  if (!units.every((unit) => unit > 0)) return undefined;
  const coefficients = effects.common[0]!.coefficients.map((_, i) =>
    effects.common!.reduce((sum, one, k) => sum + units[k]! * one.coefficients[i]!, 0),
  );
  const terms = termsOf(frame, series, effects, length, undefined);
  const seen = terms.map((term) => term.subarray(0, series.values.length));
  return { terms, coefficients, centre: mean(effectOf(seen, { centre: 0, coefficients })) };
}

function ownEffects({ series }: Effects): ReadonlyMap<string, SeriesEffect> {
  return new Map(series.map((one) => [seriesId(one), one]));
}

/**
 * The series without their effects, which reach `horizon` steps further.
 * @returns [series] undefined for a series that has none
 */
export function separateEffects(
  frame: Frame,
  effects: Effects,
  horizon: number,
): { readonly rest: Frame; readonly added: readonly (Float64Array | undefined)[] } {
  const own = ownEffects(effects);
  const added = frame.series.map((series) => {
    const applied = appliedTo(frame, series, effects, own, series.values.length + horizon);
    return applied && effectOf(applied.terms, applied);
  });
  const series = frame.series.map((one, s) => {
    const effect = added[s];
    return effect === undefined ? one : { ...one, values: takeOff(one.values, effect, multiplies(effects)) };
  });
  return { rest: { ...frame, series }, added };
}

/** The names of the columns. */
export function effectNames({ columns }: Pick<Effects, "columns">): string[] {
  return columns.map(({ name }) => name);
}

/**
 * How far each column moves each series: the mean size of what its terms make of the values, about their mean.
 * @returns [series][columns] in the series' units; undefined for a series without effects
 */
export function columnSizes(frame: Frame, effects: Effects): (number[] | undefined)[] {
  const own = ownEffects(effects);
  const owners = ownersOf(effects);
  return frame.series.map((series) => {
    const applied = appliedTo(frame, series, effects, own, series.values.length);
    return (
      applied &&
      effects.columns.map((_, c) => {
        const coefficients = applied.coefficients.map((coefficient, i) =>
          owners[i % owners.length] === c ? coefficient : 0,
        );
        const added = effectOf(applied.terms, { centre: 0, coefficients });
        const centre = mean(added);
        const moved = added.map((value) => value - centre);
        const left = takeOff(series.values, moved, multiplies(effects));
        return mean(left.map((value, t) => Math.abs(series.values[t]! - value)));
      })
    );
  });
}

/** @returns [terms] the place of the column that each is of, in the order of `termsOf`, but for the profile */
function ownersOf({ columns, channels }: Shape): number[] {
  const byChannel = columns.flatMap((column, c) => new Array<number>(columnWidth(column)).fill(c));
  const repeat = (c: number, curve: Curve | undefined) => new Array<number>(curve ? 2 + curve.knots.length : 0).fill(c);
  return [
    ...byChannel.flatMap((c, i) => (channels[i] ? repeat(c, channels[i].now) : [c])),
    ...byChannel.flatMap((c, i) => repeat(c, channels[i]?.lately)),
  ];
}

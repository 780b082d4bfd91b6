// What normalising a panel takes, as plain data that is kept with a model. In: a frame that ends where knowledge ends, and the
// choices. Out: transform, seasonal indices and scaling of each series, found again by key and target in later frames.

import { HindcastError } from "../base/errors.js";
import { mean, observedCount, saturate } from "../base/numeric.js";
import * as z from "../base/schema.js";
import { type CovariateScale, knownValues } from "../features/covariates.js";
import type { Covariate } from "../series/covariates.js";
import { type Frame, type Series, seriesId, seriesName } from "../series/frame.js";
import { stampAt, stepsBetween } from "../series/grid.js";
import { seriesFields } from "../series/series-fields.js";
import { formatStamp } from "../series/stamp.js";
import { type ScaleConfig, scaleConfigSchema } from "./config.js";
import { differenceLevels } from "./difference.js";
import { prefersLogarithm } from "./local-spread.js";
import { type Affine, affineSchema, scalers } from "./scalers.js";
import { seasonalIndices } from "./season-index.js";
import {
  applyTransform,
  fitTransform,
  invertTransform,
  isInDomain,
  type TransformKind,
  transformStateSchema,
} from "./transforms.js";

const seriesPreparationSchema = z.strictObject({
  ...seriesFields,
  /** Stamp whose phase is 0. */
  start: z.number(),
  transform: transformStateSchema,
  /** [season] what each phase adds to the level; null when the series is not deseasonalised. */
  indices: z.array(z.number()).readonly().nullable(),
  /** For scale "series". */
  affine: affineSchema.nullable(),
  /** Mean size of the change from one step to the next; 0 when the series never changed. */
  typicalChange: z.number().min(0),
});
export type SeriesPreparation = Readonly<z.infer<typeof seriesPreparationSchema>>;

export const preparationSchema = z.strictObject({
  config: scaleConfigSchema,
  /** What `transform: "auto"` came to. */
  takesLogarithm: z.boolean(),
  /** For scale "global". */
  affine: affineSchema.nullable(),
  /** Series with at least one observation. */
  series: z.array(seriesPreparationSchema).readonly(),
  /** How covariates that are numbers are scaled, all series together; absent without covariates. */
  covariates: z
    .array(z.strictObject({ name: z.string(), affine: affineSchema }))
    .readonly()
    .optional(),
});
export type Preparation = Readonly<z.infer<typeof preparationSchema>>;

/**
 * Fitted on all of `frame` and nothing else: what must not be known has to be cut off before.
 * @throws HindcastError "data" for a value that the chosen transform is not defined for
 */
export function fitPreparation(frame: Frame, config: ScaleConfig): Preparation {
  const known = frame.series.filter((series) => observedCount(series.values) > 0);
  const takesLogarithm =
    config.transform === "auto" &&
    prefersLogarithm(
      known.map((series) => series.values),
      config.season,
    );
  const choices = { config, takesLogarithm };
  const series = known.map((one) => fitSeries(frame, one, choices));
  return {
    ...choices,
    affine: config.scale === "global" ? fitTogether(known, series, config) : null,
    series,
    ...(frame.covariates && { covariates: fitCovariates(frame, frame.covariates) }),
  };
}

/** On what is known by the end of each series. */
export function fitCovariates(frame: Frame, covariates: readonly Covariate[]): CovariateScale[] {
  return covariates.flatMap(({ name, categories }, c) => {
    if (categories !== null) return [];
    const known = frame.series.map((series) => knownValues(series, c));
    return { name, affine: scalers.get("standard").fit(joinArrays(known)) };
  });
}

function joinArrays(arrays: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(arrays.reduce((length, array) => length + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}

/** One scaler over the changes of all series. */
function fitTogether(known: readonly Series[], fitted: readonly SeriesPreparation[], config: ScaleConfig): Affine {
  const changes = known.map(({ values }, s) => changesOf(levelsOf(values, fitted[s]!, 0), config));
  return scalers.get(config.scaler).fit(joinArrays(changes));
}

/** @throws HindcastError "data" for a value that the chosen transform is not defined for */
export function fitSeries(
  frame: Frame,
  series: Series,
  { config, takesLogarithm }: Pick<Preparation, "config" | "takesLogarithm">,
): SeriesPreparation {
  const { key, target, start, values } = series;
  let kind: TransformKind = "none";
  if (config.transform !== "auto") {
    kind = config.transform;
    requireDomain(frame, series, kind);
  } else if (takesLogarithm && values.every((value) => isInDomain("log", value))) kind = "log";
  const transform = fitTransform(kind, values, config.season);
  const unadjusted: SeriesPreparation = {
    key,
    target,
    start,
    transform,
    indices: null,
    affine: null,
    typicalChange: 0,
  };
  const found = config.deseasonalize ? seasonalIndices(levelsOf(values, unadjusted, 0), config.season) : null;
  const adjusted = { ...unadjusted, indices: found === null ? null : Array.from(found) };
  const changes = changesOf(levelsOf(values, adjusted, 0), config);
  return {
    ...adjusted,
    affine: config.scale === "series" ? scalers.get(config.scaler).fit(changes) : null,
    typicalChange: meanChange(changes),
  };
}

function requireDomain(frame: Frame, series: Series, kind: TransformKind): void {
  const step = series.values.findIndex((value) => !isInDomain(kind, value));
  if (step === -1) return;
  const stamp = formatStamp(frame.timeStyle, frame.grid.zone, stampAt(frame.grid, series.start, step));
  throw new HindcastError(
    "data",
    `${seriesName(frame, series)}: the value ${series.values[step]} at ${stamp} is ${kind === "log1p" ? "below 0" : "not above 0"}, where ${kind} is not defined`,
    "--transform none or --transform auto",
  );
}

/** 0 where there is nothing to measure a change by. */
function meanChange(levels: Float64Array): number {
  const change = mean(differenceLevels(levels, 1).map(Math.abs));
  return Number.isNaN(change) ? 0 : saturate(change);
}

/** Whoever forecasts a few series at a time, over and over, looks them up among as many as the model was fitted on. */
const indexes = new WeakMap<Preparation, ReadonlyMap<string, SeriesPreparation>>();

function indexOf(preparation: Preparation): ReadonlyMap<string, SeriesPreparation> {
  const index = indexes.get(preparation) ?? new Map(preparation.series.map((fitted) => [seriesId(fitted), fitted]));
  indexes.set(preparation, index);
  return index;
}

/** Finds the preparation of a series of a later frame; undefined for one that it was not fitted on. */
export function seriesFinder(
  preparation: Preparation,
  frame: Frame,
): (series: Series) => { fitted: SeriesPreparation; phase: number } | undefined {
  const byName = indexOf(preparation);
  return (series) => {
    const fitted = byName.get(seriesId(series));
    if (fitted === undefined) return undefined;
    const { indices } = fitted;
    if (indices === null) return { fitted, phase: 0 };
    const steps = stepsBetween(frame.grid, fitted.start, series.start);
    // On other stamps than before its phases mean nothing, so the series counts as new.
    return Number.isNaN(steps) ? undefined : { fitted, phase: modulo(steps, indices.length) };
  };
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}

/** Levels: values after the transform and without their season. @param phase of the first step @returns [time], NaN at gaps */
export function levelsOf(values: Float64Array, { transform, indices }: SeriesPreparation, phase: number): Float64Array {
  if (transform.kind === "none" && indices === null) return values;
  return values.map((value, t) => saturate(applyTransform(transform, value) - seasonAt(indices, phase + t)));
}

/** Changes: what is scaled. The levels themselves where no difference is taken. @returns [time], NaN at gaps */
export function changesOf(levels: Float64Array, { difference }: ScaleConfig): Float64Array {
  return difference === 0 ? levels : differenceLevels(levels, difference);
}

/** Values again. @param levels [K] @param phase of the first of them @returns [K], finite; NaN stays NaN */
export function valuesOf(levels: Float64Array, { transform, indices }: SeriesPreparation, phase: number): Float64Array {
  return levels.map((level, k) => invertTransform(transform, level + seasonAt(indices, phase + k)));
}

function seasonAt(indices: readonly number[] | null, phase: number): number {
  return indices === null ? 0 : indices[phase % indices.length]!;
}

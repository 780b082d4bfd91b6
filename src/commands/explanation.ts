// What a fitted model's forecasts rest on. In: the model and data. Out: a table of its parts, and what is to be said beside it.
import { HindcastError } from "../base/errors.js";
import type { Table } from "../base/table.js";
import { answererOf, type Combination, type FittedModel, type FittedPart, networksOf } from "../choose/fitted.js";
import type { Effects } from "../effects/schema.js";
import { integrateGradients } from "../explain/gradients.js";
import { joinContributions, joinImportances } from "../explain/members.js";
import { permutationImportance } from "../explain/permutation.js";
import {
  attentionRows,
  effectRows,
  explanationTable,
  gradientRows,
  lagRows,
  leaningRows,
  permutationRows,
  weightRow,
} from "../explain/table.js";
import type { FittedNetwork } from "../fit/fit.js";
import { explainAttention } from "../forecast/attention.js";
import type { FitContext } from "../forecast/predictor.js";
import type { GateNetwork } from "../gate/network.js";
import { meanWeights } from "../linear/model.js";
import { type Frame, type Series, sampleSeries, seriesId, seriesName } from "../series/frame.js";

type Rows = ReturnType<typeof permutationRows>;
type Context = Pick<FitContext, "signal" | "progress">;

export interface Question {
  readonly frame: Frame;
  readonly seasons: readonly number[];
  readonly horizon: number;
  readonly seed: number;
  readonly repeatCount: number;
  /** Windows that are shuffled among each other, spread evenly over the data. */
  readonly mostWindows: number;
  /** The series whose forecast is explained; undefined for all that the data hold. */
  readonly s: number | undefined;
}

export interface Explanation {
  readonly table: Table;
  /** A sentence for each network. */
  readonly notes: readonly string[];
}

/** Each of the models that it consists of; a baseline rests on what its name says, and has no rows. @throws HindcastError "data" */
export async function explainModel(fitted: FittedModel, question: Question, context: Context): Promise<Explanation> {
  const notes: string[] = [];
  const explained = [];
  const parts = fitted.kind === "combination" ? fitted.parts : [{ weight: 1, fitted }];
  const own = fitted.kind === "combination" ? ownWeights(fitted, question) : undefined;
  for (const [p, { weight: onAverage, fitted: part }] of parts.entries()) {
    const weight = own?.[p] ?? onAverage;
    const model = answererOf(part);
    const rows = await rowsOf(part, question, notes, context);
    explained.push({ model, rows: weight === 1 ? rows : [weightRow(weight), ...rows] });
  }
  return { table: explanationTable(explained), notes };
}

/** What the parts weigh in the series in question, where that is its own. */
function ownWeights({ series }: Combination, { frame, s }: Question): readonly number[] | undefined {
  if (s === undefined) return undefined;
  const id = seriesId(frame.series[s]!);
  return series.find((one) => seriesId(one) === id)?.weights;
}

async function rowsOf(
  part: FittedModel | FittedPart["fitted"],
  question: Question,
  notes: string[],
  context: Context,
): Promise<Rows> {
  switch (part.kind) {
    case "pretrained": {
      const { rows, rest } = await effects(part.effects, question);
      return [...rows, ...(await leanings(part.gate.networks, { ...question, frame: rest }))];
    }
    case "linear":
      return [...(await effects(part.effects, question)).rows, ...lagRows(meanWeights(part.model, question.horizon))];
    case "network":
    case "ensemble":
      return networkRows(networksOf(part), answererOf(part), question, notes, context);
    case "baseline":
    case "combination":
      return [];
    default:
      return part satisfies never;
  }
}

/** Series of a panel that a page looks at, and windows: of more, an even share. */
const seriesOfPage = 50;
const windowsOfPage = 200;
const repeatsOfPage = 5;

/**
 * What a page shows: how much worse the forecasts of all series, or an even sample of many, are without a part, and what adds to that of a
 * single series.
 * @returns undefined where a baseline forecasts, and where the data are too short to tell
 */
export async function explainForPage(
  fitted: FittedModel,
  frame: Frame,
  horizon: number,
  seed: number,
  context: Context,
): Promise<Explanation | undefined> {
  const sample = { ...frame, series: sampleSeries(frame.series, seriesOfPage) };
  const size = { repeatCount: repeatsOfPage, mostWindows: windowsOfPage };
  const question = { frame: sample, seasons: fitted.seasons, horizon, seed, ...size };
  try {
    const { table, notes } = await explainModel(fitted, { ...question, s: undefined }, context);
    const rows = [...table.rows];
    if (rows.length === 0) return undefined;
    const sampled = `Of ${sample.series.length} of the ${frame.series.length} series, spread evenly`;
    const told = sample.series.length < frame.series.length ? [sampled, ...notes] : notes;
    if (frame.series.length > 1) return { table: { ...table, rows }, notes: told };
    const one = await explainModel(fitted, { ...question, s: 0 }, context);
    const method = table.columns.indexOf("method");
    const added = [...one.table.rows].filter((row) => row[method] === "gradient");
    return { table: { ...table, rows: [...rows, ...added] }, notes: [...notes, ...one.notes] };
  } catch (error) {
    if (error instanceof HindcastError && error.code === "data") return undefined;
    throw error;
  }
}

/**
 * Of one forecast what each part adds to it; of many, how much worse they are without it. Attention is told with either.
 * @param members trainings of one network
 */
async function networkRows(
  members: readonly FittedNetwork[],
  name: string,
  question: Question,
  notes: string[],
  context: Context,
): Promise<Rows> {
  const { frame, seasons, horizon, s } = question;
  const options = { ...question, season: seasons[0] ?? 1 };
  const rows: Rows = [];
  if (s === undefined) {
    const found = [];
    for (const member of members) found.push(await permutationImportance(member, frame, options, context));
    const mase = found.reduce((sum, one) => sum + one.mase / found.length, 0);
    notes.push(
      `${name}: MASE ${mase.toPrecision(3)} on ${found[0]!.windowCount} windows; importance is what is added to it when a part of the input is shuffled among them`,
    );
    rows.push(...permutationRows(joinImportances(found)));
  } else {
    const series = seriesName(frame, frame.series[s]!);
    const found = joinContributions(
      members.map((member) => integrateGradients(member, frame, s, horizon, options.season)),
    );
    if (Number.isNaN(found.forecast))
      throw new HindcastError("data", `"${series}" has no observed value, so no forecast`, "--series with another");
    const whole = (found.forecast - found.baseline).toPrecision(4);
    notes.push(
      `${name}: the contributions sum to the forecast less the baseline, ${whole}, to within ${Math.abs(found.error).toPrecision(2)}`,
    );
    rows.push(...gradientRows(found, series));
  }
  return [...rows, ...members.slice(0, 1).flatMap((member) => attentionOf(member, frame, s))];
}

/** Of one series, or on average over all; of several trainings, the first one's. */
function attentionOf(network: FittedNetwork, frame: Frame, s: number | undefined): Rows {
  const all = explainAttention(network, frame);
  if (all === null) return [];
  const width = all.length / frame.series.length;
  const shown = s === undefined ? frame.series.map((_, i) => i) : [s];
  const weights = Float64Array.from({ length: width }, (_, t) =>
    shown.reduce((sum, i) => sum + all[i * width + t]! / shown.length, 0),
  );
  return attentionRows(network.config, weights, s === undefined ? "all" : seriesName(frame, frame.series[s]!));
}

/** Of each series, and of many their average before. */
async function leanings(networks: readonly GateNetwork[], { frame, seasons, horizon, s }: Question): Promise<Rows> {
  // What explains a network has no use for the gate and its candidates.
  const { candidateNames, gateLeanings } = await import("../explain/leanings.js");
  const shown = s === undefined ? frame.series : [frame.series[s]!];
  const each = gateLeanings(networks, { ...frame, series: shown }, seasons, horizon);
  return averageFirst(frame, shown, each, (weights, series) => leaningRows(weights, candidateNames, series));
}

/** Likewise what covariates known ahead move, and the series without it. */
async function effects(found: Effects | undefined, { frame, s }: Question): Promise<{ rows: Rows; rest: Frame }> {
  if (found === undefined) return { rows: [], rest: frame };
  const { columnSizes, effectNames, separateEffects } = await import("../effects/model.js");
  const names = effectNames(found);
  const shown = s === undefined ? frame.series : [frame.series[s]!];
  const each = columnSizes({ ...frame, series: shown }, found);
  const rows = averageFirst(frame, shown, each, (sizes, series) => effectRows(names, sizes, series));
  return { rows, rest: separateEffects(frame, found, 0).rest };
}

/** @param each [shown] null or undefined for a series of which there is nothing to tell */
function averageFirst(
  frame: Frame,
  shown: readonly Series[],
  each: readonly (ArrayLike<number> | null | undefined)[],
  tell: (numbers: readonly number[], series: string) => Rows,
): Rows {
  const told = each.filter((numbers) => numbers != null).map((numbers) => Array.from(numbers));
  const mean = told[0]?.map((_, i) => told.reduce((sum, numbers) => sum + numbers[i]! / told.length, 0));
  return [
    ...(mean === undefined || shown.length === 1 ? [] : tell(mean, "all")),
    ...shown.flatMap((series, i) => (each[i] == null ? [] : tell(Array.from(each[i]), seriesName(frame, series)))),
  ];
}

// `hindcast explain`: what the forecasts of a saved model rest on.
import { HindcastError } from "../base/errors.js";
import { answererOf, type FittedPart, networksOf } from "../choose/predictor.js";
import { integrateGradients } from "../explain/gradients.js";
import { joinContributions, joinImportances } from "../explain/members.js";
import { permutationImportance } from "../explain/permutation.js";
import {
  attentionRows,
  explanationTable,
  gradientRows,
  lagRows,
  leaningRows,
  permutationRows,
  weightRow,
} from "../explain/table.js";
import type { FittedNetwork } from "../fit/fit.js";
import { explainAttention } from "../forecast/attention.js";
import type { GateNetwork } from "../gate/network.js";
import { meanWeights } from "../linear/model.js";
import { type Frame, seriesName } from "../series/frame.js";
import type { ExplainArgs } from "./args.js";
import { completeFuture } from "./covariates.js";
import { horizonOf } from "./data.js";
import type { Io } from "./io.js";
import { openWithData } from "./saved-model.js";

type Rows = ReturnType<typeof permutationRows>;

export async function run(args: ExplainArgs, io: Io): Promise<void> {
  const asked = { ...args, min: undefined, max: undefined, integer: false };
  const { manifest, fitted, frame } = await openWithData(asked, args.from, io);
  const { seasons } = fitted;
  if (fitted.kind === "baseline")
    throw new HindcastError(
      "usage",
      `${args.from} holds ${fitted.name}, which rests on what its name says`,
      "explain takes networks (rnn, lstm, gru), linear and pretrained models",
    );
  const horizon = args.horizon === undefined ? manifest.horizon : horizonOf(args.horizon, frame);
  if (horizon > manifest.horizon)
    throw new HindcastError(
      "usage",
      `this model was trained for ${manifest.horizon} steps ahead, not ${horizon}`,
      `use -H ${manifest.horizon} or less`,
    );
  const s = args.explained === undefined ? undefined : findSeries(frame, args.explained);
  const known = await completeFuture(frame, args, horizon, s !== undefined && networksOf(fitted).length > 0, io);
  // All that was asked for is the template of the future.
  if (known === undefined) return;
  const question = { frame: known, seasons, horizon, seed: manifest.seed, repeatCount: args.repeats, s };
  const explained = [];
  const parts: readonly FittedPart[] = fitted.kind === "combination" ? fitted.parts : [{ weight: 1, fitted }];
  for (const { weight, fitted: part } of parts) {
    const rows = await rowsOf(part, question, io);
    explained.push({ model: answererOf(part), rows: weight === 1 ? rows : [weightRow(weight), ...rows] });
  }
  await io.writeTable(explanationTable(explained), args, "table");
}

/** @throws HindcastError "usage" */
function findSeries(frame: Frame, name: string): number {
  const names = frame.series.map((series) => seriesName(frame, series));
  const found = names.indexOf(name);
  if (found >= 0) return found;
  // A single series has no key to be called by.
  if (names.length === 1 && frame.series[0]!.key.length === 0) return 0;
  const shown = names.slice(0, 5).join(", ");
  throw new HindcastError(
    "usage",
    `there is no series "${name}"`,
    `one of: ${shown}${names.length > 5 ? `, … (${names.length} in all)` : ""}`,
  );
}

interface Question {
  readonly frame: Frame;
  readonly seasons: readonly number[];
  readonly horizon: number;
  readonly seed: number;
  readonly repeatCount: number;
  /** The series whose forecast is explained; undefined for all that the data hold. */
  readonly s: number | undefined;
}

async function rowsOf(part: FittedPart["fitted"], question: Question, io: Io): Promise<Rows> {
  switch (part.kind) {
    case "pretrained":
      return leanings(part.gate.networks, question);
    case "linear":
      return lagRows(meanWeights(part.model, question.horizon));
    case "network":
    case "ensemble":
      return networkRows(networksOf(part), answererOf(part), question, io);
    default:
      return part satisfies never;
  }
}

/**
 * Of one forecast what each part adds to it; of many, how much worse they are without it. Attention is told with either.
 * @param members trainings of one network
 */
async function networkRows(members: readonly FittedNetwork[], name: string, question: Question, io: Io): Promise<Rows> {
  const { frame, seasons, horizon, s } = question;
  const options = { ...question, season: seasons[0] ?? 1 };
  const rows: Rows = [];
  if (s === undefined) {
    const found = [];
    for (const member of members) found.push(await permutationImportance(member, frame, options, io));
    const mase = found.reduce((sum, one) => sum + one.mase / found.length, 0);
    const text = `${name}: MASE ${mase.toPrecision(3)} on ${found[0]!.windowCount} windows; importance is what is added to it when a part of the input is shuffled among them`;
    io.notify({ level: "note", text });
    rows.push(...permutationRows(joinImportances(found)));
  } else {
    const series = seriesName(frame, frame.series[s]!);
    const found = joinContributions(
      members.map((member) => integrateGradients(member, frame, s, horizon, options.season)),
    );
    if (Number.isNaN(found.forecast))
      throw new HindcastError("data", `"${series}" has no observed value, so no forecast`, "--series with another");
    const whole = (found.forecast - found.baseline).toPrecision(4);
    const text = `${name}: the contributions sum to the forecast less the baseline, ${whole}, to within ${Math.abs(found.error).toPrecision(2)}`;
    io.notify({ level: "note", text });
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
  const told = each.filter((weights) => weights !== null);
  const mean = told[0]?.map((_, c) => told.reduce((sum, weights) => sum + weights[c]! / told.length, 0));
  return [
    ...(mean === undefined || shown.length === 1 ? [] : leaningRows(mean, candidateNames, "all")),
    ...shown.flatMap((series, i) =>
      each[i] == null ? [] : leaningRows(each[i], candidateNames, seriesName(frame, series)),
    ),
  ];
}

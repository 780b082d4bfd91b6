// Each flag, once, as data: what feeds the parser, the settings files, the help and the completion. In: the names that the stages
// offer. Out: flags by the name that their value has in a command's arguments.
import * as z from "../base/schema.js";
import { modelNames, presets } from "../choose/model-names.js";
import { engineNames } from "../engine/engine.js";
import { cells } from "../engine/kernels/cells.js";
import { lossKinds } from "../engine/kernels/fused/kernels.js";
import type { Span } from "../evaluate/folds.js";
import { type Gate, gateScores, parseGate } from "../evaluate/gates.js";
import { calendarFeatures } from "../features/calendar.js";
import { scheduleNames } from "../fit/config.js";
import { highestLevel, highestPercent, lowestLevel } from "../forecast/levels.js";
import { type AttentionKind, attentionKinds } from "../model/config.js";
import { headNames, headPattern } from "../model/heads/names.js";
import { promotionRules } from "../registry/promotion.js";
import { chartNames } from "../report/chart-names.js";
import { formatNames } from "../report/format-names.js";
import { scaleModes, scalerNames, transformNames } from "../scale/config.js";
import {
  aggregations,
  dateOrders,
  decimalMarks,
  defaultReadOptions,
  inputFormats,
  missingPolicies,
} from "../series/options.js";
import {
  character,
  convolution,
  durationMs,
  horizon,
  listOf,
  oneOf,
  path,
  realNumber,
  shard,
  text,
  toggle,
  type Value,
  wholeNumber,
  wordOr,
} from "./values.js";

export const groupTitles = {
  data: "Reading data",
  model: "Model",
  training: "Training",
  limits: "Intervals and limits",
  backtest: "Backtest",
  registry: "Registry",
  output: "Output",
  general: "General",
} as const;

export interface FlagDetails {
  readonly alias?: string;
  readonly group: keyof typeof groupTitles;
  readonly description: string;
  /** Says something about fitting, so it cannot stand beside `--from`. */
  readonly fitting?: true;
  /** Is about one run: never taken from the environment or a settings file. */
  readonly perRun?: true;
  /** Names something that is run: taken from the command line and the user's own settings only. */
  readonly trusted?: true;
}

export interface Flag<T> extends FlagDetails {
  /** As on the command line, without the dashes. */
  readonly name: string;
  readonly value: Value<Exclude<T, undefined>>;
  readonly default?: T;
}

function flag<T>(name: string, value: Value<T>, details: FlagDetails & { readonly default: NoInfer<T> }): Flag<T>;
function flag<T>(name: string, value: Value<T>, details: FlagDetails): Flag<T | undefined>;
function flag<T>(name: string, value: Value<T>, details: FlagDetails): FlagDetails & { name: string; value: Value<T> } {
  return { ...details, name, value };
}

const spans = ["expanding", "sliding"] as const satisfies readonly Span[];
const splits = ["series", "fold", "step"] as const;
/** A count stands for the N. */
const head: Value<string> = {
  schema: z.string().regex(headPattern),
  allowed: `${headNames.slice(0, -1).join(", ")} or ${headNames.at(-1)}, as in bins:10`,
  placeholder: headNames.join("|"),
  choices: headNames.slice(0, -1),
};
const decoders = ["direct", "recursive"] as const;
const exportForms = ["onnx"] as const;
const attention: Value<"none" | AttentionKind> = {
  ...oneOf(["none", ...attentionKinds]),
  placeholder: `[${["none", ...attentionKinds].join("|")}]`,
  bare: "additive",
};
/** Says what is wrong with a condition itself, by throwing. */
const gate: Value<Gate> = {
  schema: z.string().transform(parseGate),
  allowed: `a condition such as mase>1, on ${gateScores.join(", ")}`,
  placeholder: "SCORE>X",
};
const colours = ["auto", "always", "never"] as const;

export const flags = {
  // Reading data
  time: flag("time", text("COL"), { group: "data", description: "the time column; found by its name or its values" }),
  targets: flag("target", listOf(text("COL")), {
    group: "data",
    description: "what is forecast; y, value or target, or else the only numeric column",
  }),
  ids: flag("id", listOf(text("COL")), {
    group: "data",
    description: "the key of a series in long data; unique_id, id or series, or else a single series",
  }),
  wide: flag("wide", toggle, { group: "data", default: false, description: "a column per series" }),
  freq: flag("freq", text("FREQ"), {
    group: "data",
    description: "15min, h, d, b (business day), w-mon, ms, me, qs, ys, or N for integer time; inferred",
  }),
  dateOrder: flag("date-order", oneOf(dateOrders), {
    group: "data",
    description: "order of dates such as 31/01/2024, 1/31/2024 3:00 PM or 20240131; ISO 8601",
  }),
  tz: flag("tz", text("ZONE"), {
    group: "data",
    default: defaultReadOptions.tz,
    description: "zone of stamps that carry none, and of calendar steps",
  }),
  aggregate: flag("aggregate", oneOf(aggregations), {
    group: "data",
    description: "for repeated stamps, and for a --freq coarser than the data; repeated stamps are an error",
  }),
  missing: flag("missing", oneOf(missingPolicies), {
    group: "data",
    default: defaultReadOptions.missing,
    description: "what becomes of gaps and empty cells",
  }),
  since: flag("since", text("TIME"), { group: "data", description: "leave out what is earlier" }),
  until: flag("until", text("TIME"), { group: "data", description: "leave out what is later" }),
  only: flag("only", listOf(text("ID")), { group: "data", description: "these series only" }),
  past: flag("past", listOf(text("COL")), {
    group: "data",
    fitting: true,
    description: "columns known so far that may tell of the target: inputs of the networks; none",
  }),
  future: flag("future", listOf(text("COL")), {
    group: "data",
    fitting: true,
    description: "columns known ahead; rows at the end without a target are the future; none",
  }),
  static: flag("static", listOf(text("COL")), {
    group: "data",
    fitting: true,
    description: "columns that are constant in a series; none",
  }),
  holidays: flag("holidays", listOf(text("CC")), {
    group: "data",
    fitting: true,
    description: "public holidays of countries and regions, as DE or US-CA, known ahead; none",
  }),
  futureData: flag("future-data", path("FILE"), {
    group: "data",
    perRun: true,
    description: "rows of the future: time, ids and the --future columns",
  }),
  futureTemplate: flag("future-template", path("FILE"), {
    group: "data",
    perRun: true,
    description: "write the rows that --future-data has to hold, to be filled in, and forecast nothing",
  }),
  sql: flag("sql", text("QUERY"), {
    group: "data",
    trusted: true,
    description: "read what this query gives, by DuckDB, instead of files",
  }),
  database: flag("db", path("FILE"), {
    group: "data",
    description: "the DuckDB database of --sql; none, and the query names files itself",
  }),
  inputFormat: flag("input-format", oneOf(inputFormats), {
    group: "data",
    description: "format of the data; by its file's extension, or else csv",
  }),
  delimiter: flag("delimiter", character, { group: "data", description: "between fields; sniffed" }),
  decimal: flag("decimal", oneOf(decimalMarks), {
    group: "data",
    default: defaultReadOptions.decimal,
    description: "decimal mark",
  }),
  thousands: flag("thousands", character, { group: "data", description: "thousands separator; none" }),
  encoding: flag("encoding", text("NAME"), {
    group: "data",
    default: defaultReadOptions.encoding,
    description: "of the text",
  }),
  header: flag("header", toggle, {
    group: "data",
    default: true,
    description: "the first row is data: columns are called 1, 2, …",
  }),

  // Model
  model: flag("model", oneOf(modelNames, "NAME"), {
    group: "model",
    default: "auto",
    fitting: true,
    description: "what forecasts",
  }),
  models: flag("model", listOf(oneOf(modelNames, "NAME")), {
    group: "model",
    default: ["auto"],
    fitting: true,
    description: "what is scored",
  }),
  compared: flag("models", listOf(oneOf(modelNames, "NAME")), {
    group: "model",
    default: ["auto", "ets", "theta"],
    fitting: true,
    description: "what is compared, beside the plain baselines",
  }),
  tuned: flag("model", listOf(oneOf(cells, "NAME")), {
    group: "model",
    fitting: true,
    description: "the networks that are tried; all of them",
  }),
  from: flag("from", path("DIR"), {
    group: "model",
    description: "use the model of this directory; nothing is fitted",
  }),
  explained: flag("series", text("ID"), {
    group: "model",
    perRun: true,
    description: "explain the forecast of this series from its end on; its key, joined by /",
  }),
  repeats: flag("repeats", wholeNumber(2, 10_000), {
    group: "model",
    default: 5,
    description: "times that each input is shuffled",
  }),
  lineModel: flag("model", oneOf(modelNames, "NAME"), {
    group: "model",
    fitting: true,
    description: "without --from: a model for each series that needs no training, such as pretrained or ets",
  }),
  local: flag("local", toggle, {
    group: "model",
    default: false,
    fitting: true,
    description: "a model per series, fitted on that series alone",
  }),
  follow: flag("follow", toggle, {
    group: "model",
    default: false,
    perRun: true,
    description: "read on as rows are written, and forecast anew after each; with --from",
  }),
  shard: flag("shard", shard, {
    group: "model",
    perRun: true,
    description: "part I of N of the series, from 0; auto takes I from SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX",
  }),
  horizon: flag("horizon", horizon, {
    alias: "H",
    group: "model",
    description: 'steps ahead, or a span of time such as "2 weeks"',
  }),
  window: flag("window", wholeNumber(1, 100_000), {
    group: "model",
    fitting: true,
    description: "steps the network sees; from the season and the horizon",
  }),
  season: flag("season", wordOr(["auto"], listOf(wholeNumber(1, 1_000_000), 2)), {
    group: "model",
    default: "auto",
    fitting: true,
    description: "one or two seasons in steps; found from the data and their frequency",
  }),
  layers: flag("layers", listOf(wholeNumber(1, 8192)), {
    group: "model",
    fitting: true,
    description: "units of each stacked recurrent layer; from the amount of data",
  }),
  bidirectional: flag("bidirectional", toggle, {
    group: "model",
    default: false,
    fitting: true,
    description: "read the window in both directions",
  }),
  segment: flag("segment", wholeNumber(1, 10_000), {
    group: "model",
    fitting: true,
    description: "take N steps of the window as one; the short one of two seasons, 1 for none",
  }),
  conv: flag("conv", wordOr(["none"], convolution), {
    group: "model",
    default: "none",
    fitting: true,
    description: "a convolution in front: so many filters, so many steps wide",
  }),
  attention: flag("attention", attention, {
    group: "model",
    default: "none",
    fitting: true,
    description: "weigh all hidden states instead of taking the last one alone; additive",
  }),
  mix: flag("mix", wordOr(["none"], listOf(wholeNumber(1, 100_000))), {
    group: "model",
    fitting: true,
    description:
      "add a learnt mix of the naive forecasts of these seasons in steps, 1 being the last value; tried with two seasons",
  }),
  decoder: flag("decoder", oneOf(decoders), {
    group: "model",
    default: "direct",
    fitting: true,
    description: "all steps at once, or one step fed back",
  }),
  head: flag("head", head, {
    group: "model",
    default: "point",
    fitting: true,
    description: "what the last layer says",
  }),
  samples: flag("samples", wholeNumber(2, 100_000), {
    group: "model",
    fitting: true,
    description: "paths that --decoder recursive draws where the head says more than a point; 100",
  }),
  preset: flag("preset", oneOf(presets), {
    group: "model",
    default: "good",
    fitting: true,
    description: "how much time auto may spend",
  }),
  members: flag("members", wholeNumber(1, 100), {
    group: "model",
    fitting: true,
    description: "trainings of each network, from seeds one apart, whose mean forecasts; 1",
  }),
  plain: flag("plain", toggle, {
    group: "model",
    default: false,
    fitting: true,
    description: "the textbook network alone, without the recipe around it",
  }),
  scale: flag("scale", oneOf(scaleModes), {
    group: "model",
    fitting: true,
    description: "what is normalised together; window, with --plain series",
  }),
  scaler: flag("scaler", oneOf(scalerNames, "NAME"), {
    group: "model",
    fitting: true,
    description: "how it is normalised; last, with --plain standard",
  }),
  transform: flag("transform", oneOf(transformNames), {
    group: "model",
    fitting: true,
    description: "taken before scaling; auto, with --plain none",
  }),
  difference: flag("difference", wholeNumber(0, 100_000), {
    group: "model",
    default: 0,
    fitting: true,
    description: "forecast differences over N steps; 0 for none",
  }),
  deseasonalize: flag("deseasonalize", toggle, {
    group: "model",
    fitting: true,
    description: "take out seasonal indices first; where a season has no calendar",
  }),
  calendar: flag("calendar", wordOr(["auto", "none"], listOf(oneOf(calendarFeatures, "NAME"))), {
    group: "model",
    default: "auto",
    fitting: true,
    description: "time of day, weekday, month as inputs",
  }),

  // Training
  loss: flag("loss", oneOf(lossKinds), {
    group: "training",
    fitting: true,
    description: "what training makes small; huber, with --plain mse",
  }),
  epochs: flag("epochs", wholeNumber(1, 1_000_000), {
    group: "training",
    fitting: true,
    description: "passes over the data at most; from the amount of data",
  }),
  batch: flag("batch", wholeNumber(1, 1_000_000), {
    group: "training",
    fitting: true,
    description: "windows a step; from the amount of data",
  }),
  learningRate: flag("lr", realNumber({ above: 0 }), {
    group: "training",
    fitting: true,
    description: "peak learning rate",
  }),
  schedule: flag("lr-schedule", oneOf(scheduleNames), {
    group: "training",
    fitting: true,
    description: "how the learning rate goes over the epochs",
  }),
  clip: flag("clip", realNumber({ min: 0 }), {
    group: "training",
    fitting: true,
    description: "largest global norm of the gradient; 0 for no limit",
  }),
  dropout: flag("dropout", realNumber({ min: 0, max: 0.95 }), {
    group: "training",
    fitting: true,
    description: "share of a layer's outputs dropped while training",
  }),
  weightDecay: flag("weight-decay", realNumber({ min: 0 }), {
    group: "training",
    fitting: true,
    description: "decoupled weight decay",
  }),
  patience: flag("patience", wholeNumber(0), {
    group: "training",
    fitting: true,
    description: "epochs without a better held-back loss before training stops; 0 for never",
  }),
  holdBack: flag("hold-back", wholeNumber(0), {
    group: "training",
    fitting: true,
    description: "last steps of each series that tell when to stop; 0 for all --epochs on all the data; by the data",
  }),
  truncate: flag("truncate", wholeNumber(0), {
    group: "training",
    default: 0,
    fitting: true,
    description: "propagate back through the last N steps only; 0 for all of the window",
  }),
  maxTimeMs: flag("max-time", durationMs, {
    group: "training",
    fitting: true,
    description: "share this time out among all trainings, and stop each with what is best by then",
  }),
  warmStart: flag("warm-start", path("DIR|pretrained"), {
    group: "training",
    fitting: true,
    description:
      "go on from the network of a model directory or a registry; pretrained: fine-tune the pretrained model",
  }),
  seed: flag("seed", wholeNumber(0, 0xffff_ffff), {
    group: "training",
    default: 1,
    fitting: true,
    description: "the same seed on the same engine gives the same bytes",
  }),
  resume: flag("resume", toggle, {
    group: "training",
    default: false,
    perRun: true,
    description: "go on from the checkpoint that a cut-off training left beside --out",
  }),
  engine: flag("engine", oneOf(["auto", ...engineNames]), {
    group: "training",
    default: "auto",
    description: "what computes; `hindcast engine` says what is here",
  }),
  jobs: flag("jobs", wholeNumber(1, 1024), {
    alias: "j",
    group: "training",
    description: "models and folds, or series of --local, that are computed at once, each in a thread of its own",
  }),
  threads: flag("threads", wholeNumber(1, 4096), {
    group: "training",
    description: "threads of one operation; all cores there are",
  }),
  out: flag("out", path("DIR"), { group: "output", perRun: true, description: "the model directory to write" }),
  bestSettings: flag("out", path("FILE"), {
    group: "output",
    perRun: true,
    description: "write the best settings here, for train --config",
  }),
  context: flag("context", toggle, {
    group: "output",
    default: true,
    description: "leave the data's last windows out of the directory: forecasting will need the data",
  }),

  // Intervals and limits of a forecast
  level: flag("level", wordOr(["none"], listOf(realNumber({ min: 1, max: highestPercent }))), {
    group: "limits",
    description: "prediction intervals that hold so many percent; 80, or those of --quantiles alone",
  }),
  quantiles: flag("quantiles", listOf(realNumber({ min: lowestLevel, max: highestLevel })), {
    group: "limits",
    description: "quantiles beside each forecast; none",
  }),
  min: flag("min", realNumber(), { group: "limits", description: "no forecast is lower" }),
  max: flag("max", realNumber(), { group: "limits", description: "no forecast is higher" }),
  integer: flag("integer", toggle, { group: "limits", default: false, description: "whole numbers" }),
  align: flag("align", toggle, {
    group: "limits",
    default: false,
    description: "each series goes on from the newest stamp of all, not from its own",
  }),

  // Backtest
  folds: flag("folds", wholeNumber(1, 10_000), { group: "backtest", default: 3, description: "rolling origins" }),
  step: flag("step", wholeNumber(1, 1_000_000), {
    group: "backtest",
    description: "steps from one origin to the next; one horizon",
  }),
  refit: flag("refit", wordOr(["never", "every"], wholeNumber(1, 10_000)), {
    group: "backtest",
    fitting: true,
    default: "never",
    description: "fit once, at every fold, or at every Nth",
  }),
  span: flag("span", oneOf(spans), {
    group: "backtest",
    default: "expanding",
    description: "fit on all that is known, or on as much as at the first fold",
  }),
  by: flag("by", listOf(oneOf(splits)), { group: "backtest", description: "a row for each; overall" }),
  seasonOfMase: flag("mase-season", wholeNumber(1, 1_000_000), {
    group: "backtest",
    description: "season of MASE's scale in steps; the first --season",
  }),
  failIf: flag("fail-if", listOf(gate), {
    group: "backtest",
    description: "exit with 6 when a model's overall score is so; repeatable",
  }),
  maxTrials: flag("max-trials", wholeNumber(1, 100_000), {
    group: "backtest",
    default: 40,
    description: "settings tried at most, the default's among them",
  }),
  tuningTimeMs: flag("max-time", durationMs, {
    group: "backtest",
    perRun: true,
    description: "begin no trial after this time; no limit",
  }),
  trialsFile: flag("trials-file", path("FILE"), {
    group: "backtest",
    perRun: true,
    description: "keep every trial here, a line of JSON each; a search that was cut off goes on from it",
  }),
  forecastColumn: flag("forecast", text("COL"), {
    group: "data",
    description: "the column of forecasts; forecast, yhat, prediction or alike",
  }),
  history: flag("train", listOf(path("FILE")), {
    group: "data",
    perRun: true,
    description: "earlier data, read as one with the actuals: the scale of MASE is taken from them",
  }),
  timing: flag("timing", toggle, {
    group: "backtest",
    description: "what each model took in time and memory, which no two runs agree on; in tables only",
  }),
  predictions: flag("predictions", path("FILE"), {
    group: "backtest",
    perRun: true,
    description: "write every out-of-sample row here",
  }),

  // Registry
  promotion: flag("promote", oneOf(promotionRules), {
    group: "registry",
    default: "better",
    description: "when the challenger becomes champion; the first one always does",
  }),
  margin: flag("margin", realNumber({ min: 0, max: 1 }), {
    group: "registry",
    default: 0,
    description: "the share by which its score has to be lower",
  }),
  keep: flag("keep", wholeNumber(1, 1_000_000), {
    group: "registry",
    default: 10,
    description: "versions kept; the champion and the one before it always are",
  }),
  requireNew: flag("require-new", wholeNumber(1), {
    group: "registry",
    default: 1,
    description: "do nothing unless so many values are new",
  }),
  maxAgeMs: flag("max-age", durationMs, {
    group: "registry",
    description: "the newest stamp may be no older than this, such as 2d",
  }),
  force: flag("force", toggle, {
    group: "registry",
    default: false,
    perRun: true,
    description: "go on though nothing is new, or fewer values are there than before",
  }),
  lockWaitMs: flag("lock-wait", durationMs, {
    group: "registry",
    description: "wait this long for another run to end, such as 5m; not at all",
  }),
  onPromote: flag("on-promote", text("CMD"), {
    group: "registry",
    trusted: true,
    description: "run this in a shell after a promotion, the run's record on its stdin",
  }),
  onFail: flag("on-fail", text("CMD"), {
    group: "registry",
    trusted: true,
    description: "run this in a shell after a failure, the run's record on its stdin",
  }),

  // Engine
  source: flag("from", path("DIR|WHEEL"), {
    group: "general",
    trusted: true,
    description: "install from what is already on disk",
  }),

  // Export
  to: flag("to", oneOf(exportForms), { group: "output", perRun: true, description: "the form of the file" }),
  withScaling: flag("with-scaling", toggle, {
    group: "output",
    default: false,
    description: "from the data's units to the data's units: transform, season, difference and scaling in the file too",
  }),
  tensorboard: flag("tensorboard", path("DIR"), {
    group: "output",
    perRun: true,
    description: "write the loss and the learning rate of each epoch here, for TensorBoard to show",
  }),

  // Output
  format: flag("format", oneOf(formatNames), { group: "output", description: "of what is written" }),
  csvSafe: flag("csv-safe", toggle, {
    group: "output",
    default: false,
    description: "for spreadsheets: an apostrophe before text in CSV and TSV that one would take for a formula",
  }),
  plot: flag("plot", toggle, {
    group: "output",
    default: false,
    description: "draw history, forecast and interval on stderr",
  }),
  report: flag("report", path("FILE"), {
    group: "output",
    perRun: true,
    description: "write a page of charts here too, for a browser",
  }),
  svg: flag("svg", oneOf(chartNames, "CHART"), {
    group: "output",
    perRun: true,
    description: "write this chart alone, as SVG, instead of the page; of many series the first one's",
  }),
  output: flag("output", path("FILE"), {
    alias: "o",
    group: "output",
    perRun: true,
    description: "write here, whole or not at all; stdout",
  }),

  // General
  quiet: flag("quiet", toggle, { alias: "q", group: "general", default: false, description: "say errors only" }),
  logJson: flag("log-json", toggle, { group: "general", default: false, description: "stderr is lines of JSON" }),
  colour: flag("color", oneOf(colours), {
    group: "general",
    default: "auto",
    description: "colour on a terminal; NO_COLOR is respected",
  }),
  dryRun: flag("dry-run", toggle, {
    group: "general",
    default: false,
    perRun: true,
    description: "check everything, say what would be done, do nothing",
  }),
  config: flag("config", path("FILE"), {
    group: "general",
    perRun: true,
    description: "settings; hindcast.config.json, .yaml or .toml here",
  }),
  printConfig: flag("print-config", toggle, {
    group: "general",
    default: false,
    perRun: true,
    description: "show each setting and where it comes from, do nothing",
  }),
  help: flag("help", toggle, { alias: "h", group: "general", default: false, perRun: true, description: "this text" }),
  version: flag("version", toggle, { group: "general", default: false, perRun: true, description: "the version" }),
} as const;

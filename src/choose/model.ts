// Every model by its name. In: a name, options and a frame. Out: a fitted model as plain data, which is what a model directory keeps.
import { HindcastError } from "../base/errors.js";
import type { Effects } from "../effects/schema.js";
import { cells } from "../engine/kernels/cells.js";
import type { Checkpoint } from "../fit/checkpoint.js";
import type { NetworkSpec } from "../fit/defaults.js";
import type { Epoch } from "../fit/loop.js";
import type { OpenTrainer } from "../fit/trainer.js";
import { baselines } from "../forecast/baselines.js";
import type { ForecastLimits } from "../forecast/limits.js";
import type { FitContext, Forecaster } from "../forecast/predictor.js";
import { parseHead } from "../model/heads/names.js";
import type { Frame } from "../series/frame.js";
import { seasonsOf } from "../series/season.js";
import { type Choice, chooseByValidation, chooseCell, contenders } from "./auto.js";
import type { Combination, Fitted, FittedModel, FittedPart } from "./fitted.js";
import { modelNames, type Preset } from "./model-names.js";
import { fitNetworks } from "./network.js";
import { predictorOf } from "./predictor.js";

/** Options of every model; what concerns networks only is ignored by the baselines. */
export interface ModelOptions extends Omit<NetworkSpec, "cell"> {
  /** "auto": found in the very frame a model is fitted on. */
  readonly seasons: "auto" | readonly number[];
  readonly limits: ForecastLimits;
  /** How much time `auto` may spend. */
  readonly preset: Preset;
  /** false: the models are compared by their point forecasts alone, and nothing is calibrated. */
  readonly intervals?: boolean;
  /** Trainings of each network, whose mean forecasts; 1 when left out. */
  readonly members?: number | undefined;
  /** The pretrained model is fine-tuned on the data. */
  readonly warmStart?: "pretrained" | undefined;
  /** What trains; opened when the first network is to be trained, so that baselines need no engine. */
  readonly openTrainer: () => Promise<OpenTrainer>;
  /** Milliseconds, for `maxTimeMs` only. */
  readonly clock: () => number;
  /** Where networks in training are kept; nowhere when left out. */
  readonly checkpoint?: Checkpoint | undefined;
  /** Told of each epoch of each network that is trained. */
  readonly onEpoch?: ((epoch: Epoch) => void) | undefined;
}

/** Fits the model called `asked` on all of `frame`. @throws HindcastError "usage" for an unknown name */
export async function fitModel(
  asked: string,
  frame: Frame,
  horizon: number,
  options: ModelOptions,
  context: FitContext,
): Promise<FittedModel> {
  const seasons = seasonsOf(frame, options.seasons);
  const task = { frame, horizon, seasons, options };
  if (asked !== "auto")
    return { asked, reason: undefined, seasons, horizon, ...(await fitNamed(asked, task, context)) };
  const cell = chooseCell(frame, horizon, seasons, options);
  if (parseHead(options.head) !== undefined) {
    const reason = `--head ${options.head} is what a network says, and auto takes an ${cell} for it`;
    return { asked, reason, seasons, horizon, ...(await fitNamed(cell, task, context)) };
  }
  const names = contenders(options.preset, cell);
  const timed = shareTime(task, names);
  const choice = await chooseModel(names, timed, context);
  const { warning, reason } = choice;
  if (warning !== undefined) context.notify({ level: "warning", text: warning });
  return { asked, reason, seasons, horizon, ...(await fitParts(choice, withTuning(timed), context)) };
}

/** Each network among the contenders is trained twice: to be compared, and to answer. */
function shareTime(task: Task, names: readonly string[]): Task {
  const { maxTimeMs } = task.options;
  const trainingCount = 2 * names.filter((name) => cells.some((cell) => cell === name)).length;
  if (maxTimeMs === undefined || trainingCount === 0) return task;
  return { ...task, options: { ...task.options, maxTimeMs: maxTimeMs / trainingCount } };
}

interface Task {
  readonly frame: Frame;
  readonly horizon: number;
  readonly seasons: readonly number[];
  readonly options: ModelOptions;
}

/** Series from which on `auto` takes the time to fine-tune the pretrained model on them. */
const panelToTuneOn = 50;

function withTuning(task: Task): Task {
  const isWorthIt = task.options.preset !== "fast" && task.frame.series.length >= panelToTuneOn;
  return isWorthIt ? { ...task, options: { ...task.options, warmStart: "pretrained" } } : task;
}

async function fitParts({ parts, series, stretch }: Choice, task: Task, context: FitContext): Promise<Fitted> {
  const fitted: FittedPart[] = [];
  const setApart = onceApart(task, context);
  for (const { name, weight } of parts) {
    context.progress.stage(`train ${name}`);
    const part = await fitNamed(name, task, context, setApart);
    if (parts.length === 1) return part;
    fitted.push({ weight, fitted: part });
  }
  return { kind: "combination", parts: fitted, series, stretch };
}

/** @param setApart shared by what is fitted on the same task @throws HindcastError "usage" for an unknown name */
async function fitNamed(
  name: string,
  task: Task,
  context: FitContext,
  setApart = onceApart(task, context),
): Promise<Exclude<Fitted, Combination>> {
  const { frame, horizon, seasons, options } = task;
  const { intervals = true, warmStart, seed } = options;
  if (name === "pretrained") {
    const { fitGate } = await import("../gate/fit.js");
    const tune = warmStart === undefined ? {} : { fineTuningSeed: seed };
    const { rest, ...apart } = await setApart();
    const gate = await fitGate(rest, horizon, { seasons, intervals, ...tune }, context);
    return { kind: "pretrained", gate, ...apart };
  }
  if (name === "linear") {
    const { fitLinearModel } = await import("./linear.js");
    const { rest, ...apart } = await setApart();
    return { ...(await fitLinearModel(rest, horizon, seasons, intervals, context)), ...apart };
  }
  if (baselines.has(name)) {
    const calibration = intervals
      ? await baselines.get(name)({ seasons }).calibrate(frame, horizon, context.signal)
      : null;
    return { kind: "baseline", name, calibration };
  }
  const cell = cells.find((candidate) => candidate === name);
  if (cell === undefined)
    throw new HindcastError("usage", `there is no model "${name}"`, `one of: ${modelNames.join(", ")}`);
  return fitNetworks(cell, frame, horizon, seasons, options, context);
}

/** What covariates known ahead add to the series, and what they leave. */
interface Apart {
  readonly rest: Frame;
  readonly effects?: Effects;
}

/** The models of a combination forecast the same rest: it is worked out when the first of them asks. */
function onceApart(task: Task, context: FitContext): () => Promise<Apart> {
  let apart: Promise<Apart> | undefined;
  return () => {
    apart ??= setEffectsApart(task, context);
    return apart;
  };
}

async function setEffectsApart({ frame, horizon, seasons }: Task, { signal }: FitContext): Promise<Apart> {
  if (frame.covariates === undefined) return { rest: frame };
  const [{ fitEffects }, { separateEffects }] = await Promise.all([
    import("../effects/fit.js"),
    import("../effects/model.js"),
  ]);
  const effects = await fitEffects(frame, horizon, seasons, signal);
  return effects === undefined ? { rest: frame } : { rest: separateEffects(frame, effects, 0).rest, effects };
}

function chooseModel(names: readonly string[], task: Task, context: FitContext): Promise<Choice> {
  const { frame, horizon, seasons, options } = task;
  const create = (name: string): Forecaster => ({
    name,
    async fit(known, ahead, fitting) {
      // Of the baselines only the forecasts are looked at.
      const own = { ...options, intervals: (options.intervals ?? true) && !baselines.has(name) };
      const rehearsal = withTuning({
        frame: known,
        horizon: ahead,
        seasons: seasonsOf(known, own.seasons),
        options: own,
      });
      const fitted = await fitNamed(name, rehearsal, fitting);
      const model = { asked: name, reason: undefined, seasons: rehearsal.seasons, horizon: ahead, ...fitted };
      return predictorOf(model, options.limits, fitting);
    },
  });
  const { intervals = true } = options;
  return chooseByValidation({ frame, horizon, season: seasons[0] ?? 1, names, intervals, create }, context);
}

/** The model called `name`, as a backtest takes it. */
export function createForecaster(name: string, options: ModelOptions): Forecaster {
  return {
    name,
    fit: async (frame, horizon, context) =>
      predictorOf(await fitModel(name, frame, horizon, options, context), options.limits, context),
  };
}

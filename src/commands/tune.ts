// `hindcast tune`: settings of a network that do better than the default on backtest folds of the data.
import { fingerprint } from "../artifact/save-model.js";
import { quantile } from "../base/numeric.js";
import { sha256 } from "../base/sha256.js";
import type { Cell, Table } from "../base/table.js";
import { quoteWord } from "../base/wording.js";
import { chooseCell } from "../choose/auto.js";
import type { ModelOptions } from "../choose/model.js";
import { mostAtOnce, rate, type Search, searchSettings, type Trial } from "../choose/tune.js";
import { settingImportance } from "../choose/tune-importance.js";
import {
  type Dimension,
  type Point,
  planSpace,
  settingsAt,
  type TrialSettings,
  usualPoint,
} from "../choose/tune-space.js";
import type { CellKind } from "../engine/kernels/cells.js";
import { cells } from "../engine/kernels/cells.js";
import { availableThreads } from "../engine/threads.js";
import type { BacktestOptions } from "../evaluate/backtest.js";
import { knownAt, planFolds } from "../evaluate/folds.js";
import { chooseSettings, type NetworkSettings } from "../fit/defaults.js";
import { openTrialThreads, openTune } from "../parallel/tune.js";
import { openTrials } from "../registry/trials.js";
import type { Frame } from "../series/frame.js";
import { seasonsOf } from "../series/season.js";
import type { TuneArgs } from "./args.js";
import { workerFile } from "./backtest.js";
import { horizonOf, readFrame } from "./data.js";
import type { Io } from "./io.js";
import { setUpModels } from "./model-options.js";
import { settingsOf, unusualSettings, withSettings } from "./model-settings.js";
import { showValue } from "./settings.js";

export async function run(args: TuneArgs, io: Io): Promise<void> {
  const startedMs = io.now();
  const frame = await readFrame(args.data, args.reading, io);
  const plan = planSearch(args, frame, io);
  const { space, folds, usual } = plan;
  const settingsOfPoint = (trial: number, point: Point): TrialSettings =>
    // The default is left to itself: what it is by default need not be what it would be with every setting said.
    trial === 0 ? { model: plan.usualModel } : { model: plan.usualModel, ...settingsAt(space, point, usual) };
  const base = settingsOf(modelArgs(args, plan.usualModel));
  const key = sha256(JSON.stringify([fingerprint(frame), plan.options, space, base, args.engine, io.version]));
  const kept = args.trialsFile === undefined ? undefined : await openTrials(args.trialsFile, key, io.notify);
  if (kept !== undefined && kept.finished.size > 0)
    io.notify({ level: "note", text: `${args.trialsFile} has ${kept.finished.size} trials, which are not run again` });
  const jobCount = Math.min(args.jobs ?? 1, mostAtOnce);
  const trials = openTrialRunner(args, frame, plan.options, jobCount, io);
  const runMs = new Map<number, number>();
  try {
    const search = await searchSettings({
      space,
      foldCount: folds.length,
      maxTrials: args.maxTrials,
      seed: args.seed,
      jobCount,
      isTimeUp: () => args.tuningTimeMs !== undefined && io.now() - startedMs >= args.tuningTimeMs,
      finished: kept?.finished ?? new Map(),
      async run(trial, point, limits) {
        const begunMs = io.now();
        const own = settingsOfPoint(trial, point);
        const { options } = setUpModels(withSettings(modelArgs(args, plan.usualModel), { ...base, ...own }), io);
        const outcome = await trials.run(trial, { model: String(own.model), models: plain(options), limits });
        runMs.set(trial, io.now() - begunMs);
        return outcome;
      },
      async keep(trial) {
        await kept?.keep(trial, settingsOfPoint(trial.trial, trial.point), runMs.get(trial.trial)!);
      },
    });
    io.progress.stop();
    saySearch(search, args, io);
    if (args.bestSettings !== undefined) {
      const found = { ...unusualSettings(base), ...settingsOfPoint(search.best.trial, search.best.point) };
      const { model, ...settings } = found;
      const text = `${JSON.stringify({ model, horizon: args.horizon, ...settings }, null, 2)}\n`;
      await io.writeText(text, { output: args.bestSettings });
    }
    await io.writeTable(searchTable(search, space, args.seed), args, "table");
  } finally {
    await trials.close();
  }
}

interface Plan {
  readonly space: readonly Dimension[];
  readonly usual: NetworkSettings;
  readonly usualModel: CellKind;
  readonly folds: ReturnType<typeof planFolds>;
  readonly options: BacktestOptions;
}

/** What may be searched rests on what is known at the first origin, as the trials do. */
function planSearch(args: TuneArgs, frame: Frame, io: Io): Plan {
  const horizon = horizonOf(args.horizon, frame);
  const foldOptions = { horizon, folds: args.folds, step: args.step ?? horizon };
  const folds = planFolds(frame, foldOptions, io.notify);
  const known = knownAt(frame, folds, 0, args.span).frame;
  const models = args.tuned ?? cells;
  const { options } = setUpModels(modelArgs(args, models[0]!), io);
  const seasons = seasonsOf(known, options.seasons);
  const wanted = chooseCell(known, horizon, seasons, args);
  const usualModel = models.find((model) => model === wanted) ?? models[0]!;
  const usual = chooseSettings(known, horizon, seasons, { ...options, cell: usualModel });
  const length = quantile(
    Float64Array.from(known.series, ({ values }) => values.length),
    0.5,
  );
  return {
    space: planSpace({ models, usualModel, usual, horizon, seasons, length, fixed: fixedNames(args) }),
    usual,
    usualModel,
    folds,
    options: { ...foldOptions, refit: "every", span: args.span, season: seasons[0] ?? 1, quantiles: [] },
  };
}

/** Which models are tried is a choice of its own. */
function fixedNames({ fixed }: TuneArgs): ReadonlySet<string> {
  return new Set([...fixed].filter((name) => name !== "model"));
}

/** As if `train` had been given the same flags. */
function modelArgs({ tuned: _, ...args }: TuneArgs, model: CellKind) {
  return { ...args, model, preset: "good", members: undefined, warmStart: undefined, maxTimeMs: undefined } as const;
}

type PlainOptions = Omit<ModelOptions, "clock" | "openTrainer">;

/** What can be posted to a thread; trials say points alone. */
function plain({ clock: _, openTrainer: __, ...options }: ModelOptions): PlainOptions {
  return { ...options, intervals: false };
}

function openTrialRunner(args: TuneArgs, frame: Frame, options: BacktestOptions, jobCount: number, io: Io) {
  const { engine, threads = Math.max(1, Math.floor(availableThreads() / jobCount)) } = args;
  const setup = { frame, options, recipe: { engine, threads, dataDirectory: io.dataDirectory } };
  type Task = Parameters<ReturnType<typeof openTrialThreads>["run"]>[0];
  if (jobCount > 1) {
    const { run, close } = openTrialThreads(setup, { workerFile, threadCount: jobCount }, io);
    return { run: (_: number, task: Task) => run(task), close };
  }
  const runHere = openTune(setup, { now: io.now });
  return {
    run(trial: number, task: Task) {
      const stage = (name: string) => io.progress.stage(`trial ${trial + 1}/${args.maxTrials} · ${name}`);
      return runHere(task, { ...io, progress: { ...io.progress, stage } });
    },
    close: async () => {},
  };
}

function saySearch({ trials, best, ended }: Search, args: TuneArgs, io: Io): void {
  const count = (state: Trial["state"]) => trials.filter((trial) => trial.state === state).length;
  const parts = [
    `${count("complete")} complete`,
    `${count("stopped")} stopped early`,
    ...(count("failed") > 0 ? [`${count("failed")} failed`] : []),
  ];
  const why = ended === "max-time" ? "; --max-time is over" : ended === "exhausted" ? "; all there is was tried" : "";
  io.notify({ level: "note", text: `${trials.length} trials: ${parts.join(", ")}${why}` });
  const [usual, found] = [trials[0]!, best].map(({ scores }) => scores.at(-1)!.toPrecision(3));
  const text =
    best.trial === 0
      ? `no trial did better than the default, MASE ${usual}`
      : `trial ${best.trial}: MASE ${found} on the folds, the default's ${usual}; the best of many looks better than it is on data to come`;
  io.notify({ level: "note", text });
  if (args.bestSettings !== undefined)
    io.notify({ level: "note", text: `to train with it: hindcast train … --config ${quoteWord(args.bestSettings)}` });
}

/** A row a setting: of the best trial, of the default, and how much of the trials' variance it explains alone. */
function searchTable({ trials, best }: Search, space: readonly Dimension[], seed: number): Table {
  const importance = settingImportance(space, rate(trials), seed);
  const usual = usualPoint(space);
  const rows = space.map(({ name, values }, d): { cells: Cell[]; share: number } => {
    const share = importance?.[d];
    const shown = [best.point, usual].map((point) => showValue(values[point[d]!] ?? undefined));
    return { cells: [name, ...shown, share === undefined ? null : Math.round(1000 * share) / 1000], share: share ?? 0 };
  });
  const sorted = importance === null ? rows : [...rows].sort((a, b) => b.share - a.share);
  return {
    type: "tuning",
    columns: ["setting", "best", "default", "importance"],
    rows: [["mase", best.scores.at(-1)!, trials[0]!.scores.at(-1)!, null], ...sorted.map(({ cells: own }) => own)],
  };
}

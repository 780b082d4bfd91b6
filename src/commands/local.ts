// `--local`: a model per series. In: flags. Out: what forecasts a frame so, on `--jobs` threads, with what many series have to say told
// once for all of them.
import type { Note, Notify } from "../base/notes.js";
import { listNames } from "../base/wording.js";
import { forecastLocally, type LocalForecasts, type LocalRequest } from "../choose/local.js";
import type { Predictor } from "../forecast/predictor.js";
import { forecastOnThreads, type LocalTask } from "../parallel/local.js";
import { type Frame, seriesName } from "../series/frame.js";
import type { ForecastArgs } from "./args.js";
import { modelRecipe, workerFile } from "./backtest.js";
import type { Io } from "./io.js";
import { setUpModels } from "./model-options.js";

/** Series of a task at most, so that threads end together and a bar moves. */
const seriesPerTask = 32;

export function localPredictor(args: ForecastArgs, io: Io): Predictor {
  const { options } = setUpModels(args, io);
  return {
    name: args.model,
    async predict(frame, horizon, levels = []) {
      const request = { model: args.model, horizon, levels };
      io.progress.stage(`a model per series: ${args.model}`);
      const parts =
        args.jobs !== undefined && args.jobs > 1
          ? await forecastOnThreads(
              { frame, request, recipe: modelRecipe(args.jobs, { ...args, options }, io) },
              splitSeries(frame.series.length, args.jobs),
              { workerFile, threadCount: args.jobs },
              io,
            )
          : await forecastInTurn(frame, request);
      sayNotes(frame, parts, io.notify);
      return joinParts(parts, levels.length);
    },
  };

  async function forecastInTurn(frame: Frame, request: LocalRequest): Promise<LocalForecasts[]> {
    const parts: LocalForecasts[] = [];
    // Within the training of one series there is no saying how far all are.
    const progress = { ...io.progress, stage() {}, update() {} };
    for (const task of splitSeries(frame.series.length, 1)) {
      parts.push(await forecastLocally(frame, task, request, options, { ...io, progress }));
      io.progress.update({ done: task.to, total: frame.series.length });
    }
    return parts;
  }
}

function splitSeries(count: number, jobCount: number): LocalTask[] {
  const size = Math.max(1, Math.min(seriesPerTask, Math.ceil(count / (4 * jobCount))));
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(count, (i + 1) * size),
  }));
}

function joinParts(parts: readonly LocalForecasts[], levelCount: number) {
  const join = (arrays: readonly Float64Array[]) => {
    const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const array of arrays) {
      all.set(array, at);
      at += array.length;
    }
    return all;
  };
  return {
    point: join(parts.map(({ point }) => point)),
    quantiles: Array.from({ length: levelCount }, (_, q) => join(parts.map(({ quantiles }) => quantiles[q]!))),
  };
}

/** What was said in the same words of several series is said once, with their names; and what forecast how many. */
function sayNotes(frame: Frame, parts: readonly LocalForecasts[], notify: Notify): void {
  const saidOf = new Map<string, Note & { names: string[] }>();
  for (const { series, level, text } of parts.flatMap(({ notes }) => notes)) {
    const name = seriesName(frame, frame.series[series]!);
    const said = saidOf.get(text);
    if (said === undefined) saidOf.set(text, { level, text, names: [name] });
    else if (said.names.at(-1) !== name) said.names.push(name);
  }
  for (const { level, text, names } of saidOf.values()) notify({ level, text: `${listNames(names)}: ${text}` });
  const counts = new Map<string, number>();
  for (const name of parts.flatMap(({ answerers }) => answerers))
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  const words = Array.from(counts, ([name, count]) => `${name} for ${count}`);
  if (words.length > 0) notify({ level: "note", text: `a model per series: ${words.join(", ")}` });
}

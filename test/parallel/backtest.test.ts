// Threads of a backtest, started from the built file as the command line starts them.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { createForecaster, type ModelOptions } from "../../src/choose/model.js";
import type { BacktestOptions } from "../../src/evaluate/backtest.js";
import { backtest } from "../../src/evaluate/backtest.js";
import { openTrainer } from "../../src/fit/open-trainer.js";
import { openUnitThreads } from "../../src/parallel/backtest.js";
import { shareFrame } from "../../src/parallel/shared-frame.js";
import { airPassengers, dailyFrame, listeningContext } from "../evaluate/frames.js";
import { smallModel } from "../support/context.js";
import { temporaryDirectory } from "../support/directory.js";

const builtFile = new URL("../../dist/worker.js", import.meta.url);
const options: BacktestOptions = { horizon: 4, folds: 3, step: 4, refit: "every", span: "expanding", season: 4 };
const { clock: _clock, openTrainer: _openTrainer, ...models } = smallModel;
/** On the kernels, as the threads are, whichever engine the other tests compute on. */
const onKernels: ModelOptions = {
  ...smallModel,
  openTrainer: async () => (await openTrainer("auto", { dataDirectory: "/nowhere", notify: () => {} })).create,
};
const recipe = { models, engine: "auto", threads: 1, dataDirectory: "/nowhere" } as const;

async function runOnThreads(
  frame: ReturnType<typeof dailyFrame>,
  names: readonly string[],
  threadCount: number,
  context = listeningContext(),
  workerFile: URL = builtFile,
) {
  const forecasters = names.map((name) => createForecaster(name, onKernels));
  const { run, close } = openUnitThreads({ frame, options, recipe }, { workerFile, threadCount }, context);
  try {
    return await backtest(frame, forecasters, options, context, run);
  } finally {
    await close();
  }
}

test.each([1, 2, 3])("%d threads give the same bytes and notes as none", async (threadCount) => {
  // A series without a value makes every model say something at every fold; its first folds are done last.
  const frame = dailyFrame(airPassengers().series[0]!.values, new Float64Array(40).fill(Number.NaN));
  const names = ["gru", "ets", "rnn", "naive"];
  const [alone, together] = [listeningContext(), listeningContext()];
  const forecasters = names.map((name) => createForecaster(name, onKernels));
  const expected = await backtest(frame, forecasters, options, alone);
  const { models: given } = await runOnThreads(frame, names, threadCount, together);
  expect(given).toEqual(expected.models);
  expect(alone.notes.length).toBeGreaterThan(names.length);
  expect(together.notes).toEqual(alone.notes);
});

test("a frame is shared whole, and nothing of it is copied when it is posted", () => {
  const frame = dailyFrame([1, 2, Number.NaN, 4], [], [5]);
  const shared = shareFrame(frame);
  expect(shared).toEqual(frame);
  structuredClone(shared).series[0]!.values[0] = 7;
  expect(shared.series[0]!.values[0]).toBe(7);
  expect(frame.series[0]!.values[0]).toBe(1);
});

describe("a thread that", () => {
  const workerWith = async (script: string) => {
    const file = join(await temporaryDirectory(), "worker.cjs");
    writeFileSync(file, script);
    return pathToFileURL(file);
  };

  test.each([
    ["cannot start", "throw new Error('no way')", "a thread of --jobs crashed: no way"],
    ["ends in the middle", "process.exit(3)", "a thread of --jobs ended with exit code 3"],
  ])("%s is said to have done so", async (_, script, message) => {
    const file = await workerWith(script);
    const run = runOnThreads(airPassengers(), ["naive", "drift"], 2, listeningContext(), file);
    await expect(run).rejects.toThrow(message);
  });

  test("is at work is ended by the signal, whose reason is thrown", async () => {
    const stop = new AbortController();
    const file = await workerWith("require('node:worker_threads').parentPort.on('message', () => { for (;;); })");
    const run = runOnThreads(airPassengers(), ["naive"], 2, listeningContext(stop.signal), file);
    setTimeout(() => stop.abort(new Error("enough")), 100);
    await expect(run).rejects.toThrow("enough");
  });
});

// Processes of a comparison, started from the built file as the command line starts them.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createForecaster, type ModelOptions } from "../../src/choose/model.js";
import { type BacktestOptions, backtest } from "../../src/evaluate/backtest.js";
import { openTrainer } from "../../src/fit/open-trainer.js";
import { openModelProcesses } from "../../src/parallel/compare.js";
import { airPassengers, dailyFrame, listeningContext } from "../evaluate/frames.js";
import { smallModel } from "../support/context.js";
import { temporaryDirectory } from "../support/directory.js";

const builtFile = new URL("../../dist/worker.js", import.meta.url);
const options: BacktestOptions = { horizon: 4, folds: 3, step: 4, refit: 2, span: "expanding", season: 4 };
const { clock: _clock, openTrainer: _openTrainer, ...models } = smallModel;
/** On the kernels, as the processes are, whichever engine the other tests compute on. */
const onKernels: ModelOptions = {
  ...smallModel,
  openTrainer: async () => (await openTrainer("auto", { dataDirectory: "/nowhere", notify: () => {} })).create,
};
const recipe = { models, engine: "auto", threads: 1, dataDirectory: "/nowhere" } as const;
// A series without a value makes every model say something at every fold.
const frame = dailyFrame(airPassengers().series[0]!.values, new Float64Array(40).fill(Number.NaN));

async function compare(names: readonly string[], context = listeningContext(), workerFile: URL = builtFile) {
  const forecasters = names.map((name) => createForecaster(name, onKernels));
  const { run, costs, close } = openModelProcesses({ frame, options, recipe }, { workerFile, threadCount: 2 }, context);
  try {
    return { result: await backtest(frame, forecasters, options, context, run), costs };
  } finally {
    await close();
  }
}

async function workerWith(script: string): Promise<URL> {
  const file = join(await temporaryDirectory(), "worker.cjs");
  writeFileSync(file, script);
  return pathToFileURL(file);
}

test("models in processes of their own give the same bytes and notes as together in one", async () => {
  const names = ["rnn", "theta", "naive"];
  const [alone, apart] = [listeningContext(), listeningContext()];
  const expected = await backtest(
    frame,
    names.map((name) => createForecaster(name, onKernels)),
    options,
    alone,
  );
  const { result, costs } = await compare(names, apart);
  expect(result).toEqual(expected);
  expect(alone.notes.length).toBeGreaterThan(names.length);
  expect(apart.notes).toEqual(alone.notes);
  expect([...costs.keys()]).toEqual(names);
  for (const { fitMs, forecastMs } of costs.values()) {
    expect(fitMs).toBeGreaterThan(0);
    expect(forecastMs).toBeGreaterThan(0);
  }
});

test.runIf(existsSync("/proc/self/status"))("a model's memory is its own, not that of who started it", async () => {
  const held = Buffer.alloc(400e6, 1);
  const { costs } = await compare(["naive"]);
  expect(held.at(-1)).toBe(1);
  // Node.js alone is some 40 MB; the model and its data are next to nothing.
  expect(costs.get("naive")!.peakBytes).toBeGreaterThan(20e6);
  expect(costs.get("naive")!.peakBytes).toBeLessThan(300e6);
});

test.each([
  ["ends in the middle", "process.exit(3)", "a process of --jobs ended with exit code 3"],
  ["is killed", "process.kill(process.pid, 'SIGKILL')", "a process of --jobs ended with SIGKILL"],
])("a process that %s is said to have done so", async (_, script, message) => {
  await expect(compare(["naive"], listeningContext(), await workerWith(script))).rejects.toThrow(message);
});

test("a process that is at work is ended by the signal, whose reason is thrown", async () => {
  const stop = new AbortController();
  const file = await workerWith("process.on('message', () => { for (;;); })");
  const run = compare(["naive"], listeningContext(stop.signal), file);
  setTimeout(() => stop.abort(new Error("enough")), 100);
  await expect(run).rejects.toThrow("enough");
});

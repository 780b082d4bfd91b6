import { describe, expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import {
  type BacktestOptions,
  backtest,
  type ModelFold,
  runUnit,
  spreadResult,
  spreadRows,
  type Unit,
  unitsOf,
} from "../../src/evaluate/backtest.js";
import { planFolds } from "../../src/evaluate/folds.js";
import { baselines } from "../../src/forecast/baselines.js";
import type { Forecaster, Forecasts } from "../../src/forecast/predictor.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";
import type { Frame } from "../../src/series/frame.js";
import { dailyFrame, listeningContext } from "./frames.js";

const options: BacktestOptions = { horizon: 2, folds: 3, step: 2, refit: "every", span: "expanding", season: 1 };
const ramp = (length: number, first = 0) => Float64Array.from({ length }, (_, i) => first + i);
const { NaN: gap } = Number;

/** Says the same for every step of every series, from the frame that it is shown. */
function saying(
  name: string,
  tell: (frame: Frame, horizon: number, levels: readonly number[]) => Forecasts,
): Forecaster {
  return {
    name,
    fit: async () => ({
      name,
      reason: `${name} was asked for`,
      predict: async (frame, horizon, levels = []) => tell(frame, horizon, levels),
    }),
  };
}

const failing = (name: string, error: Error): Forecaster => ({ name, fit: () => Promise.reject(error) });
const constant = (name: string, value: number) =>
  saying(name, ({ series }, horizon) => ({
    point: new Float64Array(series.length * horizon).fill(value),
    quantiles: [],
  }));

describe("the units of a backtest", () => {
  test("are the folds that one fit serves, in their order", () => {
    expect(unitsOf(3, "never")).toEqual([{ from: 0, to: 3 }]);
    expect(unitsOf(3, "every")).toEqual([
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ]);
    expect(unitsOf(3, 2)).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 3 },
    ]);
  });

  test("run elsewhere all begin at once, and are taken one after the other", async () => {
    const said: string[] = [];
    const told = (name: string, { from }: Unit): ModelFold[] => [
      { chose: `${name}-${from}`, forecasts: Float64Array.of(from, from), quantiles: [] },
    ];
    const models = [constant("one", 1), constant("two", 2)];
    const context = listeningContext();
    const { models: scored } = await backtest(dailyFrame(ramp(10)), models, options, context, (name, unit) => {
      said.push(`begin ${name} ${unit.from}`);
      return async () => {
        said.push(`take ${name} ${unit.from}`);
        return told(name, unit);
      };
    });
    const of = (what: string) => ["one", "two"].flatMap((name) => [0, 1, 2].map((from) => `${what} ${name} ${from}`));
    expect(said).toEqual([...of("begin"), ...of("take")]);
    expect(scored.map(({ folds }) => folds.map(({ chose }) => chose))).toEqual([
      ["one-0", "one-1", "one-2"],
      ["two-0", "two-1", "two-2"],
    ]);
    expect(context.stages).toEqual([]);
  });

  test("run elsewhere are not taken after one of their model that fails", async () => {
    const taken: string[] = [];
    const context = listeningContext();
    const models = [constant("one", 1), constant("two", 2)];
    const result = await backtest(dailyFrame(ramp(10)), models, options, context, (name, { from }) => async () => {
      taken.push(`${name} ${from}`);
      if (name === "one" && from === 1) throw new HindcastError("data", "too little of it", "add history");
      return [{ chose: name, forecasts: Float64Array.of(1, 1), quantiles: [] }];
    });
    expect(taken).toEqual(["one 0", "one 1", "two 0", "two 1", "two 2"]);
    expect(result.models.map(({ name }) => name)).toEqual(["two"]);
    expect(context.notes).toEqual([{ level: "warning", text: "one is left out: too little of it" }]);
  });

  test("keep what the predictor chose and why, its quantiles, and what it gave to what came", async () => {
    const frame = dailyFrame(ramp(8, 100), ramp(3), [...ramp(6, 200), gap, 207]);
    const teller = saying("teller", ({ series }, horizon, levels) => {
      const point = Float64Array.from({ length: series.length * horizon }, (_, i) => i);
      return {
        point,
        quantiles: levels.map((level) => point.map((value) => value + level)),
        crossEntropy: (actual) => actual.map((value) => value / 100),
      };
    });
    const folds = planFolds(frame, { ...options, folds: 2 }, () => {});
    const asked = { ...options, quantiles: quantileColumns({ level: [80] }) };
    const done = await runUnit(frame, teller, folds, { from: 0, to: 2 }, asked, listeningContext());
    // The second series reaches the newer fold only.
    const rows = (fold: ModelFold) => [fold.forecasts, ...fold.quantiles, fold.crossEntropies!].map((row) => [...row]);
    expect(done.map(({ chose, reason }) => [chose, reason])).toEqual(
      new Array(2).fill(["teller", "teller was asked for"]),
    );
    expect(rows(done[0]!)).toEqual([
      [0, 1, gap, gap, 2, 3],
      [0.1, 1.1, gap, gap, 2.1, 3.1],
      [0.9, 1.9, gap, gap, 2.9, 3.9],
      [1.04, 1.05, gap, gap, 2.04, 2.05],
    ]);
    expect(rows(done[1]!)[0]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(rows(done[1]!)[3]).toEqual([1.06, 1.07, 0.01, 0.02, gap, 2.07]);
    const silent = await runUnit(frame, constant("silent", 1), folds, { from: 1, to: 2 }, options, listeningContext());
    expect(silent[0]).not.toHaveProperty("crossEntropies");
    expect(silent[0]!.quantiles).toEqual([]);
  });
});

describe("models that fail", () => {
  const frame = dailyFrame(ramp(10));
  const run = (models: readonly Forecaster[], context = listeningContext()) =>
    backtest(frame, models, options, context).then(({ models: scored }) => scored.map(({ name }) => name));

  test("end the backtest where it is not for want of data", async () => {
    const usage = new HindcastError("usage", "no such thing", "another");
    await expect(run([failing("one", usage), constant("two", 2)])).rejects.toBe(usage);
    const bug = new TypeError("undefined is no function");
    await expect(run([failing("one", bug), constant("two", 2)])).rejects.toBe(bug);
  });

  test("are left out when they are baselines, even where nothing else stands beside them", async () => {
    const context = listeningContext();
    const unfit = failing("drift", new HindcastError("data", "a single step", "add history"));
    expect(await run([unfit, baselines.get("naive")({ seasons: [] })], context)).toEqual(["naive"]);
    const text = "drift is left out: before the last 6 steps, which 3 folds take, a single step";
    expect(context.notes).toEqual([{ level: "warning", text }]);
  });

  test("are those, too, that can forecast no series at any origin", async () => {
    await expect(run([constant("mute", gap)])).rejects.toMatchObject({
      code: "data",
      message: "mute can forecast no series",
      hint: "try --model naive, or add history",
    });
    let origin = 0;
    const late = saying("late", () => ({ point: new Float64Array(2).fill(origin++ === 0 ? gap : 1), quantiles: [] }));
    expect(await run([late])).toEqual(["late"]);
  });
});

describe("the reference", () => {
  test("is the seasonal naive, also where it stands after another model", async () => {
    const values = [1, 5, 2, 6, 3, 7];
    const models = (["naive", "seasonal-naive"] as const).map((name) => baselines.get(name)({ seasons: [2] }));
    const context = listeningContext();
    const asked = { ...options, folds: 1, season: 2 };
    const { reference, models: scored } = await backtest(dailyFrame(values), models, asked, context);
    expect(reference.map((row) => [...row])).toEqual([[2, 6]]);
    // It is not run again.
    expect(reference[0]).toBe(scored[1]!.folds[0]!.forecasts);
  });
});

describe("rows of a fold's own series", () => {
  test("stand where the series stand in the whole frame", () => {
    const rows = Float64Array.of(1, 2, 3, 4);
    expect([...spreadRows(rows, Int32Array.of(0, 2), 4, 2)]).toEqual([1, 2, gap, gap, 3, 4, gap, gap]);
    expect([...spreadRows(Float64Array.of(gap, gap), Int32Array.of(1), 2, 2)]).toEqual([gap, gap, gap, gap]);
  });

  test("are all finite or all NaN, and as many as the horizon, or a predictor is broken", () => {
    const place = (...row: number[]) => spreadRows(Float64Array.from(row), Int32Array.of(0), 1, 2);
    expect(() => place(1, gap)).toThrow("a predictor broke its contract: [1, NaN] for horizon 2");
    expect(() => place(1, Number.POSITIVE_INFINITY)).toThrow("contract");
    expect(() => place(1)).toThrow("a predictor broke its contract: [1] for horizon 2");
    expect(() => place()).toThrow("contract");
  });
});

test("a backtest of some series is one of all, in which the others are in no fold", async () => {
  const whole = dailyFrame(ramp(6), ramp(8, 50), ramp(8, 90));
  const part: Frame = { ...whole, series: [whole.series[2]!, whole.series[0]!] };
  const bins = saying("bins", ({ series }, horizon) => ({
    point: new Float64Array(series.length * horizon).fill(5),
    quantiles: [new Float64Array(series.length * horizon).fill(4)],
    crossEntropy: (actual) => actual.map(() => 0.5),
  }));
  const quantiles = [{ name: "q0.4", level: 0.4 }];
  const models = [bins, baselines.get("naive")({ seasons: [] })];
  const result = await backtest(part, models, { ...options, folds: 1, quantiles }, listeningContext());
  const spread = spreadResult(result, whole);
  expect(spread).toMatchObject({ frame: whole, horizon: 2, season: 1, quantiles });
  expect(spread.folds).toEqual([{ fold: 1, origins: Int32Array.of(4, -1, 6) }]);
  const [first, second] = spread.models;
  expect(first!.folds).toEqual([
    {
      chose: "bins",
      reason: "bins was asked for",
      forecasts: Float64Array.of(5, 5, gap, gap, 5, 5),
      quantiles: [Float64Array.of(4, 4, gap, gap, 4, 4)],
      crossEntropies: Float64Array.of(0.5, 0.5, gap, gap, 0.5, 0.5),
    },
  ]);
  expect(second!.folds[0]!.forecasts).toEqual(Float64Array.of(3, 3, gap, gap, 95, 95));
  expect(second!.folds[0]).not.toHaveProperty("crossEntropies");
  expect(spread.reference).toEqual([Float64Array.of(3, 3, gap, gap, 95, 95)]);
});

import { describe, expect, test } from "vitest";
import type { Cell, Table } from "../../src/base/table.js";
import { type BacktestOptions, backtest } from "../../src/evaluate/backtest.js";
import { predictionsTable, type Split, scoreTable } from "../../src/evaluate/score-table.js";
import { explainUnscaled } from "../../src/evaluate/unscaled.js";
import { type BaselineName, baselines } from "../../src/forecast/baselines.js";
import type { Forecaster } from "../../src/forecast/predictor.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";
import type { Frame } from "../../src/series/frame.js";
import { airPassengers, dailyFrame, listeningContext } from "./frames.js";

const records = ({ columns, rows }: Table): Record<string, Cell>[] =>
  [...rows].map((row) => Object.fromEntries(row.map((cell, i) => [columns[i]!, cell])));

function run(frame: Frame, names: readonly BaselineName[], options: Partial<BacktestOptions>) {
  const all = { horizon: 1, folds: 1, step: 1, refit: "never", span: "expanding", season: 1, ...options } as const;
  const models = names.map((name) => baselines.get(name)({ seasons: [all.season] }));
  return backtest(frame, models, all, listeningContext());
}

describe("scoreTable", () => {
  test("scores the seasonal naive on AirPassengers as an independent implementation does", async () => {
    // The last 24 months, forecast from the first 120 with season 12: mean of 200 |y − f| / (|y| + |f|); mean |y − f| over the
    // mean |y(t) − y(t−12)| of the 120; root of the mean squared error. The references are rounded to four decimals.
    const result = await run(airPassengers(), ["seasonal-naive"], { horizon: 24, season: 12 });
    const [row] = records(scoreTable(result, { by: [] }));
    expect(row).toMatchObject({ model: "seasonal-naive", series: "all", fold: "all", step: "all", n: 24, skill: 0 });
    expect(row!.smape).toBeCloseTo(17.0126, 4);
    expect(row!.mase).toBeCloseTo(2.4935, 4);
    expect(row!.rmse).toBeCloseTo(76.9946, 4);
    expect(Math.sqrt(Number(row!.mse))).toBeCloseTo(76.9946, 4);
  });

  test("has the columns of the score files, in their order", async () => {
    const table = scoreTable(await run(dailyFrame([1, 2, 3]), ["naive"], {}), { by: [] });
    expect(table.columns.join()).toBe("model,chose,series,fold,step,n,mse,rmse,mae,bias,mape,smape,mase,rmsse,skill");
    expect(table.type).toBe("score");
  });

  test("averages over series what was scored within each", async () => {
    // Errors of the naive: series a 2 and 4 (two folds), series b 6 (it reaches the newest fold only).
    const frame = dailyFrame([0, 1, 3, 7], [1, 7]);
    const result = await run(frame, ["naive"], { folds: 2 });
    const [row] = records(scoreTable(result, { by: [] }));
    expect(row).toMatchObject({ n: 3, mae: (3 + 6) / 2, mse: (10 + 36) / 2, bias: -(3 + 6) / 2 });
    expect(row!.rmse).toBeCloseTo((Math.sqrt(10) + 6) / 2, 12);
  });

  test.each<[Split[], (string | number)[][]]>([
    [
      ["series"],
      [
        ["a", "all", "all", 4],
        ["b", "all", "all", 2],
      ],
    ],
    [
      ["fold"],
      [
        ["all", 1, "all", 2],
        ["all", 2, "all", 4],
      ],
    ],
    [
      ["step"],
      [
        ["all", "all", 1, 3],
        ["all", "all", 2, 3],
      ],
    ],
    [
      ["series", "fold"],
      [
        ["a", 1, "all", 2],
        ["a", 2, "all", 2],
        ["b", 2, "all", 2],
      ],
    ],
  ])("splits on %j and says all elsewhere", async (by, expected) => {
    const frame = dailyFrame([0, 1, 3, 7, 8, 9], [1, 7, 2]);
    const result = await run(frame, ["naive"], { horizon: 2, folds: 2, step: 2 });
    const rows = records(scoreTable(result, { by }));
    expect(rows.map(({ series, fold, step, n }) => [series, fold, step, n])).toEqual(expected);
  });

  test("calls a single series by its target", async () => {
    const result = await run(airPassengers(), ["naive"], {});
    expect(records(scoreTable(result, { by: ["series"] })).map(({ series }) => series)).toEqual(["passengers"]);
  });

  test("skill is 1 − MASE / MASE of the seasonal naive, 0 for itself, and also there when it is not shown", async () => {
    const frame = airPassengers();
    const options = { horizon: 12, folds: 3, step: 12, season: 12 };
    const rows = records(scoreTable(await run(frame, ["naive", "seasonal-naive"], options), { by: ["fold"] }));
    for (const row of rows) {
      const beside = rows.find(({ model, fold }) => model === "seasonal-naive" && fold === row.fold)!;
      expect(row.skill).toBeCloseTo(1 - Number(row.mase) / Number(beside.mase), 12);
    }
    const alone = records(scoreTable(await run(frame, ["naive"], options), { by: ["fold"] }));
    expect(alone).toEqual(rows.filter(({ model }) => model === "naive"));
  });

  test("MASE's scale follows the season given, from before each fold's own origin", async () => {
    // Origins 3 and 4, season 1: scales (1 + 2)/2 and (1 + 2 + 4)/3; errors of the naive 4 and 8.
    const result = await run(dailyFrame([0, 1, 3, 7, 15]), ["naive"], { folds: 2 });
    expect(records(scoreTable(result, { by: ["fold"] })).map(({ mase }) => mase)).toEqual([4 / 1.5, 8 / (7 / 3)]);
    // Season 2: |3 − 0| at the first origin; (3 + 6)/2 at the second.
    const other = records(scoreTable(result, { by: ["fold"], maseSeason: 2 }));
    expect(other.map(({ mase }) => mase)).toEqual([4 / 3, 8 / 4.5]);
  });

  test("leaves empty what is undefined, and a flat series out of the average of MASE alone", async () => {
    const flat = records(scoreTable(await run(dailyFrame([5, 5, 5, 6]), ["naive"], {}), { by: [] }));
    expect(flat[0]).toMatchObject({ n: 1, mse: 1, mase: null, rmsse: null, skill: null });
    const both = records(scoreTable(await run(dailyFrame([5, 5, 5, 6], [1, 2, 3, 0]), ["naive"], {}), { by: [] }));
    // The zero actual of b leaves its MAPE undefined, and a's history its MASE.
    expect(both[0]).toMatchObject({ n: 2, mse: (1 + 9) / 2, mase: 3, mape: 100 / 6 });
  });

  test("has columns for the intervals asked for, and gives up columns on a narrow screen in this order", async () => {
    const quantiles = quantileColumns({ level: [80, 95] });
    const { columns, spare } = scoreTable(await run(dailyFrame([1, 2, 4, 3]), ["naive"], { quantiles }), { by: [] });
    const scores = "mse,rmse,mae,bias,mape,smape,mase,rmsse,pinball,crps,coverage,winkler,coverage-95,winkler-95";
    expect(columns.join()).toBe(`model,chose,series,fold,step,n,${scores},skill`);
    expect(spare!.join()).toBe("rmsse,crps,pinball,mape,bias,rmse,n,smape");
  });

  test("names what a model chose, once each", async () => {
    const result = await run(dailyFrame([1, 2, 4, 3, 5]), ["naive"], { folds: 3 });
    const [naive] = result.models;
    const chose = ["ets", "theta", "ets"];
    const folds = naive!.folds.map((fold, f) => ({ ...fold, chose: chose[f]! }));
    const changed = { ...result, models: [{ name: "auto", folds }] };
    expect(records(scoreTable(changed, { by: [] }))[0]!.chose).toBe("ets|theta");
    expect(records(scoreTable(changed, { by: ["fold"] })).map((row) => row.chose)).toEqual(chose);
  });

  test("takes each series' steps from its own rows: forecasts, quantiles, cross-entropies and the reference", async () => {
    const frame = dailyFrame([1, 2, 4, 8, 16, 32], [3, 5, 4, 6, 5, 9], [9, 7, 8, 2, 6, 1]);
    const all = await run(frame, ["drift"], { horizon: 2, folds: 2, quantiles: quantileColumns({ level: [50] }) });
    const model = all.models[0]!;
    // Numbers of their own for each step of each series, in the way that they would stand there.
    const withOwn = {
      ...all,
      models: [
        {
          ...model,
          folds: model.folds.map((fold, f) => ({
            ...fold,
            quantiles: [-2, 2].map((width) => fold.forecasts.map((value, i) => value + width * (1 + i + 6 * f))),
            crossEntropies: fold.forecasts.map((_, i) => (1 + i + 6 * f) / 10),
          })),
        },
      ],
    };
    const rows = records(scoreTable(withOwn, { by: ["series", "fold", "step"] }));
    expect(rows).toHaveLength(12);
    for (const { series, fold, step, perplexity, winkler, coverage, mae, skill, mase } of rows) {
      const [s, f, k] = ["abc".indexOf(String(series)), Number(fold) - 1, Number(step) - 1];
      const place = 2 * s + k;
      const { values } = frame.series[s]!;
      const actual = values[all.folds[f]!.origins[s]! + k]!;
      expect(perplexity).toBeCloseTo(Math.exp((1 + place + 6 * f) / 10), 12);
      const half = 2 * (1 + place + 6 * f);
      const error = Math.abs(actual - model.folds[f]!.forecasts[place]!);
      expect(mae).toBeCloseTo(error, 12);
      // Winkler of a 50 % interval: its width, and four times what lies beyond it.
      expect(winkler).toBeCloseTo(2 * half + 4 * Math.max(0, error - half), 12);
      expect(coverage).toBe(error <= half ? 1 : 0);
      const naive = (Math.abs(actual - all.reference[f]![place]!) * Number(mase)) / error;
      if (error > 0 && naive > 0) expect(skill).toBeCloseTo(1 - Number(mase) / naive, 12);
    }
  });

  test("leaves a series out of skill where the seasonal naive has nothing to say at one of its origins", async () => {
    const result = await run(dailyFrame([1, 2, 4, 3, 6], [1, 5, 2, 4, 3]), ["naive"], { folds: 2 });
    const alone = { ...result, reference: result.reference.map((row) => row.slice()) };
    alone.reference[0]![0] = Number.NaN;
    const [whole, part] = [result, alone].map((each) => records(scoreTable(each, { by: [] }))[0]!);
    expect(part).toEqual({ ...whole!, skill: records(scoreTable(result, { by: ["series"] }))[1]!.skill });
  });

  test("leaves a fold without a scale out of MASE, RMSSE and skill alone, and says how many there are", async () => {
    // Season 2: the first origin has two values before it, and no pair; the second one's is |4 − 1|.
    const result = await run(dailyFrame([1, 2, 4, 8]), ["naive"], { folds: 2, season: 2 });
    const [row] = records(scoreTable(result, { by: [] }));
    const [, second] = records(scoreTable(result, { by: ["fold"] }));
    expect(row).toMatchObject({ n: 2, mae: 3, mase: 4 / 3, rmsse: 4 / 3, skill: second!.skill });
    expect(explainUnscaled(result)).toEqual({
      level: "note",
      text: "mase, rmsse and skill leave out 1 of 2 folds: before their origins no two values 2 steps apart differ; --mase-season 1 asks for less",
    });
    expect(explainUnscaled(result, 1)).toBeUndefined();
  });

  test("of data that give no scale at all says why there is no MASE", async () => {
    const flat = await run(dailyFrame([3, 3, 3, 4], [5, 5, 5, 5]), ["naive"], { folds: 1 });
    expect(records(scoreTable(flat, { by: [] }))[0]).toMatchObject({ n: 2, mase: null, rmsse: null, skill: null });
    const text = "mase, rmsse and skill are empty: before no origin do two values in a row differ";
    expect(explainUnscaled(flat)).toEqual({ level: "warning", text });
  });

  test("does not score a step whose actual is missing", async () => {
    const frame = dailyFrame([1, 2, 3, Number.NaN, 6]);
    const [row] = records(scoreTable(await run(frame, ["naive"], { horizon: 2 }), { by: [] }));
    expect(row).toMatchObject({ n: 1, mae: 3 });
  });
});

describe("predictionsTable", () => {
  test("has a row for each forecast, in the input's names and time style, with the last stamp known", async () => {
    const frame = dailyFrame([1, 2, 4, Number.NaN, 9]);
    const table = predictionsTable(await run(frame, ["naive", "drift"], { horizon: 2 }));
    expect(table.columns).toEqual(["shop", "day", "origin", "step", "actual", "model", "forecast"]);
    expect([...table.rows]).toEqual([
      ["a", "2024-01-04", "2024-01-03", 1, null, "naive", 4],
      ["a", "2024-01-04", "2024-01-03", 1, null, "drift", 5.5],
      ["a", "2024-01-05", "2024-01-03", 2, 9, "naive", 4],
      ["a", "2024-01-05", "2024-01-03", 2, 9, "drift", 7],
    ]);
  });
});

describe("predictionsTable of a panel", () => {
  test("has the series of each fold, their quantiles, and empty cells from a model without", async () => {
    const frame = dailyFrame([1, 2, 4, 3, 9], [5, 6]);
    const quantiles = quantileColumns({ level: [80] });
    const result = await run(frame, ["naive", "drift"], { folds: 2, quantiles });
    const [naive, drift] = result.models;
    const folds = naive!.folds.map((fold) => ({
      ...fold,
      quantiles: [fold.forecasts.map((value) => value - 1), fold.forecasts.map((value) => value + 1)],
    }));
    const mute = drift!.folds.map((fold, f) => ({
      ...fold,
      quantiles: [],
      forecasts: f === 0 ? fold.forecasts : fold.forecasts.map((value, s) => (s === 0 ? Number.NaN : value)),
    }));
    const table = predictionsTable({
      ...result,
      models: [
        { name: "naive", folds },
        { name: "drift", folds: mute },
      ],
    });
    expect(table.type).toBe("prediction");
    expect(table.columns.join()).toBe("shop,day,origin,step,actual,model,forecast,lo-80,hi-80");
    expect([...table.rows]).toEqual([
      ["a", "2024-01-04", "2024-01-03", 1, 3, "naive", 4, 3, 5],
      ["a", "2024-01-04", "2024-01-03", 1, 3, "drift", 5.5, null, null],
      ["a", "2024-01-05", "2024-01-04", 1, 9, "naive", 3, 2, 4],
      ["b", "2024-01-02", "2024-01-01", 1, 6, "naive", 5, 4, 6],
      ["b", "2024-01-02", "2024-01-01", 1, 6, "drift", 5, null, null],
    ]);
  });

  test("tells targets apart where there are several, and names columns that are series by themselves", async () => {
    const frame = dailyFrame([1, 2]);
    const targets = ["sales", "returns"];
    const several: Frame = { ...frame, columns: { ...frame.columns, targets } };
    const [first] = [...predictionsTable(await run(several, ["naive"], {})).rows];
    expect(first).toEqual(["a", "sales", "2024-01-02", "2024-01-01", 1, 2, "naive", 1]);
    expect(predictionsTable(await run(several, ["naive"], {})).columns.slice(0, 3)).toEqual(["shop", "target", "day"]);
    const wide: Frame = { ...frame, columns: { ...frame.columns, targets, wide: true } };
    expect(predictionsTable(await run(wide, ["naive"], {})).columns.slice(0, 2)).toEqual(["shop", "day"]);
  });
});

test("perplexity is e to the mean cross-entropy, averaged over series before, and there for who knows bins alone", async () => {
  const forecaster: Forecaster = {
    name: "bins",
    fit: async () => ({
      name: "bins",
      predict: async (frame, horizon) => ({
        point: new Float64Array(frame.series.length * horizon),
        quantiles: [],
        crossEntropy: (actual) => actual.map((value) => value / 10),
      }),
    }),
  };
  // Series a: 0.3 and 0.7 nats in two folds, series b: 0.9 in the newest one.
  const frame = dailyFrame([0, 1, 3, 7], [1, 9]);
  const options = { horizon: 1, folds: 2, step: 1, refit: "never", span: "expanding", season: 1 } as const;
  const naive = baselines.get("naive")({ seasons: [1] });
  const result = await backtest(frame, [forecaster, naive], options, listeningContext());
  const [bins, other] = records(scoreTable(result, { by: [] }));
  expect(bins!.perplexity).toBeCloseTo(Math.exp((0.5 + 0.9) / 2), 12);
  expect(other!.perplexity).toBeNull();
  expect(records(scoreTable(result, { by: ["series"] }))[0]!.perplexity).toBeCloseTo(Math.exp(0.5), 12);
});

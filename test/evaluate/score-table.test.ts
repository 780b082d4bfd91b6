import { describe, expect, test } from "vitest";
import type { Cell, Table } from "../../src/base/table.js";
import { type BacktestOptions, backtest } from "../../src/evaluate/backtest.js";
import { predictionsTable, type Split, scoreTable } from "../../src/evaluate/score-table.js";
import { type BaselineName, baselines } from "../../src/forecast/baselines.js";
import type { Forecaster } from "../../src/forecast/predictor.js";
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
      dispose() {},
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

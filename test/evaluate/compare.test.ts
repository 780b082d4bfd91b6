import { describe, expect, test } from "vitest";
import type { Cell, Table } from "../../src/base/table.js";
import { type BacktestOptions, backtest } from "../../src/evaluate/backtest.js";
import { explainNoTest, leaderboardTable } from "../../src/evaluate/compare.js";
import { testEquality } from "../../src/evaluate/diebold-mariano.js";
import { scoreTable } from "../../src/evaluate/score-table.js";
import { type BaselineName, baselines } from "../../src/forecast/baselines.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";
import type { Frame } from "../../src/series/frame.js";
import { airPassengers, dailyFrame, listeningContext } from "./frames.js";

const records = ({ columns, rows }: Table): Record<string, Cell>[] =>
  [...rows].map((row) => Object.fromEntries(row.map((cell, i) => [columns[i]!, cell])));

function run(frame: Frame, names: readonly BaselineName[], options: Partial<BacktestOptions> = {}) {
  const all: BacktestOptions = {
    horizon: 6,
    folds: 8,
    step: 6,
    refit: "never",
    span: "expanding",
    season: 12,
    ...options,
  };
  const models = names.map((name) => baselines.get(name)({ seasons: [all.season] }));
  return backtest(frame, models, all, listeningContext());
}

const names = ["naive", "drift", "seasonal-naive", "mean"] as const;

describe("a leaderboard", () => {
  test("ranks by MASE and has the scores of the backtest, whatever the order asked in", async () => {
    const result = await run(airPassengers(), names, { quantiles: quantileColumns({}) });
    const rows = records(leaderboardTable(result, { step: 6 }));
    const mases = rows.map(({ mase }) => Number(mase));
    expect(mases).toEqual([...mases].sort((a, b) => a - b));
    expect(rows.map(({ rank }) => rank)).toEqual([1, 2, 3, 4]);
    for (const scored of records(scoreTable(result, { by: [] }))) {
      const { series: _s, fold: _f, step: _k, ...scores } = scored;
      expect(rows.find(({ model }) => model === scored.model)).toMatchObject(scores);
    }
    const turned = await run(airPassengers(), [...names].reverse(), { quantiles: quantileColumns({}) });
    expect(records(leaderboardTable(turned, { step: 6 }))).toEqual(rows);
  });

  test("keeps the order of models that score the same, and puts what has no MASE last, without a rank", async () => {
    // Without a season the seasonal naive is the naive.
    const same = await run(dailyFrame([1, 2, 4, 3, 5, 7, 6, 9]), ["seasonal-naive", "naive"], {
      horizon: 1,
      step: 1,
      folds: 2,
      season: 1,
    });
    expect(records(leaderboardTable(same, { step: 1 })).map(({ model }) => model)).toEqual(["seasonal-naive", "naive"]);
    const constant = await run(dailyFrame(new Array(10).fill(5)), ["naive"], { horizon: 1, step: 1, season: 1 });
    expect(records(leaderboardTable(constant, { step: 1 }))).toMatchObject([{ rank: null, mase: null, p_naive: null }]);
  });

  test("tests the losses at the origins, against the best and against the seasonal naive", async () => {
    const result = await run(airPassengers(), ["naive", "mean", "ets"]);
    const rows = records(leaderboardTable(result, { step: 6 }));
    expect(rows.map(({ model }) => model)).toEqual(["ets", "naive", "mean"]);
    // MASE of each fold is the loss, where there is one series.
    const byFold = records(scoreTable(result, { by: ["fold"] }));
    const lossesOf = (name: string) => byFold.filter(({ model }) => model === name).map(({ mase }) => Number(mase));
    const against = (one: number[], other: number[]) =>
      testEquality(
        Float64Array.from(one, (loss, f) => loss - other[f]!),
        1,
      ).pValue;
    expect(rows[0]!.p_best).toBeNull();
    for (const name of ["naive", "mean"])
      expect(rows.find(({ model }) => model === name)!.p_best).toBeCloseTo(
        against(lossesOf(name), lossesOf("ets")),
        // Four decimals are what is shown.
        4,
      );
    const seasonal = records(scoreTable(await run(airPassengers(), ["seasonal-naive"]), { by: ["fold"] })).map(
      ({ mase }) => Number(mase),
    );
    expect(rows[0]!.p_naive).toBeCloseTo(against(lossesOf("ets"), seasonal), 4);
  });

  test("takes the series of a panel together: a copy of each is no further evidence", async () => {
    const { values } = airPassengers().series[0]!;
    const once = await run(dailyFrame(values), names);
    const twice = await run(dailyFrame(values, values), names);
    const pValues = (result: typeof once) =>
      records(leaderboardTable(result, { step: 6 })).map(({ p_best, p_naive }) => [p_best, p_naive]);
    expect(pValues(twice)).toEqual(pValues(once));
    expect(pValues(once).flat()).not.toEqual(new Array(8).fill(null));
  });

  test("has no p-values with few folds, and says how many it needs", async () => {
    const few = await run(airPassengers(), names, { folds: 3 });
    for (const { p_best, p_naive } of records(leaderboardTable(few, { step: 6 })))
      expect([p_best, p_naive]).toEqual([null, null]);
    expect(explainNoTest(few, 6)).toMatch(/^3 folds are too few .* --folds 8$/);
    const overlapping = await run(airPassengers(), names, { step: 1 });
    expect(explainNoTest(overlapping, 1)).toMatch(/--folds 12$/);
    expect(explainNoTest(await run(airPassengers(), names), 6)).toBeUndefined();
  });

  test("shows what models took only when it is told", async () => {
    const result = await run(airPassengers(), ["naive", "mean"]);
    const costs = new Map([["naive", { fitMs: 1.5, forecastMs: 0.25, peakBytes: 61e6 }]]);
    const rows = records(leaderboardTable(result, { step: 6, costs }));
    expect(rows[0]).toMatchObject({ model: "naive", fit_ms: 1.5, forecast_ms: 0.25, peak_mb: 61 });
    expect(rows[1]).toMatchObject({ model: "mean", fit_ms: null });
    expect(leaderboardTable(result, { step: 6 }).columns).not.toContain("fit_ms");
  });
});

import { describe, expect, test } from "vitest";
import type { Cell, Table } from "../../src/base/table.js";
import { type BacktestOptions, backtest } from "../../src/evaluate/backtest.js";
import { explainNoTest, leaderboardTable } from "../../src/evaluate/compare.js";
import { testEquality } from "../../src/evaluate/diebold-mariano.js";
import { scoreTable } from "../../src/evaluate/score-table.js";
import { type BaselineName, baselines } from "../../src/forecast/baselines.js";
import type { Forecaster } from "../../src/forecast/predictor.js";
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

  test("ranks a model by the series that it has forecasts and MASE in, and not one without any", async () => {
    // All are alike in the flat series, which has no MASE; the one that forecasts nothing else has none.
    const frame = dailyFrame([1, 3, 2, 5, 4, 6, 8, 7], new Array(8).fill(5));
    const flatOnly: Forecaster = {
      name: "flat-only",
      fit: async () => ({
        name: "flat-only",
        predict: async (known, horizon) => ({
          point: Float64Array.from(
            known.series.flatMap(({ key }) => new Array(horizon).fill(key[0] === "a" ? Number.NaN : 5)),
          ),
          quantiles: [],
        }),
      }),
    };
    const options = { horizon: 2, folds: 2, step: 1, refit: "never", span: "expanding", season: 1 } as const;
    const models = [flatOnly, ...(["mean", "naive"] as const).map((name) => baselines.get(name)({ seasons: [1] }))];
    const rows = records(leaderboardTable(await backtest(frame, models, options, listeningContext()), { step: 1 }));
    expect(rows.map(({ rank, model }) => [rank, model])).toEqual([
      [1, "naive"],
      [2, "mean"],
      [null, "flat-only"],
    ]);
    expect(rows[2]).toMatchObject({ n: 4, mase: null, mse: 0, skill: null, p_best: null, p_naive: null });
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

  test("has these columns, and gives them up on a narrow screen in this order", async () => {
    const quantiles = quantileColumns({ level: [80, 95] });
    const result = await run(airPassengers(), ["naive"], { quantiles });
    const scores = "mse,rmse,mae,bias,mape,smape,rmsse,pinball,crps,coverage,winkler,coverage-95,winkler-95";
    const { type, columns, spare } = leaderboardTable(result, { step: 6 });
    expect(type).toBe("leaderboard");
    expect(columns.join()).toBe(`rank,model,chose,n,mase,${scores},skill,p_best,p_naive`);
    expect(spare!.join()).toBe(
      "n,rmse,mae,bias,mape,pinball,crps,coverage-95,winkler-95,rmsse,smape,winkler,mse,forecast_ms,coverage",
    );
    const costs = new Map([["naive", { fitMs: 1, forecastMs: 2, peakBytes: 3_499_999 }]]);
    const measured = leaderboardTable(result, { step: 6, costs });
    expect(measured.columns.join()).toBe(`${columns.join()},fit_ms,forecast_ms,peak_mb`);
    expect([...measured.rows][0]!.slice(-3)).toEqual([1, 2, 3]);
    expect([...leaderboardTable(result, { step: 6, costs: new Map() }).rows][0]!.slice(-3)).toEqual([null, null, null]);
  });

  test("tells no more of a chance than so many origins can: four decimals, and nothing of a model beside itself", async () => {
    const rows = records(leaderboardTable(await run(airPassengers(), names), { step: 6 }));
    const pValues = rows.flatMap(({ p_best, p_naive }) => [p_best, p_naive]).filter((p) => p !== null);
    expect(pValues.length).toBeGreaterThan(3);
    for (const p of pValues) expect(String(p)).toMatch(/^(?:1|0(?:\.\d{1,4})?)$/);
    expect(rows[0]).toMatchObject({ model: "seasonal-naive", p_best: null, p_naive: null });
    // The best one is the seasonal naive, so that both tests are the same one.
    for (const { model, p_best, p_naive } of rows) if (model !== "seasonal-naive") expect(p_naive).toBe(p_best);
  });

  test("scales losses by the season that MASE is to have", async () => {
    // The change of scale from one origin to the next differs with the season, and with it the p-values.
    const result = await run(airPassengers(), ["naive", "mean", "seasonal-naive"]);
    const rows = (maseSeason?: number) =>
      records(leaderboardTable(result, { step: 6, ...(maseSeason !== undefined && { maseSeason }) }));
    expect(rows(12)).toEqual(rows());
    const byFold = records(scoreTable(result, { by: ["fold"], maseSeason: 1 }));
    const lossesOf = (name: string) => byFold.filter(({ model }) => model === name).map(({ mase }) => Number(mase));
    const [naive, seasonal] = [lossesOf("naive"), lossesOf("seasonal-naive")];
    const { pValue } = testEquality(
      Float64Array.from(naive, (loss, f) => loss - seasonal[f]!),
      1,
    );
    const row = rows(1).find(({ model }) => model === "naive")!;
    expect(row.p_naive).toBeCloseTo(pValue, 4);
    expect(row.mase).toBe(records(scoreTable(result, { by: [], maseSeason: 1 }))[0]!.mase);
    expect(row.p_naive).not.toBe(rows(12).find(({ model }) => model === "naive")!.p_naive);
  });

  test("compares two models where both have a forecast and a loss", async () => {
    const { values } = airPassengers().series[0]!;
    const short = values.subarray(-30);
    const flat = new Float64Array(values.length).fill(5);
    const alone = await run(dailyFrame(values), names);
    // A flat series has no MASE, and a short one stands in none but the last folds.
    const among = await run(dailyFrame(values, flat), names);
    const pValues = (result: typeof alone) =>
      records(leaderboardTable(result, { step: 6 })).map(({ model, p_best }) => [model, p_best]);
    expect(pValues(among)).toEqual(pValues(alone));
    const beside = await run(dailyFrame(values, short), names);
    const losses = (result: typeof alone, name: string, s: string) =>
      records(scoreTable(result, { by: ["series", "fold"] }))
        .filter(({ model, series }) => model === name && series === s)
        .map(({ fold, mase }) => [fold, mase === null ? Number.NaN : Number(mase)] as const);
    const differences = Array.from({ length: 8 }, (_, f) => {
      const all = ["a", "b"].flatMap((s) => {
        const [one, other] = ["naive", "seasonal-naive"].map(
          (name) => losses(beside, name, s).find(([fold]) => fold === f + 1)?.[1] ?? Number.NaN,
        );
        return Number.isNaN(one! - other!) ? [] : [one! - other!];
      });
      return all.reduce((sum, difference) => sum + difference, 0) / all.length;
    });
    const { pValue } = testEquality(Float64Array.from(differences), 1);
    const row = records(leaderboardTable(beside, { step: 6 })).find(({ model }) => model === "naive")!;
    expect(row.p_naive).toBeCloseTo(pValue, 4);
  });

  test("counts an overlap for each origin whose horizon shares a step", async () => {
    const result = await run(airPassengers(), names, { folds: 1 });
    expect(explainNoTest(result, 6)).toBe(
      "1 fold is too few to tell whether models differ: p_best and p_naive need --folds 8",
    );
    // Horizons of six steps, origins each step: 12. Each second step: three overlap, which 8 are enough for.
    expect(explainNoTest(result, 1)).toMatch(/--folds 12$/);
    expect(explainNoTest(result, 2)).toMatch(/--folds 8$/);
    expect(explainNoTest(await run(airPassengers(), names, { folds: 8, step: 1 }), 1)).toMatch(/^8 folds are too few/);
    expect(explainNoTest(await run(airPassengers(), names, { folds: 12, step: 1 }), 1)).toBeUndefined();
  });
});

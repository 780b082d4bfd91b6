import { describe, expect, test } from "vitest";
import type { Cell } from "../../src/base/table.js";
import { backtest } from "../../src/evaluate/backtest.js";
import { besideSeasonalNaive, type ForecastRow, placeForecasts } from "../../src/evaluate/forecast-file.js";
import { predictionsTable, scoreTable } from "../../src/evaluate/score-table.js";
import { baselines, plainBaselines } from "../../src/forecast/baselines.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";
import type { Frame } from "../../src/series/frame.js";
import { quietContext } from "../support/context.js";
import { airPassengers, dailyFrame, listeningContext } from "./frames.js";

const quiet = () => {};
const day = (n: number) => Date.UTC(2024, 0, n);

/** A forecast of one series for the nth of January 2024. */
const row = (n: number, forecast: number, more: Partial<ForecastRow> = {}): ForecastRow => ({
  key: ["a"],
  model: "forecast",
  stamp: day(n),
  forecast,
  where: `next.csv line ${n}`,
  ...more,
});

async function score(frame: Frame, rows: readonly ForecastRow[], season = 1, notify = quiet as () => void) {
  const result = await besideSeasonalNaive(placeForecasts(frame, rows, notify), season, quietContext());
  const { columns, rows: scores } = scoreTable(result, { by: [] });
  return [...scores].map((cells) => Object.fromEntries(cells.map((cell, i): [string, Cell] => [columns[i]!, cell])));
}

describe("a forecast file", () => {
  test("is scored against the actuals of the same series and instant, in any order", async () => {
    const frame = dailyFrame([1, 2, 4, 5, 9], [10, 10, 10, 10, 14]);
    const rows = [row(5, 7), row(4, 5), row(5, 11, { key: ["b"] })];
    // Errors: a 0 and 2, b 3. Scale of a: (1 + 2) / 2; b's history is flat. The naive is 1 and 5 off in a.
    expect(await score(frame, rows)).toEqual([
      expect.objectContaining({ model: "forecast", n: 3, mae: (1 + 3) / 2, mase: 1 / 1.5, skill: 1 - 1 / 3 }),
    ]);
  });

  test("of hindcast's own predictions layout gives the scores of the backtest that wrote it", async () => {
    const frame = airPassengers();
    const context = listeningContext();
    const options = { horizon: 12, folds: 3, step: 6, refit: "never", span: "expanding", season: 12 } as const;
    const models = plainBaselines.map((name) => baselines.get(name)({ seasons: [12] }));
    const direct = await backtest(frame, models, options, context);
    const written = [...predictionsTable(direct).rows].map(
      ([stamp, origin, , , model, forecast], i): ForecastRow => ({
        key: [],
        model: String(model),
        stamp: Date.parse(`${stamp}-01`),
        origin: Date.parse(`${origin}-01`),
        forecast: Number(forecast),
        where: `line ${i + 2}`,
      }),
    );
    const again = await besideSeasonalNaive(placeForecasts(frame, written, quiet), 12, quietContext());
    const by = ["fold", "step"] as const;
    expect(scoreTable(again, { by })).toEqual(scoreTable(direct, { by }));
  });

  test("leaves MASE and skill empty when the actuals hold no history", async () => {
    expect(await score(dailyFrame([1, 2]), [row(1, 2), row(2, 2)])).toEqual([
      expect.objectContaining({ n: 2, mae: 0.5, mase: null, rmsse: null, skill: null }),
    ]);
  });

  test("may begin before the actuals do, and count what has no actual", async () => {
    const context = listeningContext();
    const frame = dailyFrame([1, 2, Number.NaN, 4]);
    const rows = [
      row(-1, 0),
      row(2, 3),
      row(3, 3),
      row(9, 1),
      row(2, 3, { key: ["z"] }),
      row(2, 1, { stamp: day(2) + 1 }),
    ];
    expect(await score(frame, rows, 1, context.notify as () => void)).toEqual([
      expect.objectContaining({ n: 1, mae: 1, mase: null }),
    ]);
    expect(context.notes).toEqual([
      {
        level: "warning",
        text: "5 of 6 forecasts have no actual and are not scored: the first is for a 2023-12-30, next.csv line -1; series that the actuals lack: z",
      },
    ]);
  });

  test("that lie several steps apart may be of all of these", async () => {
    const context = listeningContext();
    const rows = [row(2, 3), row(4, 3), row(7, 3)];
    await score(dailyFrame([1, 2, 3, 4, 5, 6, 7, 8]), rows, 1, context.notify as () => void);
    expect(context.notes).toEqual([
      { level: "warning", text: expect.stringContaining("lie 2 steps of the actuals apart") },
    ]);
  });

  test("without any actual is an error", () => {
    expect(() => placeForecasts(dailyFrame([1, 2]), [row(7, 1)], quiet)).toThrow(
      "none of the 1 forecasts has an actual: the first is for a 2024-01-07, next.csv line 7",
    );
  });

  test("that says one stamp twice is an error with the line, unless the origins or the models differ", async () => {
    const frame = dailyFrame([1, 2, 3, 4]);
    expect(() => placeForecasts(frame, [row(3, 1), row(4, 1), row(4, 2, { where: "next.csv line 9" })], quiet)).toThrow(
      "next.csv line 9: a at 2024-01-04 is forecast twice by forecast",
    );
    const both = [
      row(4, 1, { origin: day(2) }),
      row(4, 2, { origin: day(3) }),
      row(4, 3, { model: "b", origin: day(3) }),
    ];
    expect((await score(frame, both)).map(({ model, n, mae }) => [model, n, mae])).toEqual([
      ["forecast", 2, 2.5],
      ["b", 1, 1],
    ]);
  });

  test("refuses a forecast that is not after its origin", () => {
    const rows = [row(3, 1, { origin: day(3) })];
    expect(() => placeForecasts(dailyFrame([1, 2, 3, 4]), rows, quiet)).toThrow(
      "next.csv line 3: the forecast's time is not after its origin",
    );
  });

  test("numbers the folds of a series from the newest, as a backtest does", () => {
    const frame = dailyFrame([1, 2, 3, 4], [5, 6, 7, 8]);
    const rows = [
      row(3, 1, { origin: day(2) }),
      row(4, 1, { origin: day(3) }),
      row(4, 1, { key: ["b"], origin: day(3) }),
    ];
    const { folds } = placeForecasts(frame, rows, quiet);
    expect(folds.map(({ fold, origins }) => [fold, ...origins])).toEqual([
      [1, 2, -1],
      [2, 3, 3],
    ]);
  });

  test("is compared with the seasonal naive of the season given, from the same origins", async () => {
    const frame = dailyFrame([1, 5, 2, 6, 3, 7]);
    const placed = placeForecasts(frame, [row(5, 4), row(6, 7)], quiet);
    const result = await besideSeasonalNaive(placed, 2, quietContext());
    expect(result).toMatchObject({ frame, horizon: 2, season: 2, quantiles: [], models: placed.models });
    expect(result.reference).toEqual([Float64Array.of(2, 6)]);
  });

  test("is compared with what the seasonal naive says by all that is before an origin", async () => {
    const { NaN: gap } = Number;
    const frame = dailyFrame([5, 1, gap, 3, gap, 7, 8]);
    const rows = [row(3, 4, { origin: day(2) }), row(7, 7, { origin: day(6) })];
    const { reference } = await besideSeasonalNaive(placeForecasts(frame, rows, quiet), 2, quietContext());
    // Two and four steps before the seventh there is nothing, six steps before it 5.
    expect(reference).toEqual([Float64Array.of(5), Float64Array.of(5)]);
  });

  test("may say the newest origins first", () => {
    const frame = dailyFrame(Array.from({ length: 12 }, (_, t) => t));
    const rows = [11, 3, 7].map((n) => row(n, n, { origin: day(n - 1) }));
    const { folds, models } = placeForecasts(frame, rows, quiet);
    expect(folds.map(({ fold, origins }) => [fold, ...origins])).toEqual([
      [1, 2],
      [2, 6],
      [3, 10],
    ]);
    expect(models[0]!.folds.map(({ forecasts }) => [...forecasts])).toEqual([[3], [7], [11]]);
  });

  test("tells targets apart where there are several, by their names, and columns where each is a series", () => {
    const [series] = dailyFrame([1, 2, 3]).series;
    const frame: Frame = {
      ...dailyFrame([1, 2, 3]),
      columns: { time: "day", ids: ["shop"], targets: ["sales", "returns"], wide: false },
      series: [series!, { ...series!, target: "returns", values: Float64Array.of(7, 8, 9) }],
    };
    const rows = [row(3, 1, { target: "returns" }), row(3, 2, { target: "sales" })];
    const placed = placeForecasts(frame, rows, quiet);
    expect(placed.models[0]!.folds[0]!.forecasts).toEqual(Float64Array.of(2, 1));
    expect(() => placeForecasts(frame, [row(3, 1), row(3, 1, { target: "gifts" })], quiet)).toThrow(
      "none of the 2 forecasts has an actual: the first is for a 2024-01-03, next.csv line 3",
    );
    const wide: Frame = {
      ...frame,
      columns: { ...frame.columns, ids: ["series"], wide: true },
      series: [
        { ...frame.series[0]!, key: ["sales"] },
        { ...frame.series[1]!, key: ["returns"] },
      ],
    };
    const byKey = placeForecasts(wide, [row(3, 5, { key: ["returns"] })], quiet);
    expect(byKey.models[0]!.folds[0]!.forecasts).toEqual(Float64Array.of(Number.NaN, 5));
  });

  test("without a key is of the only series; of several there must be one", () => {
    const single = placeForecasts(dailyFrame([1, 2, 3]), [row(3, 4, { key: [] })], quiet);
    expect(single.models[0]!.folds[0]!.forecasts).toEqual(Float64Array.of(4));
    expect(() => placeForecasts(dailyFrame([1, 2, 3], [4, 5, 6]), [row(3, 4, { key: [] })], quiet)).toThrow(
      expect.objectContaining({
        code: "data",
        message: "none of the 1 forecasts has an actual: the first is for 2024-01-03, next.csv line 3",
        hint: "check that both files name series and time alike, or set --id, --time, --tz",
      }),
    );
  });

  test("has its quantiles beside its forecasts, and none where the row has none", () => {
    const frame = dailyFrame([1, 2, 3, 4]);
    const columns = quantileColumns({ level: [80] });
    const rows = [row(3, 5, { quantiles: [4, 6] }), row(4, 6), row(4, 7, { model: "b", quantiles: [Number.NaN, 8] })];
    const { quantiles, models, horizon } = placeForecasts(frame, rows, quiet, columns);
    expect([quantiles, horizon]).toEqual([columns, 2]);
    const { NaN: gap } = Number;
    expect(models).toEqual([
      {
        name: "forecast",
        folds: [
          {
            chose: "forecast",
            forecasts: Float64Array.of(5, 6),
            quantiles: [Float64Array.of(4, gap), Float64Array.of(6, gap)],
          },
        ],
      },
      {
        name: "b",
        folds: [
          {
            chose: "b",
            forecasts: Float64Array.of(gap, 7),
            quantiles: [Float64Array.of(gap, gap), Float64Array.of(gap, 8)],
          },
        ],
      },
    ]);
  });

  test("says nothing where all have an actual, and is nothing where it is empty", () => {
    const context = listeningContext();
    placeForecasts(dailyFrame([1, 2, 3]), [row(2, 1), row(3, 1)], context.notify);
    expect(context.notes).toEqual([]);
    expect(placeForecasts(dailyFrame([1, 2, 3]), [], context.notify)).toMatchObject({
      horizon: 0,
      folds: [],
      models: [],
    });
  });

  test("is refused with what to do about it", () => {
    const frame = dailyFrame([1, 2, 3, 4]);
    const hint = "origin is the last stamp known when the forecast was made";
    for (const [rows, message] of [
      [[row(4, 1, { origin: day(3) + 1 })], "next.csv line 4: the origin is no stamp of the series"],
      [[row(3, 1, { origin: day(4) })], "next.csv line 3: the forecast's time is not after its origin"],
    ] as const)
      expect(() => placeForecasts(frame, rows, quiet)).toThrow(
        expect.objectContaining({ code: "data", message, hint }),
      );
    expect(() => placeForecasts(frame, [row(3, 1), row(3, 1)], quiet)).toThrow(
      expect.objectContaining({
        code: "data",
        hint: "one row a series and stamp; forecasts made at different times need an origin column",
      }),
    );
  });
});

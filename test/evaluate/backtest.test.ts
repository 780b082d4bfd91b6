import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import { type BacktestOptions, backtest } from "../../src/evaluate/backtest.js";
import { scoreTable } from "../../src/evaluate/score-table.js";
import { baselines, plainBaselines } from "../../src/forecast/baselines.js";
import type { Forecaster } from "../../src/forecast/predictor.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";
import type { Frame } from "../../src/series/frame.js";
import { fillGaps } from "../../src/series/gaps.js";
import { dailyFrame, listeningContext } from "./frames.js";

const options: BacktestOptions = { horizon: 2, folds: 3, step: 2, refit: "never", span: "expanding", season: 1 };
const ramp = (length: number) => Float64Array.from({ length }, (_, i) => i);
const naive = baselines.get("naive")({ seasons: [] });

/** Learns the mean and deviation of all series at fit time, and mixes them with each series' last value. */
const toy: Forecaster = {
  name: "toy",
  async fit(frame) {
    const known = frame.series.flatMap(({ values }) => [...values]).filter((value) => !Number.isNaN(value));
    const centre = known.reduce((a, b) => a + b, 0) / Math.max(1, known.length);
    const spread = known.reduce((a, b) => a + Math.abs(b - centre), 0);
    return {
      name: "toy",
      async predict(asked, horizon) {
        const point = Float64Array.from(
          asked.series.flatMap(({ values }) => {
            const last = values.findLast((value) => !Number.isNaN(value)) ?? 0;
            return Array.from({ length: horizon }, (_, k) => centre + k * spread + last);
          }),
        );
        return { point, quantiles: [] };
      },
    };
  },
};

/** Keeps the frames it is shown. */
function watching(name = "watching") {
  const seen = { fitted: [] as Frame[], predicted: [] as Frame[] };
  const forecaster: Forecaster = {
    name,
    async fit(frame, _horizon, context) {
      seen.fitted.push(frame);
      const inner = naive.predictor(context);
      return {
        name: `${name}-${seen.fitted.length}`,
        predict: async (asked, horizon) => {
          seen.predicted.push(asked);
          return inner.predict(asked, horizon);
        },
      };
    },
  };
  return { seen, forecaster };
}

const lengths = (frames: readonly Frame[]) => frames.map(({ series }) => series.map(({ values }) => values.length));

/** A model that these data are too few for. */
const unfit = (name: string): Forecaster => ({
  name,
  fit: async () => {
    throw new HindcastError("data", `too few steps for ${name}`, "add history");
  },
});

describe("backtest", () => {
  test("forecasts every fold from what was known at its origin", async () => {
    const result = await backtest(dailyFrame(ramp(10)), [naive], options, listeningContext());
    expect(result.models[0]!.folds.map(({ forecasts }) => [...forecasts])).toEqual([
      [3, 3],
      [5, 5],
      [7, 7],
    ]);
  });

  test.each([
    ["never", 1],
    ["every", 3],
    [2, 2],
  ] as const)("refit %s fits %i times over three folds", async (refit, fits) => {
    const { seen, forecaster } = watching();
    const result = await backtest(dailyFrame(ramp(10)), [forecaster], { ...options, refit }, listeningContext());
    expect(seen.fitted).toHaveLength(fits);
    expect(lengths(seen.predicted)).toEqual([[4], [6], [8]]);
    expect(result.models[0]!.folds[2]!.chose).toBe(`watching-${fits}`);
  });

  test("a sliding span keeps the first fold's length and moves its start", async () => {
    const { seen, forecaster } = watching();
    const frame = dailyFrame(ramp(10), ramp(5));
    await backtest(frame, [forecaster], { ...options, refit: "every", span: "sliding" }, listeningContext());
    expect(lengths(seen.fitted)).toEqual([[4], [4, 1], [4, 1]]);
    expect(seen.fitted.map(({ series }) => series[0]!.start)).toEqual([1, 3, 5].map((day) => Date.UTC(2024, 0, day)));
    expect([...seen.fitted[2]!.series[0]!.values]).toEqual([4, 5, 6, 7]);
    expect([...seen.fitted[2]!.series[1]!.values]).toEqual([2]);
  });

  test("nothing at or after an origin changes a byte of what was forecast from it or before", async () => {
    const value = fc.oneof(
      { arbitrary: fc.double({ min: -1e9, max: 1e9, noNaN: true }), weight: 5 },
      { arbitrary: fc.constant(Number.NaN), weight: 1 },
    );
    const series = fc
      .array(value, { minLength: 8, maxLength: 24 })
      .map((values) => values.map((v, i) => (i === 0 || i === values.length - 1 ? v || 0 : v)));
    const panel = fc.array(series, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        panel,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom("never" as const, "every" as const, 2),
        fc.constantFrom("expanding" as const, "sliding" as const),
        fc.nat(2),
        fc.infiniteStream(fc.double({ min: -1e9, max: 1e9, noNaN: true })),
        async (values, horizon, step, refit, span, changed, replacements) => {
          const quantiles = quantileColumns({ level: [50, 99] });
          const chosen = { ...options, horizon, step, refit, span, season: 3, quantiles };
          const models = [...plainBaselines.map((name) => baselines.get(name)({ seasons: [3] })), toy];
          const before = await backtest(dailyFrame(...values), models, chosen, listeningContext());
          const f = Math.min(changed, before.folds.length - 1);
          const later = values.map((series, s) => {
            const origin = before.folds[f]!.origins[s]!;
            return series.map((old, i) => (i >= origin && origin > 0 ? replacements.next().value : old));
          });
          const after = await backtest(dailyFrame(...later), models, chosen, listeningContext());
          for (const [m, { folds }] of before.models.entries())
            for (let g = 0; g <= f; g++) {
              const again = after.models[m]!.folds[g]!;
              const rows = [folds[g]!.forecasts, ...folds[g]!.quantiles];
              for (const [i, row] of [again.forecasts, ...again.quantiles].entries())
                expect(Buffer.from(row.buffer).equals(Buffer.from(rows[i]!.buffer))).toBe(true);
            }
        },
      ),
      { numRuns: 200 },
    );
  });

  test.each(["mean", "interpolate"] as const)(
    "gaps filled by %s are filled by what was known at an origin",
    async (filling) => {
      const values = Array.from({ length: 30 }, (_, t) => 10 + (t % 4));
      const gaps = Int32Array.of(3, 24, 25);
      const fold = async (later: number) => {
        const frame = dailyFrame(values.map((value, t) => (t < 26 ? value : value + later)));
        const filled = frame.series.map((one) => {
          for (const t of gaps) one.values[t] = Number.NaN;
          fillGaps(one.values, filling);
          return { ...one, gaps };
        });
        const models = plainBaselines.map((name) => baselines.get(name)({ seasons: [4] }));
        const chosen = { ...options, horizon: 4, folds: 1, season: 4, refit: "every", span: "expanding" } as const;
        const result = await backtest({ ...frame, filling, series: filled }, models, chosen, listeningContext());
        const { rows, columns } = scoreTable(result, { by: [] });
        return {
          said: result.models.map(({ folds }) => folds[0]!.forecasts),
          skill: Array.from(rows, (row) => row[columns.indexOf("mase")]),
        };
      };
      const [one, other] = [await fold(0), await fold(1000)];
      expect(other.said).toEqual(one.said);
      // Errors of the same forecasts, in the same scale.
      const added = (Number(other.skill[0]) - Number(one.skill[0])) / 1000;
      for (const [m, score] of other.skill.entries())
        expect((Number(score) - Number(one.skill[m])) / 1000).toBeCloseTo(added, 1);
    },
  );

  test("runs forecasters of one name once, and computes the seasonal naive even when it is not among them", async () => {
    const { seen, forecaster } = watching();
    const frame = dailyFrame([1, 5, 2, 6, 3, 7]);
    const chosen = { ...options, folds: 1, season: 2 };
    const result = await backtest(frame, [forecaster, naive, forecaster], chosen, listeningContext());
    expect(result.models.map(({ name }) => name)).toEqual(["watching", "naive"]);
    expect(seen.fitted).toHaveLength(1);
    expect(result.reference.map((forecasts) => [...forecasts])).toEqual([[2, 6]]);
  });

  test("says which fold of which model is running", async () => {
    const context = listeningContext();
    await backtest(dailyFrame(ramp(10)), [toy], { ...options, folds: 2 }, context);
    expect(context.stages.slice(0, 2)).toEqual(["fold 1/2 · toy", "fold 2/2 · toy"]);
  });

  test("the only model asked for must be fit for the data; one of several is left out with a warning", async () => {
    const frame = dailyFrame(ramp(10));
    await expect(backtest(frame, [unfit("lstm"), naive], options, listeningContext())).rejects.toThrow(
      "too few steps for lstm",
    );
    await expect(backtest(frame, [unfit("lstm"), unfit("gru"), naive], options, listeningContext())).rejects.toThrow(
      "too few steps for gru",
    );
    const context = listeningContext();
    const result = await backtest(frame, [unfit("lstm"), toy, naive], options, context);
    expect(result.models.map(({ name }) => name)).toEqual(["toy", "naive"]);
    expect(context.notes).toEqual([
      {
        level: "warning",
        text: "lstm is left out: before the last 6 steps, which 3 folds take, too few steps for lstm",
      },
    ]);
  });

  test("stops between folds when aborted", async () => {
    const stop = new AbortController();
    const { seen, forecaster } = watching();
    const stopping: Forecaster = {
      name: "stopping",
      fit: async (...args) => {
        stop.abort(new Error("enough"));
        return forecaster.fit(...args);
      },
    };
    const run = backtest(dailyFrame(ramp(10)), [stopping], options, listeningContext(stop.signal));
    await expect(run).rejects.toThrow("enough");
    expect(lengths(seen.predicted)).toEqual([[4]]);
  });

  test("a predictor that says NaN for some steps only is a bug, not a score", async () => {
    const broken: Forecaster = {
      name: "broken",
      fit: async () => ({
        name: "broken",
        predict: async () => ({ point: Float64Array.of(1, Number.NaN), quantiles: [] }),
      }),
    };
    await expect(backtest(dailyFrame(ramp(9)), [broken], options, listeningContext())).rejects.toThrow("contract");
  });
});

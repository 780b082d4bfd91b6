import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BaselineName, baselines } from "../../src/forecast/baselines.js";
import { dailyFrame, listeningContext } from "../evaluate/frames.js";
import { quietContext } from "../support/context.js";
import { frameOf, wave } from "../support/frames.js";

const gap = Number.NaN;

async function forecast(name: BaselineName, values: readonly number[], horizon: number, season = 1): Promise<number[]> {
  const frame = dailyFrame(values);
  const predictor = await baselines
    .get(name)({ seasons: [season] })
    .fit(frame, horizon, listeningContext());
  return [...(await predictor.predict(frame, horizon)).point];
}

/** Series with gaps and at least one observation. */
const gappy = fc
  .array(fc.oneof(fc.constant(gap), fc.double({ min: -1e6, max: 1e6, noNaN: true })), { minLength: 1, maxLength: 40 })
  .filter((values) => values.some(Number.isFinite));

describe("the baselines", () => {
  test("naive repeats the last value", async () => {
    expect(await forecast("naive", [3, 1, 4], 2)).toEqual([4, 4]);
  });

  test("seasonal naive repeats the last season, over and over", async () => {
    expect(await forecast("seasonal-naive", [9, 9, 1, 2, 3], 7, 3)).toEqual([1, 2, 3, 1, 2, 3, 1]);
  });

  test("drift goes on along the line through the first and the last value", async () => {
    expect(await forecast("drift", [1, 100, 5], 3)).toEqual([7, 9, 11]);
  });

  test("mean says the mean of all values", async () => {
    expect(await forecast("mean", [1, 2, 6], 2)).toEqual([3, 3]);
  });

  test("gaps are passed over, and a trailing gap counts as time gone by", async () => {
    expect(await forecast("naive", [3, 7, gap], 2)).toEqual([7, 7]);
    expect(await forecast("mean", [1, gap, 6, gap, 2], 1)).toEqual([3]);
    expect(await forecast("drift", [gap, 2, gap, 6, gap], 2)).toEqual([10, 12]);
    expect(await forecast("seasonal-naive", [1, 2, 3, gap, 5, gap], 3, 3)).toEqual([1, 5, 3]);
  });

  test("a phase that was never observed is forecast by the last value", async () => {
    expect(await forecast("seasonal-naive", [1, gap, 3, 4], 3, 3)).toEqual([4, 3, 4]);
    expect(await forecast("seasonal-naive", [8, 9], 5, 4)).toEqual([9, 9, 8, 9, 9]);
  });

  test("without a season the seasonal naive is the naive", async () => {
    await fc.assert(
      fc.asyncProperty(gappy, fc.integer({ min: 1, max: 9 }), async (values, horizon) => {
        expect(await forecast("seasonal-naive", values, horizon, 1)).toEqual(await forecast("naive", values, horizon));
      }),
    );
  });

  test("every baseline forecasts every step of any series with an observation", async () => {
    await fc.assert(
      fc.asyncProperty(gappy, fc.integer({ min: 1, max: 12 }), async (values, season) => {
        for (const name of baselines.names)
          expect((await forecast(name, values, 15, season)).every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test("a single observation is forecast as itself", async () => {
    for (const name of baselines.names) expect(await forecast(name, [gap, 0.1, gap], 3, 2)).toEqual([0.1, 0.1, 0.1]);
  });

  test("series of a panel are forecast each by itself, and one without observations is NaN and said once", async () => {
    const context = listeningContext();
    const frame = dailyFrame([1, 2], [], [5], [gap]);
    const predictor = await baselines.get("drift")({ seasons: [] }).fit(frame, 2, context);
    expect([...(await predictor.predict(frame, 2)).point]).toEqual([3, 4, gap, gap, 5, 5, gap, gap]);
    expect(context.notes).toEqual([
      { level: "warning", text: 'drift: "b" and 1 more have no observed value, so no forecast' },
    ]);
  });

  test("a forecast that leaves the range of numbers is none, and that is said", async () => {
    const context = listeningContext();
    const frame = dailyFrame([1, -1e308], [1, 2]);
    const predictor = await baselines.get("drift")({ seasons: [] }).fit(frame, 2, context);
    const { point, quantiles } = await predictor.predict(frame, 2, [0.1, 0.9]);
    expect([...point]).toEqual([gap, gap, 3, 4]);
    for (const values of quantiles) expect(values.slice(0, 2)).toEqual(Float64Array.of(gap, gap));
    expect(context.notes).toEqual([
      { level: "warning", text: 'drift: "a" has no forecast, as it left the range of numbers' },
    ]);
  });
});

test("a forecast of many series hears a signal between two of them, and timers run", async () => {
  const frame = frameOf(...Array.from({ length: 40 }, (_, s) => wave(60, s)));
  const interruption = new AbortController();
  const predictor = baselines
    .get("ets")({ seasons: [4] })
    .predictor({ ...quietContext(), signal: interruption.signal });
  const forecasts = predictor.predict(frame, 4);
  setTimeout(() => interruption.abort(), 1);
  await expect(forecasts).rejects.toMatchObject({ name: "AbortError" });
});

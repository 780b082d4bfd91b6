import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createForecaster } from "../../src/choose/model.js";
import type { Forecaster } from "../../src/forecast/predictor.js";
import {
  type Comparison,
  compare,
  decide,
  missingSeries,
  newObservedCount,
  unseenFolds,
} from "../../src/registry/comparison.js";
import type { Frame } from "../../src/series/frame.js";
import { knownSteps } from "../../src/series/known-steps.js";
import { quietContext, smallModel } from "../support/context.js";
import { wave } from "../support/frames.js";

/** Integer time; a series for each length, all from step 0. */
function frameOf(...lengths: readonly number[]): Frame {
  return {
    columns: { time: "t", ids: ["id"], targets: ["y"], wide: false },
    grid: { frequency: { kind: "integer", step: 1 }, zone: "UTC" },
    timeStyle: { kind: "integer" },
    series: lengths.map((length, s) => ({
      key: [`${s}`],
      target: "y",
      start: 0,
      values: Float64Array.from({ length }, (_, t) => 10 + s + t + 3 * Math.sin(t)),
    })),
  };
}

const options = { horizon: 3, folds: 3, step: 3, seasons: [1] };
const naive = createForecaster("naive", smallModel);
const mean = createForecaster("mean", smallModel);

const withValues = (values: readonly (readonly number[])[]): Frame => {
  const frame = frameOf(...values.map(({ length }) => length));
  return { ...frame, series: frame.series.map((one, s) => ({ ...one, values: Float64Array.from(values[s]!) })) };
};

/** Has no forecast for the series that `isLeftOut` says. */
function leavingOut(forecaster: Forecaster, isLeftOut: (key: string) => boolean): Forecaster {
  return {
    ...forecaster,
    async fit(frame, horizon, context) {
      const predictor = await forecaster.fit(frame, horizon, context);
      return {
        ...predictor,
        async predict(known, steps, levels) {
          const forecasts = await predictor.predict(known, steps, levels);
          known.series.forEach(({ key }, s) => {
            if (isLeftOut(key[0]!)) forecasts.point.fill(Number.NaN, s * steps, (s + 1) * steps);
          });
          return forecasts;
        },
      };
    },
  };
}

/** Notes the most steps it was ever shown when fitted, and when it forecast. */
function spyOn(forecaster: Forecaster) {
  const seen = { fitted: 0, forecastFrom: [] as number[] };
  const lengthOf = (frame: Frame) => Math.max(...frame.series.map(({ values }) => values.length));
  const spied: Forecaster = {
    ...forecaster,
    async fit(frame, horizon, context) {
      seen.fitted = Math.max(seen.fitted, lengthOf(frame));
      const predictor = await forecaster.fit(frame, horizon, context);
      return {
        ...predictor,
        predict(known, ...rest) {
          seen.forecastFrom.push(lengthOf(known));
          return predictor.predict(known, ...rest);
        },
      };
    },
  };
  return { seen, spied };
}

test("what a champion knows of a series ends where its data did, wherever the new data begin", () => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(40), fc.nat(40), (dropped, seenLength, length) => {
      const [seen] = frameOf(seenLength + 1).series;
      const [whole] = frameOf(dropped + length + 1).series;
      const frame = { ...frameOf(), series: [{ ...whole!, start: dropped, values: whole!.values.subarray(dropped) }] };
      const [known] = knownSteps(frame, { ...frameOf(), series: [seen!] });
      expect(known).toBe(Math.min(length + 1, Math.max(0, seenLength + 1 - dropped)));
    }),
  );
});

test("folds that a champion has not seen begin after its data, in every series they are of", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(30)), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (panel, horizon, step) => {
        const frame = frameOf(...panel.map(([old, added]) => old + added));
        const seen = frameOf(...panel.map(([old]) => old));
        const unseen = unseenFolds(frame, seen, { horizon, step, folds: 3 });
        const enough = panel.filter(([, added]) => added >= horizon).length;
        expect(unseen !== undefined).toBe(enough > 0 && enough * 2 >= panel.length);
        if (unseen === undefined) return;
        expect(unseen.frame.series.map(({ key }) => Number(key[0]))).toEqual(
          [...panel.keys()].filter((s) => panel[s]![1] >= horizon),
        );
        const room = unseen.frame.series.map(({ key, values }) => {
          const firstOrigin = values.length - horizon - (unseen.folds - 1) * step;
          return firstOrigin - panel[Number(key[0])]![0];
        });
        expect(Math.min(...room)).toBeGreaterThanOrEqual(0);
        // One more would reach into what the champion has seen.
        if (unseen.folds < 3) expect(Math.min(...room)).toBeLessThan(step);
      },
    ),
  );
});

test("of a series that is new to the champion, the first step is there to forecast from", () => {
  const plan = { horizon: 3, step: 3, folds: 3 };
  expect(unseenFolds(frameOf(3), frameOf(), plan)).toBeUndefined();
  expect(unseenFolds(frameOf(4), frameOf(), plan)).toMatchObject({ folds: 1 });
  expect(unseenFolds(frameOf(7), frameOf(), plan)).toMatchObject({ folds: 2 });
  expect(unseenFolds(frameOf(), frameOf(), plan)).toBeUndefined();
});

test("half of the series with something new are enough, and fewer are not", () => {
  const plan = { horizon: 3, step: 3, folds: 3 };
  expect(unseenFolds(frameOf(7, 4), frameOf(4, 4), plan)).toMatchObject({ folds: 1 });
  expect(unseenFolds(frameOf(7, 4, 4), frameOf(4, 4, 4), plan)).toBeUndefined();
});

test("what is new are the observed values after the champion's data, and series that it does not know", () => {
  const [no, seen] = [Number.NaN, frameOf(2, 2)];
  expect(newObservedCount(withValues([[1, 2, 3, no, 5], [1], [1, no, 3]]), seen)).toBe(4);
  expect(newObservedCount(seen, seen)).toBe(0);
});

test("series that the data have no more are named", () => {
  expect(missingSeries(frameOf(5), frameOf(2, 2, 2))).toEqual(["1", "2"]);
  expect(missingSeries(frameOf(5, 5), frameOf(2))).toEqual([]);
});

describe("champion and challenger are scored on the same folds", () => {
  test("as it is when enough is new: the challenger is fitted before the first, the champion is given what came since", async () => {
    const challenger = spyOn(naive);
    const champion = spyOn(naive);
    const predictor = await champion.spied.fit(frameOf(40), 3, quietContext());
    const result = await compare(
      frameOf(47),
      {
        challenger: challenger.spied,
        champion: { context: frameOf(40), open: async () => predictor, refit: undefined },
      },
      options,
      quietContext(),
    );
    expect(result).toMatchObject({ rule: "as-is", folds: 2, scored: 6, metric: "mase" });
    expect(result.champion).toBe(result.challenger);
    expect(challenger.seen).toEqual({ fitted: 41, forecastFrom: [41, 44] });
    expect(champion.seen).toEqual({ fitted: 40, forecastFrom: [41, 44] });
  });

  test("by its settings when too little is new: both are fitted before the first fold", async () => {
    const [challenger, refit] = [spyOn(naive), spyOn(mean)];
    const open = () => Promise.reject(new Error("it has seen the folds"));
    const champion = { context: frameOf(45), open, refit: refit.spied };
    const result = await compare(frameOf(47), { challenger: challenger.spied, champion }, options, quietContext());
    expect(result).toMatchObject({ rule: "refit", folds: 3, scored: 9 });
    expect(result.challenger).toBeLessThan(result.champion!);
    expect([challenger.seen.fitted, refit.seen.fitted]).toEqual([38, 38]);
  });

  test("once for both when too little is new and the settings are the same", async () => {
    const open = () => Promise.reject(new Error("it has seen the folds"));
    const champion = { context: frameOf(45), open, refit: undefined };
    const result = await compare(frameOf(47), { challenger: naive, champion }, options, quietContext());
    expect(result.rule).toBe("same-settings");
    expect(result.champion).toBe(result.challenger);
    expect(result.result!.models.map(({ name }) => name)).toEqual(["challenger"]);
  });

  test("alone where there is no champion; that there is no room for all folds is nobody's concern", async () => {
    const context = quietContext();
    const result = await compare(frameOf(8), { challenger: naive, champion: undefined }, options, context);
    expect(result).toMatchObject({ rule: "alone", metric: "mase", folds: 2, scored: 6, champion: null });
    expect(result.challenger).toBeGreaterThan(0);
    expect(context.notes).toEqual([]);
  });

  test("by the mean absolute error where the data before a fold never change", async () => {
    const frame = withValues([[...Array.from({ length: 20 }, () => 5), 8, 8, 8]]);
    const champion = { context: frame, open: () => Promise.reject(new Error("too little is new")), refit: mean };
    const result = await compare(frame, { challenger: naive, champion }, { ...options, folds: 1 }, quietContext());
    expect(result).toMatchObject({ rule: "refit", metric: "mae", challenger: 3, champion: 3 });
  });

  test("by that error, too, where one of them forecasts only series that never change", async () => {
    const frame = withValues([Array.from({ length: 20 }, () => 5), wave(20)]);
    const steady = leavingOut(naive, (key) => key === "1");
    for (const [challenger, refit] of [
      [naive, steady],
      [steady, naive],
    ] as const) {
      const champion = { context: frame, open: () => Promise.reject(new Error("too little is new")), refit };
      const result = await compare(frame, { challenger, champion }, { ...options, folds: 1 }, quietContext());
      expect(result.metric).toBe("mae");
    }
  });

  test.each([
    ["auto", 4],
    [[3, 12], 3],
    [[], 1],
  ] as const)("with the season %j of their data", async (seasons, season) => {
    const frame = withValues([wave(80)]);
    const { result } = await compare(
      frame,
      { challenger: naive, champion: undefined },
      { ...options, seasons },
      quietContext(),
    );
    expect(result!.season).toBe(season);
  });

  test("with the quantiles that are asked for", async () => {
    const quantiles = [{ name: "lower", level: 0.1 }];
    const contestants = { challenger: naive, champion: undefined };
    const { result } = await compare(frameOf(20), contestants, { ...options, quantiles }, quietContext());
    expect(result!.quantiles).toEqual(quantiles);
  });

  test("and the one that leaves out series which the other forecasts has no score", async () => {
    const frame = frameOf(47, 47);
    const champion = (refit: Forecaster) => ({ context: frame, open: () => Promise.reject(new Error("seen")), refit });
    const partly = leavingOut(naive, (key) => key === "1");
    const compareWith = (challenger: Forecaster, refit: Forecaster) =>
      compare(frame, { challenger, champion: champion(refit) }, options, quietContext());
    const both = await compareWith(naive, mean);
    expect(await compareWith(partly, mean)).toMatchObject({
      scored: 9,
      challenger: null,
      champion: both.champion,
    });
    expect(await compareWith(naive, partly)).toMatchObject({ challenger: both.challenger, champion: null });
    const neither = await compareWith(partly, partly);
    expect(neither.challenger).toBeGreaterThan(0);
    expect(neither.champion).toBe(neither.challenger);
    const nothing = leavingOut(naive, () => true);
    expect(await compareWith(naive, nothing)).toMatchObject({ challenger: both.challenger, champion: null });
    await expect(compareWith(nothing, naive)).rejects.toMatchObject({
      code: "data",
      message: "the challenger can forecast none of the newest folds",
      hint: "try another --model",
    });
  });

  test("on the series that are long enough, when there is one", async () => {
    const contestants = { challenger: naive, champion: undefined };
    expect(await compare(frameOf(3, 4), contestants, options, quietContext())).toMatchObject({
      rule: "alone",
      scored: 3,
    });
  });

  test("with others beside them and on fewer series, which leaves the scores as they are and every series in its place", async () => {
    const predictor = await naive.fit(frameOf(40, 40), 3, quietContext());
    const champion = { context: frameOf(45, 40), open: async () => predictor, refit: undefined };
    const frame = frameOf(47, 47);
    const contestants = { challenger: mean, champion };
    const alone = await compare(frame, contestants, options, quietContext());
    const beside = [createForecaster("drift", smallModel)];
    const { result, ...scores } = await compare(frame, contestants, { ...options, beside }, quietContext());
    expect(scores).toEqual({ ...alone, result: undefined });
    expect(result!.frame).toBe(frame);
    expect(result!.models.map(({ name }) => name)).toEqual(["challenger", "champion", "drift"]);
    // The first series has too little that is new to the champion.
    for (const { origins } of result!.folds) expect(origins[0]).toBe(-1);
    expect([...result!.folds.at(-1)!.origins]).toEqual([-1, 44]);
    const { forecasts } = result!.models[1]!.folds.at(-1)!;
    expect([...forecasts.subarray(0, 3)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect([...forecasts.subarray(3)]).toEqual(Array.from({ length: 3 }, () => frame.series[1]!.values[43]));
  });

  test("not at all where the data are too short for a fold", async () => {
    const result = await compare(frameOf(3), { challenger: naive, champion: undefined }, options, quietContext());
    expect(result).toEqual({ rule: "none", metric: null, folds: 0, scored: 0, champion: null, challenger: null });
  });
});

describe("a challenger is promoted", () => {
  const scored = (champion: number | null, challenger: number | null): Comparison => ({
    rule: "as-is",
    metric: "mase",
    folds: 1,
    scored: 3,
    champion,
    challenger,
  });
  const lone = "there was no champion that could go on";
  test.each([
    ["when its score is lower", "better", 0, true, scored(1, 0.9), true, "mase 0.9 is at most the champion's 1"],
    [
      "at a tie, having seen the newest data",
      "better",
      0,
      true,
      scored(1, 1),
      true,
      "mase 1 is at most the champion's 1",
    ],
    [
      "not when its score is higher",
      "better",
      0,
      true,
      scored(1, 1.001),
      false,
      "mase 1.001 is above the champion's 1",
    ],
    [
      "not when it is lower by less than the margin",
      "better",
      0.1,
      true,
      scored(1, 0.95),
      false,
      "mase 0.95 is above the champion's 1 less 0.1",
    ],
    [
      "when it is lower by the margin, which is told in four digits",
      "better",
      0.1,
      true,
      { ...scored(1.00001, 0.8765432), metric: "mae" },
      true,
      "mae 0.8765 is at most the champion's 1 less 0.1",
    ],
    ["never, when so asked", "never", 0, true, scored(1, 0), false, "--promote never"],
    ["always, when so asked", "always", 0, true, scored(1, 9), true, "--promote always"],
    ["when there is no champion, whatever was asked", "never", 0, false, scored(null, 1), true, lone],
    [
      "not when it leaves series out",
      "better",
      0,
      true,
      scored(1, null),
      false,
      "the challenger leaves series out or has no score",
    ],
    [
      "when the champion leaves series out",
      "better",
      0,
      true,
      scored(null, 1),
      true,
      "the champion leaves series out or has no score",
    ],
    [
      "not when nothing could be scored",
      "better",
      0,
      true,
      { ...scored(null, null), rule: "none" },
      false,
      "the data are too short to compare",
    ],
    [
      "by its newer data when the settings are the same",
      "better",
      0.5,
      true,
      { ...scored(1, 1), rule: "same-settings" },
      true,
      "the same settings, on newer data",
    ],
  ] as const)("%s", (_, promotion, margin, hasChampion, comparison, isPromoted, reason) => {
    expect(decide(promotion, margin, hasChampion, comparison, true)).toEqual({ isPromoted, reason });
  });

  test("is told as what it is when the settings are the same and the data no newer", () => {
    const same = { ...scored(1, 1), rule: "same-settings" } as const;
    const reason = "the same settings, on data without newer values";
    expect(decide("better", 0, true, same, false)).toEqual({ isPromoted: true, reason });
  });
});

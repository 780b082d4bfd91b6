import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createForecaster } from "../../src/choose/model.js";
import type { Forecaster } from "../../src/forecast/predictor.js";
import { type Comparison, compare, decide, unseenFolds } from "../../src/registry/comparison.js";
import type { Frame } from "../../src/series/frame.js";
import { knownSteps } from "../../src/series/known-steps.js";
import { quietContext, smallModel } from "../support/context.js";

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
        for (const { key, values } of unseen?.frame.series ?? []) {
          const firstOrigin = values.length - horizon - (unseen!.folds - 1) * step;
          expect(firstOrigin).toBeGreaterThanOrEqual(panel[Number(key[0])]![0]);
        }
      },
    ),
  );
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
  test.each([
    ["when its score is lower", "better", 0, true, scored(1, 0.9), true],
    ["at a tie, having seen the newest data", "better", 0, true, scored(1, 1), true],
    ["not when its score is higher", "better", 0, true, scored(1, 1.001), false],
    ["not when it is lower by less than the margin", "better", 0.1, true, scored(1, 0.95), false],
    ["when it is lower by the margin", "better", 0.1, true, scored(1, 0.9), true],
    ["never, when so asked", "never", 0, true, scored(1, 0), false],
    ["always, when so asked", "always", 0, true, scored(1, 9), true],
    ["when there is no champion, whatever was asked", "never", 0, false, scored(null, 1), true],
    ["not when it leaves series out", "better", 0, true, scored(1, null), false],
    ["when the champion leaves series out", "better", 0, true, scored(null, 1), true],
    ["not when nothing could be scored", "better", 0, true, { ...scored(null, null), rule: "none" }, false],
    [
      "by its newer data when the settings are the same",
      "better",
      0.5,
      true,
      { ...scored(1, 1), rule: "same-settings" },
      true,
    ],
  ] as const)("%s", (_, promotion, margin, hasChampion, comparison, expected) => {
    expect(decide(promotion, margin, hasChampion, comparison).isPromoted).toBe(expected);
  });
});

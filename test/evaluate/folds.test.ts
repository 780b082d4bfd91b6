import { describe, expect, test } from "vitest";
import { type FoldOptions, knownAt, planFolds, seasonOfFolds } from "../../src/evaluate/folds.js";
import { airPassengers, dailyFrame, listeningContext } from "./frames.js";

const options: FoldOptions = { horizon: 2, folds: 3, step: 2 };
const ramp = (length: number) => Float64Array.from({ length }, (_, i) => i);

describe("the plan of the folds", () => {
  test("counts origins from each series' own end, the newest data last", () => {
    const folds = planFolds(dailyFrame(ramp(10), ramp(8)), options, () => {});
    expect(folds.map(({ fold, origins }) => [fold, ...origins])).toEqual([
      [1, 4, 2],
      [2, 6, 4],
      [3, 8, 6],
    ]);
  });

  test("uses short series in the folds they reach, and says so once", () => {
    const { notes, notify } = listeningContext();
    const folds = planFolds(dailyFrame(ramp(10), ramp(5), ramp(2)), options, notify);
    expect(folds.map(({ origins }) => [...origins])).toEqual([
      [4, -1, -1],
      [6, 1, -1],
      [8, 3, -1],
    ]);
    expect(notes.map(({ text }) => text)).toEqual([
      '2 of 3 series are too short for all 3 folds ("b" has 5 steps) and are scored in those they reach, 1 in none',
    ]);
  });

  test("plans fewer folds when no series has enough steps, with a warning", () => {
    const { notes, notify } = listeningContext();
    const folds = planFolds(dailyFrame(ramp(5)), options, notify);
    expect(folds.map(({ fold, origins }) => [fold, ...origins])).toEqual([
      [1, 1],
      [2, 3],
    ]);
    expect(notes).toEqual([{ level: "warning", text: "no series has the 7 steps that 3 folds need: 2 planned" }]);
  });

  test("refuses data too short for a single fold, saying what there is and what it takes", () => {
    expect(() => planFolds(dailyFrame(ramp(1), ramp(2)), options, () => {})).toThrow(
      expect.objectContaining({
        code: "data",
        message: 'the longest series, "b", has 2 steps; a fold with horizon 2 needs 3',
        hint: "add history, or lower the horizon: -H 1",
      }),
    );
  });

  test("says nothing of series that reach all folds, and counts only those that reach none", () => {
    const { notes, notify } = listeningContext();
    planFolds(dailyFrame(ramp(10), ramp(7)), options, notify);
    expect(notes).toEqual([]);
    planFolds(dailyFrame(ramp(10), ramp(6)), options, notify);
    expect(notes).toEqual([
      {
        level: "note",
        text: '1 of 2 series are too short for all 3 folds ("b" has 6 steps) and are scored in those they reach',
      },
    ]);
  });

  test("needs a known step before the first origin", () => {
    const lone = { ...options, folds: 1 };
    expect(planFolds(dailyFrame(ramp(3)), lone, () => {})).toEqual([{ fold: 1, origins: Int32Array.of(1) }]);
    expect(() => planFolds(dailyFrame(ramp(2)), lone, () => {})).toThrow("a fold with horizon 2 needs 3");
    // Of equally long series the first is named; a single step is too few for any horizon.
    expect(() => planFolds(dailyFrame([1], [2]), options, () => {})).toThrow(
      expect.objectContaining({ message: expect.stringContaining('"a", has 1 steps'), hint: "add history" }),
    );
    expect(() => planFolds(dailyFrame(), options, () => {})).toThrow(
      expect.objectContaining({ code: "data", message: "there is no series to backtest", hint: "check the input" }),
    );
  });
});

describe("what is known at a fold", () => {
  const frame = dailyFrame(ramp(10), ramp(5), ramp(2));
  const folds = planFolds(frame, options, () => {});

  test("is the series before their origins, those that are in it, and where they come from", () => {
    const known = knownAt(frame, folds, 1, "expanding");
    expect(known.frame.series.map(({ key, values }) => [...key, ...values])).toEqual([
      ["a", 0, 1, 2, 3, 4, 5],
      ["b", 0],
    ]);
    expect(known.from).toEqual(Int32Array.of(0, 1));
    expect(knownAt(frame, folds, 0, "expanding").from).toEqual(Int32Array.of(0));
  });

  test("is, where it slides, as long as at the series' own first fold, and ends at the origin", () => {
    const last = knownAt(frame, folds, 2, "sliding").frame.series;
    expect(last.map(({ key, values }) => [...key, ...values])).toEqual([
      ["a", 4, 5, 6, 7],
      ["b", 2],
    ]);
    expect(last.map(({ start }) => start)).toEqual([5, 3].map((day) => Date.UTC(2024, 0, day)));
  });
});

describe("the season of a backtest", () => {
  const week = (t: number) => 100 + 20 * Number(t % 7 < 2) + (t % 3);
  const seasonOf = (values: readonly number[]) => {
    const frame = dailyFrame(values);
    const plan = { ...options, folds: 20 };
    const { notes, notify } = listeningContext();
    const season = seasonOfFolds(frame, plan, "auto", notify);
    expect(
      seasonOfFolds(
        frame,
        planFolds(frame, plan, () => {}),
        "auto",
      ),
    ).toBe(season);
    return { season, notes };
  };
  const known = 200 - 2 - 19 * 2;
  const late = Array.from({ length: 200 }, (_, t) => (t < known ? t : week(t)));

  test("is the first there is in what the oldest fold knows, and 1 without", () => {
    expect(seasonOf(Array.from({ length: 200 }, (_, t) => week(t)))).toEqual({ season: 7, notes: [] });
    expect(seasonOf(late).season).toBe(1);
    expect(seasonOf(Array.from({ length: 200 }, (_, t) => t))).toEqual({ season: 1, notes: [] });
  });

  test("that only the whole data tell is not taken, and named in a warning with what to try", () => {
    const months = airPassengers();
    const [series] = months.series;
    const short = { ...months, series: [{ ...series!, values: series!.values.subarray(0, 48) }] };
    for (const [folds, ways] of [
      [3, "try --season 12, or fewer folds"],
      [1, "try --season 12"],
    ] as const) {
      const { notes, notify } = listeningContext();
      const plan = planFolds(short, { horizon: 36 / folds, step: 12, folds }, () => {});
      expect(seasonOfFolds(short, plan, "auto", notify)).toBe(1);
      const text = `what lies before the oldest origin tells no season, the whole data one of 12: seasonal-naive, and with it skill, is the plain naive; ${ways}`;
      expect(notes).toEqual([{ level: "warning", text }]);
    }
  });
});

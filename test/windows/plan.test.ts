import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitPreparation } from "../../src/scale/preparation.js";
import { planForecast, planTraining, type WindowPlan } from "../../src/windows/plan.js";
import { prepareFrame } from "../../src/windows/prepare.js";
import { dailyPanel, gappy, plainScale } from "../support/panels.js";

const noChannels = { gapIndicator: false, calendar: [] };

function prepare(values: readonly Float64Array[], difference = 0) {
  const frame = dailyPanel(...values);
  return prepareFrame(frame, fitPreparation(frame, { ...plainScale, difference }), noChannels, 1);
}

const originsOf = (plan: WindowPlan, s: number) => Array.from(plan.origins.filter((_, i) => plan.series[i] === s));
const ramp = (length: number) => Float64Array.from({ length }, (_, t) => t);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("planTraining", () => {
  it("slides full windows over a long series, up to the cut and from the cut on", () => {
    const { training, validation } = planTraining(prepare([ramp(30)]), { window: 6, horizon: 3, validationSteps: 8 });
    expect(originsOf(training, 0)).toEqual(range(6, 22 - 3));
    expect(originsOf(validation, 0)).toEqual(range(22, 27));
  });

  it("begins the windows of a short series before its start", () => {
    const { training } = planTraining(prepare([ramp(8)]), { window: 20, horizon: 2, validationSteps: 0 });
    expect(originsOf(training, 0)).toEqual([3, 4, 5, 6]);
    // Of the steps from the first change on, where a difference leaves three without one.
    const changes = planTraining(prepare([ramp(8)], 3), { window: 20, horizon: 2, validationSteps: 0 });
    expect(originsOf(changes.training, 0)).toEqual([5, 6]);
  });

  it("has the one full window of a series that is just long enough", () => {
    const { training } = planTraining(prepare([ramp(8)]), { window: 6, horizon: 2, validationSteps: 0 });
    expect(originsOf(training, 0)).toEqual([6]);
  });

  it("has no full window reach into the steps that a difference leaves without a change", () => {
    const { training } = planTraining(prepare([ramp(12)], 3), { window: 4, horizon: 2, validationSteps: 0 });
    expect(originsOf(training, 0)).toEqual([7, 8, 9, 10]);
  });

  it("holds no window for a series too short for one target, and none to validate on without a cut", () => {
    const { training, validation } = planTraining(prepare([ramp(3), ramp(0), ramp(1)]), {
      window: 4,
      horizon: 3,
      validationSteps: 0,
    });
    expect(training.origins.length).toBe(0);
    expect(validation.origins.length).toBe(0);
  });

  it("lets no window cross the cut, and leaves out only windows that say nothing", () => {
    const panel = fc.array(gappy(fc.integer({ min: 1, max: 9 }), 40), { minLength: 1, maxLength: 3 });
    const sizes = fc.record({
      window: fc.integer({ min: 1, max: 8 }),
      horizon: fc.integer({ min: 1, max: 5 }),
      validationSteps: fc.nat(12),
    });
    fc.assert(
      fc.property(panel, sizes, fc.constantFrom(0, 2), (values, options, difference) => {
        const { window, horizon, validationSteps } = options;
        const prepared = prepare(values, difference);
        const { training, validation } = planTraining(prepared, options);
        const isObserved = (s: number, from: number, to: number) =>
          prepared.series[s]!.changes.subarray(Math.max(0, from), to).some((value) => !Number.isNaN(value));
        for (const plan of [training, validation])
          plan.origins.forEach((origin, i) => {
            const s = plan.series[i]!;
            const cut = values[s]!.length - validationSteps;
            if (plan === training) expect(origin + horizon).toBeLessThanOrEqual(cut);
            else expect(origin).toBeGreaterThanOrEqual(cut);
            expect(origin + horizon).toBeLessThanOrEqual(values[s]!.length);
            expect(isObserved(s, origin - window, origin) && isObserved(s, origin, origin + horizon)).toBe(true);
          });
        values.forEach((series, s) => {
          const found = new Set(originsOf(training, s));
          for (let origin = difference + window; origin + horizon <= series.length - validationSteps; origin++)
            expect(found.has(origin)).toBe(
              isObserved(s, origin - window, origin) && isObserved(s, origin, origin + horizon),
            );
        });
      }),
    );
  });

  it("thins the windows of a very long panel out evenly instead of holding them all", () => {
    const panel = prepare([ramp(14), ramp(9)]);
    const options = { window: 4, horizon: 1, validationSteps: 0 };
    const whole = planTraining(panel, options).training;
    expect(whole.origins).toHaveLength(15);
    const thinned = (maxWindowCount: number) => planTraining(panel, { ...options, maxWindowCount }).training;
    expect(thinned(15)).toEqual(whole);
    expect([...thinned(14).origins]).toEqual([4, 6, 8, 10, 12, 4, 6, 8]);
    expect([...thinned(14).series]).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
    expect([...thinned(5).origins]).toEqual([4, 7, 10, 13, 6]);
  });
});

describe("planForecast", () => {
  it("stands at the end of every series, in their order", () => {
    const plan = planForecast(prepare([ramp(5), ramp(0), ramp(2)]));
    expect(Array.from(plan.series)).toEqual([0, 1, 2]);
    expect(Array.from(plan.origins)).toEqual([5, 0, 2]);
  });
});

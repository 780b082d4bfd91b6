import * as fc from "fast-check";
import { expect, test } from "vitest";
import { feedBack, openCandidates } from "../../src/forecast/recursion.js";
import { fitPreparation } from "../../src/scale/preparation.js";
import { createBatch, gatherBatch } from "../../src/windows/gather.js";
import { prepareFrame } from "../../src/windows/prepare.js";
import { dailyFrame } from "../evaluate/frames.js";
import { anyScale } from "../support/panels.js";

test("a window that what came was fed back to is the window that ends there", () => {
  const window = 8;
  const values = fc.array(fc.double({ min: 1, max: 50, noNaN: true }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(anyScale, values, fc.integer({ min: 6, max: 26 }), (scale, series, origin) => {
      const frame = dailyFrame(series);
      const prepared = prepareFrame(
        frame,
        fitPreparation(frame, scale),
        { gapIndicator: true, calendar: ["weekday"] },
        3,
      );
      const shape = { window, lags: [1, 2], horizon: 3 };
      const [fed, ended] = [origin, origin + 2].map((at) => {
        const batch = createBatch(prepared, shape, 1);
        const plan = { series: Int32Array.of(0), origins: Int32Array.of(at) };
        gatherBatch(prepared, plan, Int32Array.of(0), 0, 1, batch);
        return batch;
      }) as [ReturnType<typeof createBatch>, ReturnType<typeof createBatch>];
      const changes = new Float64Array(3);
      const candidatesAt = openCandidates(fed, changes);
      for (let k = 0; k < 2; k++) {
        const change = prepared.series[0]!.changes[origin + k]!;
        changes[k] = change;
        feedBack(prepared, 0, origin + k, (change - fed.offsets[0]!) / fed.spreads[0]!, fed, 0);
      }
      expect(fed.mask).toEqual(ended.mask);
      // The scaled values are float32, and are scaled anew from float32.
      const near = (found: number, expected: number) =>
        expect(Math.abs(found - expected)).toBeLessThan(1e-4 * (1 + Math.abs(expected)));
      near(fed.spreads[0]! / ended.spreads[0]!, 1);
      fed.inputs.forEach((value, i) => {
        near(value, ended.inputs[i]!);
      });
      // One and two steps before the step after next: the last two that were fed back.
      const [one, two] = candidatesAt(2);
      near(one!, ended.candidates[0]!);
      near(two!, ended.candidates[3]!);
    }),
    { numRuns: 100 },
  );
});

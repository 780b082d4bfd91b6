import { describe, expect, it } from "vitest";
import { fitPreparation } from "../../src/scale/preparation.js";
import { createBatch, createGather, type WindowShape } from "../../src/windows/gather.js";
import type { WindowPlan } from "../../src/windows/plan.js";
import { prepareFrame } from "../../src/windows/prepare.js";
import { dailyPanel, plainScale } from "../support/panels.js";

// A window of these takes 192 inputs and 192 masks, 32 targets and 32 weights, and 2 × 32 candidates: 2 KiB.
const shape: WindowShape = { window: 192, lags: [1, 7], horizon: 32 };
const length = 300;

/** What the first input of the last window is, before and after the data change under a gather made before. */
function inputsOf(windowCount: number): number[] {
  const frame = dailyPanel(Float64Array.from({ length }, (_, t) => t + 1));
  const preparation = fitPreparation(frame, { ...plainScale, scale: "none" });
  const prepared = prepareFrame(frame, preparation, { gapIndicator: false, calendar: [] }, 32);
  const plan: WindowPlan = {
    series: new Int32Array(windowCount),
    origins: new Int32Array(windowCount).fill(length - 32),
  };
  const gather = createGather(prepared, plan, shape);
  const batch = createBatch(prepared, shape, 1);
  return [0, 1000].map((more) => {
    const { changes } = prepared.series[0]!;
    for (const t of changes.keys()) changes[t] = t + 1 + more;
    gather(Int32Array.of(windowCount - 1), 0, 1, batch);
    return batch.inputs[0]!;
  });
}

describe("the windows of a plan", () => {
  const first = length - 32 - 192 + 1;

  it("are gathered once where all of them take 64 MiB", () => {
    expect(inputsOf(2 ** 15)).toEqual([first, first]);
  });

  it("are gathered each time where they take more", () => {
    expect(inputsOf(2 ** 15 + 1)).toEqual([first, first + 1000]);
  });

  it("that were kept leave the rows after those asked for as they are", () => {
    const frame = dailyPanel([1, 2, 3, 4, 5, 6]);
    const preparation = fitPreparation(frame, { ...plainScale, scale: "none" });
    const prepared = prepareFrame(frame, preparation, { gapIndicator: false, calendar: [] }, 1);
    const plan = { series: new Int32Array(4), origins: Int32Array.of(2, 3, 4, 5) };
    const gather = createGather(prepared, plan, { window: 2 });
    const batch = createBatch(prepared, { window: 2 }, 3);
    gather(Int32Array.of(0, 1, 2), 0, 3, batch);
    gather(Int32Array.of(0, 3, 3, 3), 1, 2, batch);
    expect([...batch.inputs]).toEqual([4, 5, 4, 5, 3, 4]);
    expect([...batch.targets]).toEqual([6, 6, 5]);
  });
});

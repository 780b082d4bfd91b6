import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fitPreparation } from "../../src/scale/preparation.js";
import { type Batch, createBatch, gatherBatch, padWindow, type WindowShape } from "../../src/windows/gather.js";
import { maskValue } from "../../src/windows/mask.js";
import { planForecast } from "../../src/windows/plan.js";
import { prepareFrame } from "../../src/windows/prepare.js";
import { dailyPanel, plainScale } from "../support/panels.js";

/** Series of 1, 2, 3, … as they are. */
function gather(length: number, shape: WindowShape) {
  const frame = dailyPanel(Float64Array.from({ length }, (_, t) => t + 1));
  const preparation = fitPreparation(frame, { ...plainScale, scale: "none" });
  const prepared = prepareFrame(frame, preparation, { gapIndicator: false, calendar: [] }, 2);
  const batch = createBatch(prepared, shape, 1);
  gatherBatch(prepared, planForecast(prepared), Int32Array.of(0), 0, 1, batch);
  return batch;
}

const x = maskValue;

describe("a window longer than its series", () => {
  it("marks the steps before it as padding", () => {
    const batch = gather(3, { window: 6 });
    expect([...batch.inputs]).toEqual([x, x, x, 1, 2, 3]);
    expect([...batch.mask]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(batch.padded).toBe(true);
  });

  it("repeats the first step within its segment", () => {
    const batch = gather(3, { window: 8, segment: 2 });
    expect([...batch.inputs]).toEqual([x, x, x, x, 1, 1, 2, 3]);
    // Which steps are real is still told: a segment is padding where its last step is.
    expect([...batch.mask]).toEqual([0, 0, 0, 0, 0, 1, 1, 1]);
  });

  it("repeats the first step throughout where nothing may be marked", () => {
    const batch = gather(3, { window: 6, repeatsPadding: true });
    expect([...batch.inputs]).toEqual([1, 1, 1, 1, 2, 3]);
    expect([...batch.mask]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(batch.padded).toBe(false);
  });

  it("repeats the first step in every channel, whichever row of a batch it is", () => {
    const batch: Batch = {
      ...gather(3, { window: 3, segment: 2 }),
      batchSize: 2,
      inputs: Float32Array.of(...[1, 10, 2, 20, 3, 30], ...[4, 40, 5, 50, 6, 60]),
      mask: new Float32Array(6).fill(1),
    };
    padWindow(batch, 1, 1);
    expect([...batch.inputs]).toEqual([1, 10, 2, 20, 3, 30, 5, 50, 5, 50, 6, 60]);
    expect([...batch.mask]).toEqual([1, 1, 1, 0, 1, 1]);
  });

  it("is zeros where nothing is known of its series and nothing may be marked", () => {
    const batch: Batch = {
      ...gather(3, { window: 2, repeatsPadding: true }),
      batchSize: 2,
      inputs: Float32Array.of(...[1, 10, 2, 20], ...[3, 30, 4, 40]),
      mask: new Float32Array(4),
    };
    padWindow(batch, 1, 2);
    expect([...batch.inputs]).toEqual([1, 10, 2, 20, 0, 0, 0, 0]);
    padWindow(batch, 0, 2);
    expect([...batch.inputs]).toEqual(new Array(8).fill(0));
    expect([...batch.mask]).toEqual([1, 1, 1, 1]);
  });

  it("is marked with what the saved models of earlier versions skip", () => {
    const saved = readFileSync("fixtures/models/0.1.0/scaled-global/model.json", "utf8");
    expect(saved).toContain(`"mask_value":${maskValue},`);
  });

  it("looks the same when it slid on by a step as when it is gathered there", () => {
    const slid = gather(3, { window: 8, segment: 4 });
    slid.inputs.copyWithin(0, 1);
    slid.inputs[7] = 4;
    slid.mask.copyWithin(0, 1);
    slid.mask[7] = 1;
    padWindow(slid, 0, slid.mask.indexOf(1));
    const gathered = gather(4, { window: 8, segment: 4 });
    expect(slid.inputs).toEqual(gathered.inputs);
    expect(slid.mask).toEqual(gathered.mask);
  });
});

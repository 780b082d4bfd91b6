import { describe, expect, it } from "vitest";
import type { ScaleConfig } from "../../src/scale/config.js";
import { fitPreparation } from "../../src/scale/preparation.js";
import { createBatch, gatherBatch, rescaleWindow, type WindowShape } from "../../src/windows/gather.js";
import { type ChannelConfig, type PreparedFrame, prepareFrame } from "../../src/windows/prepare.js";
import { dailyPanel, plainScale } from "../support/panels.js";

const { NaN: gap } = Number;
const noChannels: ChannelConfig = { gapIndicator: false, calendar: [] };

function prepare(
  series: readonly (readonly number[])[],
  config: Partial<ScaleConfig>,
  horizon = 1,
  channels = noChannels,
) {
  const frame = dailyPanel(...series);
  return prepareFrame(frame, fitPreparation(frame, { ...plainScale, ...config }), channels, horizon);
}

/** Windows of these series that end before these origins. */
function gather(prepared: PreparedFrame, shape: WindowShape, series: readonly number[], origins: readonly number[]) {
  const batch = createBatch(prepared, shape, origins.length);
  const plan = { series: Int32Array.from(series), origins: Int32Array.from(origins) };
  gatherBatch(prepared, plan, Int32Array.from(origins.keys()), 0, origins.length, batch);
  return batch;
}

describe("a window", () => {
  it("is scaled by all series together, by its own series, by itself, or not at all", () => {
    const panel = [
      [0, 2, 4, 10],
      [10, 30, 40, 110],
    ];
    const inputsOf = (scale: ScaleConfig["scale"]) => {
      const batch = gather(prepare(panel, { scale, scaler: "minmax" }), { window: 3 }, [0, 1], [3, 3]);
      return [[...batch.inputs], [...batch.offsets], [...batch.spreads]];
    };
    const float32 = (...values: number[]) => [...Float32Array.from(values)];
    expect(inputsOf("global")).toEqual([
      float32(0, 2 / 110, 4 / 110, 10 / 110, 30 / 110, 40 / 110),
      [0, 0],
      [110, 110],
    ]);
    expect(inputsOf("series")).toEqual([float32(0, 0.2, 0.4, 0, 0.2, 0.3), [0, 10], [10, 100]]);
    expect(inputsOf("window")).toEqual([float32(0, 0.5, 1, 0, 2 / 3, 1), [0, 10], [4, 30]]);
    expect(inputsOf("none")).toEqual([float32(0, 2, 4, 10, 30, 40), [0, 0], [1, 1]]);
  });

  it("is scaled by what was observed of it, not by what fills its gaps", () => {
    const { offsets, inputs } = gather(
      prepare([[0, 3, gap, gap, 9, 1]], { scaler: "standard" }),
      { window: 5 },
      [0],
      [5],
    );
    // The mean of 0, 3 and 9; with the 5 and the 7 that fill the gap it would be 4.8.
    expect(offsets[0]).toBe(4);
    expect(inputs[2]! - inputs[1]!).toBeCloseTo(inputs[3]! - inputs[2]!, 6);
  });

  it("keeps outliers within a thousand spreads where it is scaled", () => {
    const values = [0, 1, 2000, -2000, 1000, -1000, 1];
    const config: Partial<ScaleConfig> = { scale: "series", scaler: "minmax" };
    const known = dailyPanel([0, 1]);
    const preparation = fitPreparation(known, { ...plainScale, ...config });
    const prepared = prepareFrame(dailyPanel(values), preparation, noChannels, 1);
    expect([...gather(prepared, { window: 6 }, [0], [6]).inputs]).toEqual([0, 1, 1000, -1000, 1000, -1000]);
  });

  it.each<Partial<ScaleConfig>>([
    { scale: "none", scaler: "standard" },
    { scale: "window", scaler: "none" },
    { scale: "series", scaler: "none" },
  ])("keeps its values where nothing scales them (%o), as far as a float32 has room for squares", (config) => {
    const prepared = prepare([[5000, -5000, 1e30, -1e30, -9999, 1]], config);
    const { inputs } = gather(prepared, { window: 5 }, [0], [5]);
    // The number that marks padding moves by one unit in the last place.
    expect([...inputs]).toEqual([5000, -5000, Math.fround(1e18), Math.fround(-1e18), -9999 + 2 ** -10]);
  });

  it("brings its seasons' naive forecasts, scaled as it is, for all of its horizon", () => {
    const shape = { window: 4, lags: [1, 3], horizon: 3 };
    const prepared = prepare([[0, 1, 3, 4, 2, 8]], { scaler: "minmax" }, 3);
    const batch = gather(prepared, shape, [0, 0], [4, 5]);
    // Before step 4: 0 1 3 4, spread 4. Before step 5: 1 3 4 2, spread 3.
    const expected = [[4, 4, 4, 1, 3, 4].map((value) => value / 4), [2, 2, 2, 3, 4, 2].map((value) => (value - 1) / 3)];
    expect(batch.candidates).toEqual(Float32Array.from(expected.flat()));
    for (const none of [{ window: 4 }, { window: 4, horizon: 3 }, { window: 4, lags: [], horizon: 3 }])
      expect(gather(prepared, none, [0], [4]).candidates).toHaveLength(0);
  });

  it("leaves nothing of the windows before it in its targets, and the rows of others as they are", () => {
    const prepared = prepare([[1, 2, 3, 4, 5, 6]], { scale: "none" }, 3);
    const batch = createBatch(prepared, { window: 2 }, 3);
    expect(batch.padded).toBe(false);
    const plan = { series: Int32Array.of(0, 0), origins: Int32Array.of(3, 5) };
    gatherBatch(prepared, plan, Int32Array.of(0, 0, 0), 0, 3, batch);
    expect([...batch.targets]).toEqual([4, 5, 6, 4, 5, 6, 4, 5, 6]);
    gatherBatch(prepared, plan, Int32Array.of(0, 1), 1, 1, batch);
    expect([...batch.inputs]).toEqual([4, 5, 2, 3, 2, 3]);
    expect([...batch.targets]).toEqual([6, 0, 0, 4, 5, 6, 4, 5, 6]);
    expect([...batch.weights]).toEqual([1, 0, 0, 1, 1, 1, 1, 1, 1]);
  });
});

describe("a window that slid on", () => {
  const values = [
    [3, 8, 1, 6, 2, 9, 4, 4, 4, 4, 4],
    [30, 10, 20, 50, 40, 30, 20, 90, 10, 60, 20],
  ];

  /** The windows before an origin, each moved on by the step that came, and normalised anew. */
  function slide(prepared: PreparedFrame, shape: WindowShape, origin: number) {
    const batch = gather(prepared, shape, [0, 1], [origin, origin]);
    const { window } = shape;
    const width = batch.inputs.length / (2 * window);
    for (const [b, series] of prepared.series.entries()) {
      const end = (b + 1) * window * width;
      batch.inputs.copyWithin(end - window * width, end - (window - 1) * width, end);
      batch.mask.copyWithin(b * window, b * window + 1, (b + 1) * window);
      batch.mask[(b + 1) * window - 1] = 1;
      batch.inputs[end - width] = (series.changes[origin]! - batch.offsets[b]!) / batch.spreads[b]!;
      rescaleWindow(prepared, series, batch, b);
    }
    return batch;
  }

  it.each([
    // Padded at first, full, and of equal values, which the series' typical change alone gives a spread.
    [6, 4],
    [4, 6],
    [4, 10],
  ])("is normalised as one of %i steps is that is gathered before step %i", (window, end) => {
    for (const scaler of ["standard", "minmax", "robust", "mean", "last"] as const) {
      const prepared = prepare(values, { scaler }, 1, { gapIndicator: true, calendar: [] });
      const slid = slide(prepared, { window }, end - 1);
      const gathered = gather(prepared, { window }, [0, 1], [end, end]);
      // Normalised twice from float32, whose unit in the last place is 6e-8 of numbers up to 10.
      for (const [i, value] of gathered.inputs.entries()) expect(slid.inputs[i]).toBeCloseTo(value, 4);
      for (const b of [0, 1]) {
        expect(slid.offsets[b]! / gathered.spreads[b]!).toBeCloseTo(gathered.offsets[b]! / gathered.spreads[b]!, 4);
        expect(slid.spreads[b]! / gathered.spreads[b]!).toBeCloseTo(1, 5);
      }
      expect(slid.mask).toEqual(gathered.mask);
    }
  });

  it.each<Partial<ScaleConfig>>([
    { scale: "series" },
    { scale: "global" },
    { scale: "none" },
    { scale: "window", scaler: "none" },
  ])("stays as it is where windows are not normalised by themselves: %o", (config) => {
    const prepared = prepare(values, config);
    const slid = slide(prepared, { window: 4 }, 5);
    const gathered = gather(prepared, { window: 4 }, [0, 1], [6, 6]);
    expect(slid).toEqual({ ...gathered, targets: slid.targets, weights: slid.weights });
  });
});

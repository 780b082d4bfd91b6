// How far forecasts lay from what came. In: a predictor that has not learnt from the last steps of a frame, and that frame. Out: the
// errors of all its forecasts from origins in those steps, in the measure that each had at the origin.
import { lastObservedIndex } from "../base/numeric.js";
import { nextTurn } from "../base/turn.js";
import { cutFrame, type Frame } from "../series/frame.js";
import type { Measure } from "./calibration.js";

export interface HeldOut {
  /** In steps; 1 for none. */
  readonly season: number;
  /** [series] first step that the predictor has not learnt from: origins start there. */
  readonly firstOrigins: ArrayLike<number>;
  /** About as many forecasts are made, over all series. */
  readonly windowLimit: number;
  readonly signal: AbortSignal;
}

const maxOriginCount = 128;

export interface Scores {
  readonly horizon: number;
  /** [windows × horizon] (actual − forecast) / measure; NaN where there is no actual, or nothing to measure it in. */
  readonly values: Float64Array;
  /** [windows] the series each window is of: all of one series stand together, the oldest first. */
  readonly series: Int32Array;
  /** [windows] steps of its series that were known to it. */
  readonly origins: Int32Array;
  /** Steps from one window of a series to the next. */
  readonly stride: number;
}

/** [series] steps that origins are spread over. */
function heldOutSteps({ series }: Frame, { firstOrigins }: Pick<HeldOut, "firstOrigins">): Int32Array {
  return Int32Array.from(series, ({ values }, s) => lastObservedIndex(values) + 1 - Math.max(1, firstOrigins[s]!)).map(
    (steps) => Math.max(0, steps),
  );
}

/** Of all series, in steps. */
export function longestHeldOut(frame: Frame, heldOut: Pick<HeldOut, "firstOrigins">): number {
  return heldOutSteps(frame, heldOut).reduce((a, b) => Math.max(a, b), 0);
}

export async function gatherScores(
  measure: Measure,
  frame: Frame,
  horizon: number,
  { season, firstOrigins, windowLimit, signal }: HeldOut,
): Promise<Scores> {
  const ends = Int32Array.from(frame.series, ({ values }) => lastObservedIndex(values) + 1);
  const heldOut = heldOutSteps(frame, { firstOrigins });
  const stride = chooseStride(heldOut, season, windowLimit);
  const rows: Float64Array[][] = frame.series.map(() => []);
  const origins: number[][] = frame.series.map(() => []);
  for (let ahead = 0; ; ahead += stride) {
    const open = Array.from(heldOut.keys()).filter((s) => ahead < heldOut[s]!);
    if (open.length === 0) break;
    await nextTurn(signal);
    const whole = { ...frame, series: open.map((s) => frame.series[s]!) };
    const known = cutFrame(
      whole,
      open.map((s) => ends[s]! - heldOut[s]! + ahead),
    );
    const { point, above, below } = await measure(known, horizon);
    open.forEach((s, i) => {
      const origin = known.series[i]!.values.length;
      const actual = whole.series[i]!.values.subarray(origin);
      origins[s]!.push(origin);
      const from = i * horizon;
      rows[s]!.push(
        point.slice(from, from + horizon).map((forecast, k) => {
          const error = (actual[k] ?? Number.NaN) - forecast;
          const score = error / (error < 0 ? below : above)[from + k]!;
          return Number.isFinite(score) ? score : Number.NaN;
        }),
      );
    });
  }
  const all = rows.flat();
  const values = new Float64Array(all.length * horizon);
  for (const [w, row] of all.entries()) values.set(row, w * horizon);
  return {
    horizon,
    values,
    series: Int32Array.from(rows.flatMap((own, s) => own.map(() => s))),
    origins: Int32Array.from(origins.flat()),
    stride,
  };
}

/** @param heldOut [series] steps that origins are spread over */
function chooseStride(heldOut: Int32Array, season: number, windowLimit: number): number {
  const windowCount = heldOut.reduce((sum, steps) => sum + steps, 0);
  const longest = heldOut.reduce((a, b) => Math.max(a, b), 0);
  let stride = Math.max(1, Math.ceil(windowCount / windowLimit), Math.ceil(longest / maxOriginCount));
  // Origins come by every phase of the season in turn.
  while (commonDivisor(stride, season) > 1) stride++;
  return stride;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

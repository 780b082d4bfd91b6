// A frame that many threads read. In: a frame. Out: the same one, its numbers in memory that threads share.
import type { Frame, Series } from "../series/frame.js";

/** All the numbers of `frame` in one block, so that posting it to a thread copies none of them. Nobody may write to it. */
export function shareFrame(frame: Frame): Frame {
  const length = frame.series.reduce(
    (sum, series) => sum + arraysOf(series).reduce((own, one) => own + one.length, 0),
    0,
  );
  const block = new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
  let used = 0;
  const place = (values: Float64Array): Float64Array => {
    const placed = block.subarray(used, used + values.length);
    placed.set(values);
    used += values.length;
    return placed;
  };
  return {
    ...frame,
    series: frame.series.map((series) => ({
      ...series,
      values: place(series.values),
      ...(series.covariates && { covariates: series.covariates.map(place) }),
    })),
  };
}

function arraysOf({ values, covariates = [] }: Series): Float64Array[] {
  return [values, ...covariates];
}

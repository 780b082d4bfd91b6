// Sums of products over all windows of series, which is all that a linear regression on lags needs of them. In: series. Out: what
// each value of a window has in common with each value of the window and of the horizon after it.

/** Dimensions: L the window, K the horizon, D = L + K. */
export interface Moments {
  readonly window: number;
  readonly horizon: number;
  /** [L × D] Σ over the windows of v_i v_j, v being a window and then its horizon. */
  readonly products: Float64Array;
  windowCount: number;
}

export function createMoments(window: number, horizon: number): Moments {
  return { window, horizon, products: new Float64Array(window * (window + horizon)), windowCount: 0 };
}

/**
 * Adds the windows of one series. The products of a place are those of the place one step earlier, less the first window's and with the
 * one after the last's: so a row costs as much as the window is wide, not as the series is long.
 * @param values [time] finite; shorter than a window with its horizon it adds nothing
 */
export function addMoments(moments: Moments, values: Float64Array): void {
  const { window, horizon, products } = moments;
  const width = window + horizon;
  const count = values.length - width + 1;
  if (count < 1) return;
  moments.windowCount += count;
  const row = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let sum = 0;
    for (let t = 0; t < count; t++) sum += values[t]! * values[t + j]!;
    row[j] = sum;
  }
  for (let i = 0; i < window; i++) {
    const at = i * width;
    for (let j = i; j < width; j++) products[at + j]! += row[j]!;
    if (i + 1 === window) break;
    const [leaves, enters] = [values[i]!, values[count + i]!];
    for (let j = width - 1; j > i; j--)
      row[j] = row[j - 1]! - leaves * values[j - 1]! + enters * values[count + j - 1]!;
  }
}

// Whether two forecasts differ in accuracy, or chance can explain it: the test of Diebold & Mariano (1995), Journal of Business &
// Economic Statistics 13(3), corrected for few origins by Harvey, Leybourne & Newbold (1997), International Journal of Forecasting
// 13(2). In: the losses of one less those of the other, an origin after the other. Out: a statistic and its p-value.
import { studentTails } from "../base/student.js";

export interface EqualityTest {
  /** Below 0 when the first one's losses are lower. */
  readonly statistic: number;
  /** Two-sided; both are NaN where there are too few origins, or no variance can be told from them. */
  readonly pValue: number;
}

/** The fewest that the correction was examined with. */
const leastCount = 8;

/** Origins that the test needs: with fewer, the autocovariances are noise. */
export function leastOriginCount(overlap: number): number {
  return Math.max(leastCount, 2 * overlap);
}

/**
 * Tests that the expected difference is 0, with n origins:
 *
 *     DM  = d̄ / √(V / n),   V = γ₀ + 2 Σ γₖ over k = 1 … h − 1
 *     HLN = DM √((n + 1 − 2h + h (h − 1) / n) / n),   Student's t with n − 1 degrees of freedom
 *
 * With h = 1 that is the paired t test. The sum can come out below 0, and then nothing can be said (Harvey, Leybourne & Whitehouse
 * 2017).
 * @param differences [origins] evenly spaced in time, without NaN
 * @param overlap h: an origin's loss shares steps with those of the h − 1 next origins
 */
export function testEquality(differences: Float64Array, overlap: number): EqualityTest {
  const n = differences.length;
  if (n < leastOriginCount(overlap)) return { statistic: Number.NaN, pValue: Number.NaN };
  if (differences.every((difference) => difference === 0)) return { statistic: 0, pValue: 1 };
  const mean = differences.reduce((a, b) => a + b, 0) / n;
  let variance = 0;
  for (let lag = 0; lag < overlap; lag++)
    for (let t = lag; t < n; t++)
      variance += ((lag === 0 ? 1 : 2) * (differences[t]! - mean) * (differences[t - lag]! - mean)) / n;
  if (!(variance > 0)) return { statistic: Number.NaN, pValue: Number.NaN };
  const correction = (n + 1 - 2 * overlap + (overlap * (overlap - 1)) / n) / n;
  const statistic = (mean / Math.sqrt(variance / n)) * Math.sqrt(correction);
  return { statistic, pValue: studentTails(statistic, n - 1) };
}

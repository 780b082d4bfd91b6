// Which steps were observed. In: values with NaN where nothing was observed. Out: counts that tell at once whether a range holds any
// observation.

/** @returns [time + 1] observed steps before each step; null when every step is observed */
export function countObserved(values: Float64Array): Int32Array | null {
  if (!values.some(Number.isNaN)) return null;
  const counts = new Int32Array(values.length + 1);
  for (let i = 0; i < values.length; i++) counts[i + 1] = counts[i]! + (Number.isNaN(values[i]!) ? 0 : 1);
  return counts;
}

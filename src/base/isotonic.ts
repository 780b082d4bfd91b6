// Isotonic regression. In: values and weights. Out: the nearest sequence that never falls.

/**
 * The non-decreasing sequence of least weighted squared distance, by pooling adjacent violators (Ayer et al. 1955; Barlow et al.
 * 1972). It keeps the weighted mean, and the order of two sequences of which one is nowhere above the other.
 * @param values [n] finite @param weights [n] above 0
 */
export function isotonic(
  values: Float64Array,
  weights: Float64Array = new Float64Array(values.length).fill(1),
): Float64Array {
  const blocks: { mean: number; weight: number; count: number }[] = [];
  values.forEach((value, i) => {
    let block = { mean: value, weight: weights[i]!, count: 1 };
    for (let before = blocks.at(-1); before !== undefined && before.mean >= block.mean; before = blocks.at(-1)) {
      blocks.pop();
      const weight = before.weight + block.weight;
      const mean = before.mean + ((block.mean - before.mean) * block.weight) / weight;
      block = { mean, weight, count: before.count + block.count };
    }
    blocks.push(block);
  });
  const out = new Float64Array(values.length);
  let at = 0;
  for (const { mean, count } of blocks) {
    out.fill(mean, at, at + count);
    at += count;
  }
  return out;
}

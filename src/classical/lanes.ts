// Sums in an order that processors can take side by side, and that is the same everywhere. In: terms. Out: their sum.

/** Eight running sums, the terms dealt out in turn, joined as a tree. @param to after the last */
export function sumInLanes(from: number, to: number, term: (t: number) => number): number {
  const lanes = new Float64Array(8);
  let t = from;
  for (; t + 7 < to; t += 8) for (let lane = 0; lane < 8; lane++) lanes[lane]! += term(t + lane);
  for (let lane = 0; t < to; t++, lane++) lanes[lane]! += term(t);
  const [a, b, c, d, e, f, g, h] = lanes;
  return a! + e! + (c! + g!) + (b! + f! + (d! + h!));
}

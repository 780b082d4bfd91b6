// The simplex search of Nelder & Mead (1965): least values of a function without derivatives. In: the function and where to start.
// Out: the best point met.

interface Corner {
  readonly point: Float64Array;
  readonly score: number;
}

/**
 * With the coefficients of Gao & Han, Implementing the Nelder–Mead simplex algorithm with adaptive parameters (2012), which keep the
 * simplex from collapsing where there are many dimensions.
 * @param scoreOf a point [dimension]; what is not finite counts as worst; may move the point, to bring it within bounds
 * @param start [dimension]
 * @param steps [dimension] to the other corners of the first simplex
 * @param evaluationCount of `scoreOf`, about
 * @param tolerance ends the search when the scores of all corners differ by no more
 * @returns [dimension]
 */
export function minimise(
  scoreOf: (point: Float64Array) => number,
  start: Float64Array,
  steps: Float64Array,
  evaluationCount: number,
  tolerance: number,
): Float64Array {
  const size = start.length;
  const spread = Math.max(2, size);
  const expansion = 1 + 2 / spread;
  const contraction = 0.75 - 1 / (2 * spread);
  const shrinkage = 1 - 1 / spread;
  let evaluations = 0;
  const evaluate = (point: Float64Array): Corner => {
    evaluations++;
    const score = scoreOf(point);
    return { point, score: Number.isFinite(score) ? score : Number.MAX_VALUE };
  };
  /** Best first. */
  const corners: Corner[] = [];
  const total = new Float64Array(size);
  const insert = (corner: Corner) => {
    let place = corners.length;
    while (place > 0 && corners[place - 1]!.score > corner.score) place--;
    corners.splice(place, 0, corner);
    for (let i = 0; i < size; i++) total[i]! += corner.point[i]!;
  };
  /** The point c + reach (c − worst) on the line from the worst corner through the others' centre c. */
  const tryAt = (worst: Float64Array, reach: number): Corner => {
    const point = new Float64Array(size);
    for (let i = 0; i < size; i++) point[i] = ((1 + reach) * total[i]!) / size - reach * worst[i]!;
    return evaluate(point);
  };

  insert(evaluate(start.slice()));
  for (let i = 0; i < size; i++) {
    const point = start.slice();
    point[i]! += steps[i]!;
    insert(evaluate(point));
  }
  while (evaluations < evaluationCount) {
    const best = corners[0]!;
    const worst = corners.pop()!;
    if (worst.score - best.score <= tolerance) break;
    for (let i = 0; i < size; i++) total[i]! -= worst.point[i]!;
    const reflected = tryAt(worst.point, 1);
    if (reflected.score < best.score) {
      const further = tryAt(worst.point, expansion);
      insert(further.score < reflected.score ? further : reflected);
    } else if (reflected.score < corners[size - 1]!.score) insert(reflected);
    else {
      const nearer = tryAt(worst.point, reflected.score < worst.score ? contraction : -contraction);
      if (nearer.score < Math.min(reflected.score, worst.score)) insert(nearer);
      else {
        // Every corner moves towards the best.
        const others = [...corners.splice(1), worst];
        total.set(best.point);
        for (const { point } of others)
          insert(evaluate(point.map((value, i) => best.point[i]! + shrinkage * (value - best.point[i]!))));
      }
    }
  }
  return corners[0]!.point;
}

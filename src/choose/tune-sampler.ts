// Which settings to try next. In: a space and the trials that are known. Out: a point of it that was not tried. At first drawn at
// random; then by the tree-structured Parzen estimator (Bergstra, Bardenet, Bengio & Kégl 2011, Algorithms for hyper-parameter
// optimization, NeurIPS 24, section 4), whose densities are histograms here, as every setting has few values.
import type { Random } from "../base/random.js";
import type { Dimension, Point } from "./tune-space.js";

/** A trial, and how it did: lower is better, Infinity for one that failed. */
export interface Rated {
  readonly point: Point;
  readonly loss: number;
}

/** Trials known before the first that rests on a model of them. */
const leastRated = 8;
/** γ: the share of the trials that count as good. */
const goodShare = 0.25;
/** Points drawn from the good trials' density, of which the one with the largest ratio is tried. */
const drawCount = 24;
/** What a trial adds to the values next to its own, where values are ordered. */
const neighbourWeight = 0.4;
/** Points drawn before a space counts as used up. */
const attemptCount = 500;

/** @returns undefined when no point is found that `isTaken` does not have */
export function proposePoint(
  space: readonly Dimension[],
  rated: readonly Rated[],
  isTaken: (point: Point) => boolean,
  random: Random,
): Point | undefined {
  const priors = space.map(priorOf);
  if (rated.length >= leastRated) {
    const sorted = [...rated].sort((a, b) => (a.loss === b.loss ? 0 : a.loss < b.loss ? -1 : 1));
    const goodCount = Math.max(2, Math.round(goodShare * sorted.length));
    const good = densities(space, priors, sorted.slice(0, goodCount));
    const bad = densities(space, priors, sorted.slice(goodCount));
    const ratio = (point: Point) => point.reduce((product, i, d) => (product * good[d]![i]!) / bad[d]![i]!, 1);
    const points = Array.from({ length: drawCount }, () => drawPoint(good, random)).filter((point) => !isTaken(point));
    if (points.length > 0) return points.reduce((best, point) => (ratio(point) > ratio(best) ? point : best));
  }
  for (let attempt = 0; attempt < attemptCount; attempt++) {
    const point = drawPoint(priors, random);
    if (!isTaken(point)) return point;
  }
  return undefined;
}

/** Probabilities of a dimension's values. */
type Density = readonly number[];

function priorOf({ values, usual, usualShare = 1 / values.length }: Dimension): Density {
  return values.map((_, i) => (i === usual ? usualShare : (1 - usualShare) / (values.length - 1)));
}

/** For each dimension the prior, which counts as one trial, and what the trials add to it. */
function densities(space: readonly Dimension[], priors: readonly Density[], rated: readonly Rated[]): Density[] {
  return space.map(({ isOrdered }, d) => {
    const counts = [...priors[d]!];
    for (const { point } of rated) {
      const own = point[d]!;
      const beside = isOrdered ? [own - 1, own + 1].filter((i) => i >= 0 && i < counts.length) : [];
      const total = 1 + neighbourWeight * beside.length;
      counts[own]! += 1 / total;
      for (const i of beside) counts[i]! += neighbourWeight / total;
    }
    return counts.map((count) => count / (rated.length + 1));
  });
}

function drawPoint(of: readonly Density[], random: Random): Point {
  return of.map((density) => {
    let rest = random.uniform();
    const drawn = density.findIndex((share) => {
      rest -= share;
      return rest < 0;
    });
    return drawn === -1 ? density.length - 1 : drawn;
  });
}

// How much each setting matters, as functional analysis of variance tells it (Hutter, Hoos & Leyton-Brown 2014, An efficient approach
// for assessing hyperparameter importance, ICML): a small random forest learns the rank of a trial from its settings, and of its variance
// over the whole space the share is taken that a setting has alone. In: rated trials. Out: a share for each dimension.
import { type Random, seededRandom } from "../base/random.js";
import type { Rated } from "./tune-sampler.js";
import type { Dimension } from "./tune-space.js";

const treeCount = 64;
const leastLeaf = 2;
/** Fewer tell nothing. */
const leastTrials = 20;

/** Part of the space, all of whose points are said to do alike. */
interface Leaf {
  /** [dimension × value] whether the value is in it */
  readonly holds: readonly (readonly boolean[])[];
  readonly value: number;
}

/**
 * @returns [dimension] shares of the variance, which sum to 1 or less: the rest is what settings do together. null where there are too
 * few trials, or all did alike
 */
export function settingImportance(space: readonly Dimension[], rated: readonly Rated[], seed: number): number[] | null {
  if (rated.length < leastTrials || space.length === 0) return null;
  const ranks = ranksOf(rated.map(({ loss }) => loss));
  const random = seededRandom(seed).fork("importance");
  const sums = space.map(() => 0);
  let count = 0;
  for (let tree = 0; tree < treeCount; tree++) {
    const sample = Array.from(rated, () => random.integer(rated.length));
    const whole = space.map(({ values }) => values.map(() => true));
    const leaves = growTree(space, rated, ranks, sample, whole, random);
    const mean = leaves.reduce((sum, leaf) => sum + leaf.value * shareOf(leaf), 0);
    const variance = leaves.reduce((sum, leaf) => sum + (leaf.value - mean) ** 2 * shareOf(leaf), 0);
    if (variance === 0) continue;
    space.forEach(({ values }, d) => {
      const own = values.map((_, i) => {
        const holding = leaves.filter(({ holds }) => holds[d]![i]!);
        return holding.reduce((sum, leaf) => sum + leaf.value * shareOf(leaf, d), 0);
      });
      sums[d]! += own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length / variance;
    });
    count++;
  }
  return count === 0 ? null : sums.map((sum) => sum / count);
}

/** The share of the space that a leaf holds; of the space where dimension `without` has one of the leaf's values. */
function shareOf({ holds }: Leaf, without = -1): number {
  return holds.reduce(
    (share, own, d) => (d === without ? share : (share * own.filter(Boolean).length) / own.length),
    1,
  );
}

/** Least squares at each split, over a third of the dimensions (Breiman 2001), one at least. */
function growTree(
  space: readonly Dimension[],
  rated: readonly Rated[],
  ranks: readonly number[],
  sample: readonly number[],
  holds: readonly (readonly boolean[])[],
  random: Random,
): Leaf[] {
  const value = sample.reduce((sum, i) => sum + ranks[i]!, 0) / sample.length;
  const leaf = [{ holds, value }];
  if (sample.length < 2 * leastLeaf) return leaf;
  const order = Int32Array.from(space.keys());
  random.shuffle(order);
  let best: { gain: number; d: number; left: readonly boolean[] } | undefined;
  for (const d of order.slice(0, Math.max(1, Math.ceil(space.length / 3)))) {
    for (const left of splitsOf(space[d]!, holds[d]!)) {
      const inLeft = sample.filter((i) => left[rated[i]!.point[d]!]);
      const rightCount = sample.length - inLeft.length;
      if (inLeft.length < leastLeaf || rightCount < leastLeaf) continue;
      const sum = inLeft.reduce((total, i) => total + ranks[i]!, 0);
      // Between-group sum of squares.
      const gain = (sum - inLeft.length * value) ** 2 * (1 / inLeft.length + 1 / rightCount);
      if (gain > (best?.gain ?? 0)) best = { gain, d, left };
    }
  }
  if (best === undefined) return leaf;
  const { d, left } = best;
  const grow = (goesLeft: boolean) =>
    growTree(
      space,
      rated,
      ranks,
      sample.filter((i) => left[rated[i]!.point[d]!] === goesLeft),
      holds.map((own, e) => (e === d ? own.map((held, i) => held && left[i] === goesLeft) : own)),
      random,
    );
  return [...grow(true), ...grow(false)];
}

/** Ways to part the values that are held: below and above where they are ordered, one against the others where they are not. */
function splitsOf({ isOrdered }: Dimension, holds: readonly boolean[]): boolean[][] {
  const held = holds.flatMap((is, i) => (is ? [i] : []));
  if (held.length < 2) return [];
  const parts = isOrdered ? held.slice(0, -1) : held;
  return parts.map((at) => holds.map((is, i) => is && (isOrdered ? i <= at : i === at)));
}

/** From 0 for the lowest; equal losses share their mean rank. */
function ranksOf(losses: readonly number[]): number[] {
  return losses.map((loss) => {
    const below = losses.filter((other) => other < loss).length;
    const equal = losses.filter((other) => other === loss).length;
    return below + (equal - 1) / 2;
  });
}

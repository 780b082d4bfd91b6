// The bins head: a softmax over levels that the scaled target is quantised to, trained by categorical cross-entropy, as sequence models
// are over their symbols. In: [N] logits. Out: as every head; within a bin every value is as likely as the other.
import { extent, mean, quantileOfSorted } from "../../base/numeric.js";
import type { BinsConfig } from "./config.js";
import type { Head } from "./head.js";

/** @param config fitted */
export function binsHead({ count, edges, values }: BinsConfig): Head {
  const shares = new Float64Array(count);
  /** Writes the shares. @returns ln Σ exp(raw) */
  const softmax = (raw: Float64Array): number => {
    const largest = raw.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (let i = 0; i < count; i++) sum += shares[i] = Math.exp(raw[i]! - largest);
    for (let i = 0; i < count; i++) shares[i]! /= sum;
    return largest + Math.log(sum);
  };
  /** @returns the value below which this share lies */
  const invert = (raw: Float64Array, level: number): number => {
    softmax(raw);
    let below = 0;
    let i = 0;
    while (i < count - 1 && below + shares[i]! < level) below += shares[i++]!;
    const within = Math.min(1, Math.max(0, (level - below) / shares[i]!));
    return edges[i]! + within * (edges[i + 1]! - edges[i]!);
  };
  return {
    parts: [{ name: "head", width: count, activation: "softmax" }],
    /** −ln p of the target's bin */
    loss(raw, target, _spread, slope) {
      const bin = binOf(edges, target);
      // By the logits, since a probability may round to 0.
      const loss = softmax(raw) - raw[bin]!;
      slope.set(shares);
      slope[bin]! -= 1;
      return loss;
    },
    point(raw) {
      softmax(raw);
      return values.reduce((sum, value, i) => sum + shares[i]! * value, 0);
    },
    quantile: invert,
    draw: (raw, random) => invert(raw, random.uniform()),
    bins: {
      count,
      shares(raw) {
        softmax(raw);
        return shares;
      },
      find: (target) => binOf(edges, target),
    },
  };
}

/** The bin of a value; the outermost bins have no end. @param edges [N + 1] ascending */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [0, edges.length - 2];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Bins that hold about equally many targets each, so that knowing nothing means a perplexity of N, whatever the data. Where many targets
 * are equal there are fewer bins; they are equally wide where so many are that no two would be left.
 * @param targets scaled, at least one
 */
export function fitBins(config: BinsConfig, targets: Float64Array): BinsConfig {
  const sorted = targets.slice().sort();
  const shares = Array.from({ length: config.count + 1 }, (_, i) => i / config.count);
  const full = shares
    .map((share) => quantileOfSorted(sorted, share))
    .filter((edge, i, all) => i === 0 || edge > all[i - 1]!);
  const { min, max } = extent(sorted);
  const [low, high] = min < max ? [min, max] : [min - 0.5, min + 0.5];
  const edges = full.length > 2 ? full : shares.map((share) => low + share * (high - low));
  const held = edges.slice(1).map((): number[] => []);
  for (const target of sorted) held[binOf(edges, target)]!.push(target);
  const values = held.map((own, i) =>
    own.length > 0 ? mean(Float64Array.from(own)) : (edges[i]! + edges[i + 1]!) / 2,
  );
  return { ...config, count: values.length, edges, values };
}

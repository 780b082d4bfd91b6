// How far the quantiles of short histories fall short, on series that the networks were not trained on. In: the weights that ship. Out: by
// knot, the shortfall at which the pinball loss is least (those of src/gate/widths.ts are near their means over both sides), and how many
// values lie within, by how many told the noise, without and with those of widths.ts; as a dated file in pretrain/results/.
import { mkdirSync, writeFileSync } from "node:fs";
import { gateInputs } from "../src/gate/features.js";
import { runGates } from "../src/gate/network.js";
import { knots, medianKnot } from "../src/gate/schema.js";
import { pretrainedGates } from "../src/gate/weights.js";
import { shortfalls, tellingCount } from "../src/gate/widths.js";
import { generateSeries } from "./generator/generate.js";

/** Of a seed of its own: none of them was trained on. */
const seed = 2;
const seriesCount = 12_000;
const originLimits = [3, 5, 6];
const bounds = [12, 20, 35, 60, 120, Number.POSITIVE_INFINITY];
/** Beyond it, how far off a value lies tells nothing more of how many do. */
const mostRatio = 20;
const mostShortfall = 30;

/** By knot: how far values lie from the median, in its distances, and how many values told the noise. */
const found = knots.map(() => ({ ratios: [] as number[], counts: [] as number[] }));
for (let i = 0; i < seriesCount; i++) {
  const { values, historyLength, horizon, seasons } = generateSeries(seed, i);
  const history = { values: values.subarray(0, historyLength), seasons };
  const { quantiles } = runGates(
    pretrainedGates(),
    gateInputs(history, horizon, originLimits[i % originLimits.length]!),
  );
  const count = tellingCount(historyLength, seasons[0] ?? 1);
  for (let h = 0; h < horizon; h++) {
    const median = quantiles[medianKnot * horizon + h]!;
    for (const [k, { ratios, counts }] of found.entries()) {
      const ratio = (values[historyLength + h]! - median) / (quantiles[k * horizon + h]! - median);
      if (!Number.isFinite(ratio)) continue;
      ratios.push(Math.min(Math.max(ratio, -mostRatio), mostRatio));
      counts.push(count);
    }
  }
}

const rows = [["knot", "shortfall", ...bounds.flatMap((to) => [`within_${to}`, `widened_${to}`])]];
for (const [k, { ratios, counts }] of found.entries()) {
  if (k === medianKnot) continue;
  const level = Math.max(knots[k]!, 1 - knots[k]!);
  const lossAt = (shortfall: number) =>
    ratios.reduce((sum, ratio, i) => {
      const error = ratio - 1 - shortfall / counts[i]!;
      return sum + Math.max(level * error, (level - 1) * error);
    }, 0);
  const tried = Array.from({ length: 4 * mostShortfall + 1 }, (_, i) => i / 4);
  const losses = tried.map(lossAt);
  const best = tried[losses.indexOf(Math.min(...losses))]!;
  const shareWithin = (from: number, to: number, shortfall: number) => {
    const own = ratios.filter((_, i) => counts[i]! > from && counts[i]! <= to);
    const least = counts.filter((count) => count > from && count <= to);
    return own.filter((ratio, i) => ratio <= 1 + shortfall / least[i]!).length / own.length;
  };
  rows.push([
    String(knots[k]),
    String(best),
    ...bounds.flatMap((to, b) =>
      [0, shortfalls[k]!].map((shortfall) => shareWithin(bounds[b - 1] ?? 0, to, shortfall).toFixed(3)),
    ),
  ]);
}
const text = `${rows.map((row) => row.join()).join("\n")}\n`;
mkdirSync("pretrain/results", { recursive: true });
writeFileSync(`pretrain/results/widths-${new Date().toISOString().slice(0, 10)}.csv`, text);
console.log(text);

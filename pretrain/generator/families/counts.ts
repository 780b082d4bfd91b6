// Counts and intermittent demand: whole numbers whose expectation is the exponential of trend, season and noise.
import {
  drawBetween,
  drawChance,
  drawInteger,
  drawLogBetween,
  drawNegativeBinomial,
  drawPoisson,
  drawWeighted,
} from "../../../src/base/distributions.js";
import { portableExp } from "../../../src/base/portable.js";
import type { Random } from "../../../src/base/random.js";
import { type Family, standardise } from "../draft.js";
import { drawStructure } from "./structural.js";

const kindShares = [
  ["poisson", 32],
  // More spread than chance alone: customers come in groups.
  ["negativeBinomial", 33],
  // Times without any, in runs: not listed, not in season.
  ["zeroInflated", 12],
  // Rare orders of any size.
  ["lumpy", 16],
  // A product that comes, or goes for good.
  ["lifeCycle", 7],
] as const;

/** The exponent is kept below this, so that one season or outlier is not all there is. */
const mostExponent = 3;

export const counts: Family = (random, length, seasons) => {
  const kind = drawWeighted(random, kindShares);
  const latent = standardise(drawStructure(random, length, seasons));
  const depth = drawBetween(random, 0.05, 0.8);
  const rates = latent.map((value) => portableExp(Math.min(depth * value, mostExponent)));
  return { values: drawCounts(random, kind, rates), scale: "counts" };
};

function drawCounts(random: Random, kind: (typeof kindShares)[number][0], rates: Float64Array): Float64Array {
  switch (kind) {
    case "poisson": {
      const mean = drawLogBetween(random, 0.15, 400);
      return rates.map((rate) => drawPoisson(random, mean * rate));
    }
    case "negativeBinomial": {
      const mean = drawLogBetween(random, 0.3, 2000);
      const size = drawLogBetween(random, 0.5, 50);
      return rates.map((rate) => drawNegativeBinomial(random, mean * rate, size));
    }
    case "zeroInflated":
      return drawZeroInflated(random, rates);
    case "lumpy":
      return drawLumpy(random, rates);
    case "lifeCycle":
      return drawLifeCycle(random, rates);
    default:
      return kind satisfies never;
  }
}

/** Two states that follow each other at random; there is demand in one of them only. */
function drawZeroInflated(random: Random, rates: Float64Array): Float64Array {
  const mean = drawLogBetween(random, 0.8, 60);
  const toStop = drawLogBetween(random, 0.02, 0.7);
  const toStart = drawLogBetween(random, 0.05, 0.9);
  let isOn = drawChance(random, 0.5);
  return rates.map((rate) => {
    isOn = isOn ? !drawChance(random, toStop) : drawChance(random, toStart);
    return isOn ? drawPoisson(random, mean * rate) : 0;
  });
}

/** The season moves the chance of an order, its size, or both. */
function drawLumpy(random: Random, rates: Float64Array): Float64Array {
  const chance = drawLogBetween(random, 0.04, 0.6);
  const size = drawLogBetween(random, 1, 80);
  const spread = drawBetween(random, 0.1, 1.1);
  const pack = drawChance(random, 0.25) ? drawInteger(random, 2, 12) : 1;
  const movesSize = drawChance(random, 0.4);
  return rates.map((rate) => {
    if (!drawChance(random, Math.min(0.97, chance * rate))) return 0;
    const ordered = size * (movesSize ? rate : 1) * portableExp(spread * random.normal());
    return pack * Math.max(1, Math.round(ordered / pack));
  });
}

function drawLifeCycle(random: Random, rates: Float64Array): Float64Array {
  const mean = drawLogBetween(random, 1, 100);
  const speed = drawBetween(random, 4, 20);
  const middle = drawBetween(random, 0.1, 1.1);
  const direction = drawChance(random, 0.5) ? 1 : -1;
  return rates.map((rate, t) => {
    const share = 1 / (1 + portableExp(direction * speed * (t / rates.length - middle)));
    return drawPoisson(random, mean * rate * share);
  });
}

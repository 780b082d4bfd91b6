// What weather stations and meters report: a climatology that each year repeats, and anomalies that last for days.
import {
  drawBetween,
  drawChance,
  drawGamma,
  drawInteger,
  drawLogBetween,
  drawWeighted,
} from "../../../src/base/distributions.js";
import { portableCos, portableExp, portablePower } from "../../../src/base/portable.js";
import type { Random } from "../../../src/base/random.js";
import { addScaled, addWave, drawMemory, type Family, standardise } from "../draft.js";

const quantityShares = [
  ["temperature", 46],
  ["rain", 18],
  ["wind", 14],
  ["sun", 10],
  ["share", 12],
] as const;

/** A cycle that ends within this many steps, though longer than a dozen, is one of the day rather than the year. */
const longestDay = 200;
const shortestDay = 13;

export const weather: Family = (random, length, seasons) => {
  const kind = drawWeighted(random, quantityShares);
  switch (kind) {
    case "temperature":
      return {
        values: drawTemperature(random, length, seasons),
        scale: drawChance(random, 0.7) ? "measured" : "latent",
      };
    case "rain":
      return { values: drawRain(random, length, seasons), scale: "measured" };
    case "wind":
      return { values: drawWind(random, length, seasons), scale: "measured" };
    case "sun":
      return { values: drawSun(random, length, seasons), scale: "positive" };
    case "share":
      return { values: drawShare(random, length, seasons), scale: "measured" };
    default:
      return kind satisfies never;
  }
};

/** The year, mostly one wave; the week is nothing to the weather, so of two seasons it is the longer one. @returns [length] deviation 1 */
function drawClimate(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const season = seasons.at(-1);
  const values = new Float64Array(length);
  if (season === undefined) return values;
  addWave(values, 1, 1 / season, random.uniform());
  if (season > 3 && drawChance(random, 0.7))
    addWave(values, drawBetween(random, 0, 0.35), 2 / season, random.uniform());
  if (season > 6 && drawChance(random, 0.3))
    addWave(values, drawBetween(random, 0, 0.15), 3 / season, random.uniform());
  return standardise(values);
}

/** Anomalies of deviation 1, of one memory or two; hours go with what the day before was like, months hardly. */
function drawAnomaly(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const season = seasons.at(-1) ?? 1;
  const isHourly = season >= shortestDay && season < longestDay && season !== 52;
  const values = drawMemory(
    random,
    length,
    isHourly
      ? drawBetween(random, 0.8, 0.995)
      : season > 12
        ? drawBetween(random, 0.3, 0.9)
        : drawBetween(random, 0, 0.5),
  );
  if (drawChance(random, 0.35))
    addScaled(values, drawMemory(random, length, drawBetween(random, 0.95, 0.998)), drawBetween(random, 0.2, 1));
  return standardise(values);
}

/** Degrees, to a tenth. */
function drawTemperature(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const climate = drawClimate(random, length, seasons);
  const anomaly = drawAnomaly(random, length, seasons);
  const mean = drawBetween(random, -5, 28);
  const swing = drawLogBetween(random, 0.8, 12);
  const spread = swing * drawLogBetween(random, 0.1, 1.2);
  // Winters vary more than summers do.
  const winter = drawBetween(random, 0, 0.35);
  const warming = drawChance(random, 0.3) ? drawBetween(random, 0, 0.6) : 0;
  return Float64Array.from({ length }, (_, t) => {
    const value =
      mean + swing * climate[t]! + spread * (1 - winter * climate[t]!) * anomaly[t]! + (warming * spread * t) / length;
    return Math.round(10 * value) / 10;
  });
}

/** Millimetres, to a tenth: wet and dry steps follow each other, wet ones in gamma amounts. */
function drawRain(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const climate = drawClimate(random, length, seasons);
  const longest = seasons.at(-1) ?? 1;
  // Over a month or a quarter it always rains somewhere in it.
  const wetness = longest <= 12 ? drawBetween(random, 0.9, 1) : drawLogBetween(random, 0.08, 0.75);
  const persistence = drawBetween(random, 0, 0.5);
  const season = drawBetween(random, 0, 0.9);
  const shape = longest <= 12 ? drawBetween(random, 1, 6) : drawBetween(random, 0.5, 1.2);
  const amount = drawLogBetween(random, 1, 15);
  const spell = drawMemory(random, length, drawBetween(random, 0.3, 0.95));
  const spellShare = drawBetween(random, 0, 0.5);
  let isWet = drawChance(random, wetness);
  return Float64Array.from({ length }, (_, t) => {
    const factor = portableExp(season * climate[t]! + spellShare * spell[t]!);
    const chance = (1 - persistence) * Math.min(0.98, wetness * factor) + (isWet ? persistence : 0);
    isWet = drawChance(random, chance);
    return isWet ? Math.round(10 * amount * Math.sqrt(factor) * drawGamma(random, shape)) / 10 : 0;
  });
}

/** Metres a second, to a tenth: skewed to the right and never below 0. */
function drawWind(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const climate = drawClimate(random, length, seasons);
  const anomaly = drawAnomaly(random, length, seasons);
  const mean = drawLogBetween(random, 1.5, 9);
  const swing = drawBetween(random, 0, 0.35);
  const spread = drawBetween(random, 0.15, 0.55);
  return Float64Array.from({ length }, (_, t) => {
    const value = mean * portableExp(swing * climate[t]! + spread * anomaly[t]! - (spread * spread) / 2);
    return Math.round(10 * value) / 10;
  });
}

/** Sunshine or solar power: where steps are parts of a day a bell with nights of 0, dimmed by clouds; else the days of a year. */
function drawSun(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const [day = 1] = seasons;
  const clouds = drawAnomaly(random, length, seasons);
  const cloudiness = drawBetween(random, 0.3, 1.8);
  const clear = drawBetween(random, -0.8, 1.5);
  const isWithinDay = day >= shortestDay && day < longestDay && day !== 52;
  const climate = drawClimate(random, length, seasons);
  const swing = drawBetween(random, 0.1, 0.5);
  const noon = random.uniform();
  const night = drawBetween(random, -0.35, 0.25);
  const sharpness = drawBetween(random, 0.8, 1.6);
  return Float64Array.from({ length }, (_, t) => {
    const light = 1 / (1 + portableExp(-clear - cloudiness * clouds[t]!));
    if (!isWithinDay) return Math.max(0, 1 + swing * climate[t]!) * light;
    const height = (portableCos(t / day - noon) - night) / (1 - night);
    return height > 0 ? portablePower(height, sharpness) * light : 0;
  });
}

/** Humidity or cloud cover: percent, held between 0 and 100, often at one of them. */
function drawShare(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const climate = drawClimate(random, length, seasons);
  const anomaly = drawAnomaly(random, length, seasons);
  const middle = drawBetween(random, 25, 85);
  const swing = drawBetween(random, 0, 20);
  const spread = drawLogBetween(random, 3, 40);
  const digit = drawInteger(random, 0, 1) === 0 ? 1 : 10;
  return Float64Array.from({ length }, (_, t) => {
    const value = middle + swing * climate[t]! + spread * anomaly[t]!;
    return Math.round(digit * Math.min(100, Math.max(0, value))) / digit;
  });
}

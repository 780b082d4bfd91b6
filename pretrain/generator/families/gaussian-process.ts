// Gaussian processes with composed kernels, by random Fourier features (Rahimi & Recht 2007): a stationary kernel is a
// distribution of frequencies, a sum of kernels mixes two distributions and a product adds a frequency of each.
import {
  drawBetween,
  drawChance,
  drawGamma,
  drawInteger,
  drawLogBetween,
  drawWeighted,
} from "../../../src/base/distributions.js";
import type { Random } from "../../../src/base/random.js";
import { addScaled, addWave, type Family, momentsOf } from "../draft.js";

/** Draws one frequency of a kernel, in turns a step. */
type Spectrum = () => number;

const featureCount = 32;
const mostComponents = 4;

const kernelShares = [
  ["periodic", 40],
  ["radial", 25],
  ["rational", 20],
  ["linear", 10],
  ["white", 5],
] as const;

export const gaussianProcess: Family = (random, length, seasons) => {
  const values = new Float64Array(length);
  const componentCount = drawInteger(random, 1, mostComponents);
  for (let i = 0; i < componentCount; i++)
    addScaled(values, drawComponent(random, length, seasons), drawLogBetween(random, 0.2, 2));
  // So that the season of one that should have a season shows.
  if (seasons.length > 0 && drawChance(random, 0.6)) {
    const season = seasons[random.integer(seasons.length)]!;
    addScaled(values, drawProcess(random, length, periodicSpectrum(random, season)), drawLogBetween(random, 0.3, 3));
  }
  const noise = drawLogBetween(random, 0.01, 0.5) * (momentsOf(values).deviation + 1e-3);
  for (let t = 0; t < length; t++) values[t]! += noise * random.normal();
  return { values, scale: "latent" };
};

/** A single kernel or a product of two. @returns [length] of deviation about 1 */
function drawComponent(random: Random, length: number, seasons: readonly number[]): Float64Array {
  const kind = drawWeighted(random, kernelShares);
  const period = seasons.length > 0 && drawChance(random, 0.8) ? seasons[random.integer(seasons.length)]! : 0;
  const season = period > 0 ? period : drawInteger(random, 3, 100);
  const smooth = () => (drawChance(random, 0.5) ? radialSpectrum(random, length) : rationalSpectrum(random, length));
  switch (kind) {
    case "periodic": {
      const periodic = periodicSpectrum(random, season);
      // A season whose shape wanders: the smooth factor may not be faster than the season itself.
      if (drawChance(random, 0.4)) return drawProcess(random, length, product(periodic, slow(random, length, season)));
      return drawProcess(random, length, periodic);
    }
    case "radial":
    case "rational": {
      const spectrum = kind === "radial" ? radialSpectrum(random, length) : rationalSpectrum(random, length);
      return drawProcess(random, length, drawChance(random, 0.2) ? product(spectrum, smooth()) : spectrum);
    }
    case "linear": {
      const slope = 3 * random.normal();
      const pivot = length * random.uniform();
      const line = Float64Array.from({ length }, (_, t) => (slope * (t - pivot)) / length);
      if (drawChance(random, 0.5)) return line;
      // The linear kernel times a stationary one: a process whose amplitude follows the line.
      const spectrum = drawChance(random, 0.5) ? periodicSpectrum(random, season) : smooth();
      const process = drawProcess(random, length, spectrum);
      return process.map((value, t) => value * line[t]!);
    }
    case "white":
      return Float64Array.from({ length }, random.normal);
    default:
      return kind satisfies never;
  }
}

/** x(t) = √(2 / D) Σ w · cos 2π(f·t + φ) with w normal, f from the spectrum and φ uniform. */
function drawProcess(random: Random, length: number, spectrum: Spectrum): Float64Array {
  const values = new Float64Array(length);
  const scale = Math.sqrt(2 / featureCount);
  for (let k = 0; k < featureCount; k++) addWave(values, scale * random.normal(), spectrum(), random.uniform());
  return values;
}

/** exp(−τ² / 2ℓ²) */
function radialSpectrum(random: Random, length: number): Spectrum {
  const scale = drawLogBetween(random, 2, 0.6 * length);
  return () => random.normal() / (2 * Math.PI * scale);
}

/** (1 + τ² / 2αℓ²)^−α: the radial one over scales from a gamma distribution. */
function rationalSpectrum(random: Random, length: number): Spectrum {
  const scale = drawLogBetween(random, 2, 0.5 * length);
  const alpha = drawBetween(random, 0.3, 2);
  return () => (random.normal() * Math.sqrt(drawGamma(random, alpha) / alpha)) / (2 * Math.PI * scale);
}

/** exp(−2 sin²(πτ / m) / ℓ²): the k-th harmonic has the variance I_k(ℓ⁻²) / exp(ℓ⁻²) (Solin & Särkkä 2014, section 3.4). */
function periodicSpectrum(random: Random, season: number): Spectrum {
  const scale = drawLogBetween(random, 0.3, 1.5);
  const harmonics = besselRatios(1 / (scale * scale), Math.max(1, season >> 1));
  return () => drawWeighted(random, harmonics) / season;
}

function slow(random: Random, length: number, season: number): Spectrum {
  const scale = drawLogBetween(random, 2 * season, Math.max(3 * season, 2 * length));
  return () => random.normal() / (2 * Math.PI * scale);
}

function product(one: Spectrum, other: Spectrum): Spectrum {
  return () => one() + other();
}

/** I_k(x) for k from 1 to `most`, up to a factor, by Miller's downward recurrence I_(k−1) = I_(k+1) + (2k / x) I_k. @returns k and its weight */
function besselRatios(x: number, most: number): (readonly [harmonic: number, weight: number])[] {
  const ratios: (readonly [number, number])[] = [];
  const start = Math.min(most, 24);
  let above = 0;
  let here = 1e-30;
  for (let k = start + 12; k > 1; k--) {
    const below = above + ((2 * k) / x) * here;
    above = here;
    here = below;
    if (k - 1 <= start) ratios.push([k - 1, here]);
    // A common factor cancels in the weights; before the first is kept it only guards against overflow.
    if (ratios.length === 0 && here > 1e100) {
      above *= 1e-100;
      here *= 1e-100;
    }
  }
  return ratios;
}

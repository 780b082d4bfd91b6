// Seasonal shapes and how they evolve. In: a stream and a season's length. Out: one cycle, or a whole seasonal component.
import {
  drawBetween,
  drawChance,
  drawExponential,
  drawInteger,
  drawLogBetween,
  drawWeighted,
} from "../../src/base/distributions.js";
import { portableExp, portablePower } from "../../src/base/portable.js";
import type { Random } from "../../src/base/random.js";
import { addWave, standardise } from "./draft.js";

/** Draws one cycle after the other of the same kind, as deep as it is smooth. @returns [season] mean 0, deviation 1 */
export type ShapeSource = () => Float64Array;

/** Steps a season may have for every step of it to be different. */
const longestRough = 60;
/** Steps a season needs for a course within it to show. */
const shortestSmooth = 5;

const shapeShares = [
  // Temperature, most of the economy.
  ["harmonics", 50],
  // Months and weekdays with a level each.
  ["rough", 18],
  ["bumps", 14],
  // Day and night, open and closed.
  ["plateau", 10],
  // December, the day wages are paid.
  ["spikes", 8],
] as const;

export function chooseShape(random: Random, season: number): ShapeSource {
  const kind = season < shortestSmooth ? "rough" : drawWeighted(random, shapeShares);
  switch (kind) {
    case "harmonics": {
      const most = Math.max(1, season >> 1);
      const harmonicCount = Math.min(most, 1 + Math.floor(2.5 * drawExponential(random)));
      const decay = drawBetween(random, 0, 2);
      const skew = drawChance(random, 0.2) ? drawBetween(random, 0.3, 1) : 0;
      return () => drawHarmonics(random, season, harmonicCount, decay, skew);
    }
    case "rough": {
      const reach = season > longestRough ? Math.ceil(season / 30) : drawChance(random, 0.5) ? 1 : 0;
      return () => drawRough(random, season, reach);
    }
    case "bumps": {
      const bumpCount = drawInteger(random, 1, 3);
      return () => drawBumps(random, season, bumpCount);
    }
    case "plateau":
      return () => drawPlateau(random, season);
    case "spikes":
      return () => drawSpikes(random, season);
    default:
      return kind satisfies never;
  }
}

function drawHarmonics(random: Random, season: number, count: number, decay: number, skew: number): Float64Array {
  const shape = new Float64Array(season);
  for (let k = 1; k <= count; k++)
    addWave(shape, random.normal() * portablePower(k, -decay), k / season, random.uniform());
  standardise(shape);
  if (skew > 0) for (let i = 0; i < season; i++) shape[i] = portableExp(skew * shape[i]!);
  return standardise(shape);
}

/** @param reach steps on either side that are averaged */
function drawRough(random: Random, season: number, reach: number): Float64Array {
  const raw = Float64Array.from({ length: season }, random.normal);
  const smooth = (i: number) => {
    let sum = 0;
    for (let j = -reach; j <= reach; j++) sum += raw[(i + j + season) % season]!;
    return sum;
  };
  return standardise(season > 2 * reach + 1 ? raw.map((_, i) => smooth(i)) : raw);
}

function drawBumps(random: Random, season: number, count: number): Float64Array {
  const shape = new Float64Array(season);
  for (let bump = 0; bump < count; bump++) {
    const centre = season * random.uniform();
    const width = season * drawBetween(random, 0.03, 0.2) + 0.5;
    const height = drawBetween(random, 0.3, 1.5) * (drawChance(random, 0.8) ? 1 : -1);
    for (let i = 0; i < season; i++) {
      const distance = cyclicDistance(i, centre, season) / width;
      shape[i]! += height * portableExp(-0.5 * distance * distance);
    }
  }
  return standardise(shape);
}

/** High for part of the cycle and low for the rest, with ramps between. */
function drawPlateau(random: Random, season: number): Float64Array {
  const centre = season * random.uniform();
  const halfWidth = season * drawBetween(random, 0.15, 0.38);
  const ramp = season * drawBetween(random, 0.01, 0.12) + 0.3;
  const slope = drawBetween(random, -0.3, 0.3);
  const shape = new Float64Array(season);
  for (let i = 0; i < season; i++) {
    const inside = halfWidth - cyclicDistance(i, centre, season);
    const height = 1 / (1 + portableExp((-4 * inside) / ramp));
    shape[i] = height * (1 + (slope * signedDistance(i, centre, season)) / halfWidth);
  }
  return standardise(shape);
}

function drawSpikes(random: Random, season: number): Float64Array {
  const shape = Float64Array.from({ length: season }, () => 0.25 * random.normal());
  const spikeCount = drawInteger(random, 1, 2);
  for (let spike = 0; spike < spikeCount; spike++) {
    const at = random.integer(season);
    const height = drawBetween(random, 1, 4) * (drawChance(random, 0.85) ? 1 : -1);
    shape[at]! += height;
    // What comes just before or after has a part of it.
    shape[(at + season - 1) % season]! += height * drawBetween(random, 0, 0.5);
  }
  return standardise(shape);
}

function signedDistance(i: number, centre: number, season: number): number {
  const distance = i - centre;
  return distance - season * Math.round(distance / season);
}

function cyclicDistance(i: number, centre: number, season: number): number {
  return Math.abs(signedDistance(i, centre, season));
}

/**
 * A seasonal component: in some series each cycle repeats the last, in others shape and amplitude drift.
 * @returns [length] of deviation about 1 in the first cycle
 */
export function drawSeason(random: Random, length: number, season: number): Float64Array {
  const drawShape = chooseShape(random, season);
  const evolution = drawChance(random, 0.4) ? 0 : drawLogBetween(random, 0.01, 0.5);
  const growth = drawChance(random, 0.25) ? drawBetween(random, -1.2, 1.2) : 0;
  const shape = drawShape();
  const keep = 1 / Math.sqrt(1 + evolution * evolution);
  let amplitude = 1;
  const values = new Float64Array(length);
  let i = random.integer(season);
  for (let t = 0; t < length; t++) {
    if (i === season) {
      i = 0;
      if (evolution > 0) {
        const change = drawShape();
        for (let j = 0; j < season; j++) shape[j] = keep * (shape[j]! + evolution * change[j]!);
        amplitude *= portableExp(0.3 * evolution * random.normal());
      }
    }
    values[t] = shape[i]! * amplitude * (1 + growth * (t / length - 0.5));
    i++;
  }
  return values;
}

export interface WeekStyle {
  /** Steps in a day. */
  readonly day: number;
  readonly dayCount: number;
  readonly weekendCount: number;
  /** How far the days off lie below the others, in deviations of the working day's course. */
  readonly drop: number;
  /** Deviation of the single days' levels, likewise. */
  readonly levelSpread: number;
  /** Share of the day's course that the days off keep. */
  readonly weekendCourse: number;
}

export function drawWeekStyle(random: Random, day: number, dayCount: number): WeekStyle {
  return {
    day,
    dayCount,
    weekendCount: dayCount < 4 ? 1 : drawInteger(random, 1, 2),
    drop: drawBetween(random, -0.3, 2.2),
    levelSpread: drawLogBetween(random, 0.03, 0.5),
    weekendCourse: drawBetween(random, 0.2, 1),
  };
}

/** Days of one week: the working days share a course, the days off have their own. @returns [day · dayCount] */
export function drawWeek(random: Random, style: WeekStyle, drawShape: ShapeSource): Float64Array {
  const { day, dayCount, weekendCount, drop, levelSpread, weekendCourse } = style;
  const working = drawShape();
  const own = drawShape();
  const mixed = drawBetween(random, 0, 0.8);
  const week = new Float64Array(day * dayCount);
  for (let d = 0; d < dayCount; d++) {
    const isOff = d < weekendCount;
    const level = levelSpread * random.normal() - (isOff ? drop : 0);
    const stretch = 1 + 0.3 * levelSpread * random.normal();
    for (let i = 0; i < day; i++) {
      const course = isOff ? weekendCourse * ((1 - mixed) * working[i]! + mixed * own[i]!) : working[i]!;
      week[d * day + i] = level + stretch * course;
    }
  }
  return week;
}

/** Most days a cycle of days may have to be a week of some sort. */
const longestWeek = 14;

/** The component of a second, longer season: what the days of a week differ by, or the course of a year. */
export function drawLongSeason(random: Random, length: number, seasons: readonly [number, number]): Float64Array {
  const [day, long] = seasons;
  if (long % day !== 0 || long / day > longestWeek || drawChance(random, 0.15)) return drawSeason(random, length, long);
  const week = drawWeek(random, drawWeekStyle(random, day, long / day), chooseShape(random, day));
  standardise(week);
  const start = random.integer(long);
  return Float64Array.from({ length }, (_, t) => week[(start + t) % long]!);
}

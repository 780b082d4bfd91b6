// What people do by day and by week: load, traffic, visits, calls. Working days and days off have a course each, holidays break
// the week, and a slow level carries weather and season of the year.
import { drawBetween, drawChance, drawInteger, drawLogBetween } from "../../../src/base/distributions.js";
import { portableExp } from "../../../src/base/portable.js";
import type { Random } from "../../../src/base/random.js";
import { addScaled, addWave, drawMemory, type Family, standardise } from "../draft.js";
import { chooseShape, drawSeason, drawWeek, drawWeekStyle, type ShapeSource, type WeekStyle } from "../shapes.js";
import { drawTrend } from "../trends.js";

const weekDayCount = 7;
/** Deviation of a day's course in logarithms. */
const deepestSwing = 2;

export const activity: Family = (random, length, seasons) => {
  const calendar = readCalendar(seasons);
  const style = drawWeekStyle(random, calendar.day, calendar.dayCount);
  const drawCourse = calendar.day > 1 ? chooseDayShape(random, calendar.day) : () => new Float64Array(1);
  const week = standardise(drawWeek(random, style, drawCourse));
  const dayTypes = drawDayTypes(random, length, style);
  const course = followDays(random, length, week, style, dayTypes);
  const level = drawLevel(random, length, calendar);
  // Sums where much of the load is always there, products where there is none at night: a street at noon sees hundreds of times
  // what it sees at four.
  const isProduct = drawChance(random, 0.6);
  const swing = drawLogBetween(random, 0.05, isProduct ? deepestSwing : 0.6);
  const spread = Math.min(swing, 0.6) * drawLogBetween(random, 0.03, 0.6);
  const noise = drawMemory(random, length, drawBetween(random, 0, calendar.day > 1 ? 0.95 : 0.6));
  const bursts = drawBursts(random, length, calendar.day);
  const values = Float64Array.from({ length }, (_, t) => {
    const wave = swing * course[t]! + spread * noise[t]!;
    const height = isProduct ? portableExp(level[t]! + wave) : Math.max(0, portableExp(level[t]!) + wave);
    return height * bursts[t]!;
  });
  return { values, scale: "positive" };
};

interface Calendar {
  /** Steps in a day. */
  readonly day: number;
  readonly dayCount: number;
  /** Steps in the year, where the data are long enough to tell. */
  readonly year: number | undefined;
}

/** What seasons mean for an activity: of the week, of the year, of the day. */
function readCalendar([shortest = weekDayCount, long]: readonly number[]): Calendar {
  if (shortest <= weekDayCount) return { day: 1, dayCount: shortest, year: long };
  if (long !== undefined) return { day: shortest, dayCount: Math.round(long / shortest), year: undefined };
  return shortest === 24 * weekDayCount
    ? { day: 24, dayCount: weekDayCount, year: undefined }
    : { day: shortest, dayCount: 1, year: undefined };
}

/** Mostly a night and one or two peaks, sometimes any shape. */
function chooseDayShape(random: Random, day: number): ShapeSource {
  if (drawChance(random, 0.35)) return chooseShape(random, day);
  const wake = day * drawBetween(random, 0.2, 0.35);
  const sleep = day * drawBetween(random, 0.8, 1);
  const ramp = day * drawBetween(random, 0.02, 0.1);
  const peaks = Array.from({ length: drawInteger(random, 0, 2) }, () => ({
    at: drawBetween(random, wake, sleep),
    width: day * drawBetween(random, 0.03, 0.12),
    height: drawBetween(random, 0.1, 1.2),
  }));
  return () => {
    // The same habits each time, a little later or earlier, stronger or weaker.
    const shift = 0.02 * day * random.normal();
    const shape = new Float64Array(day);
    for (let i = 0; i < day; i++) {
      const time = i - shift;
      shape[i] = 1 / (1 + portableExp((wake - time) / ramp)) - 1 / (1 + portableExp((sleep - time) / ramp));
    }
    for (const { at, width, height } of peaks) {
      const grown = height * (1 + 0.3 * random.normal());
      for (let i = 0; i < day; i++) {
        const distance = (i - shift - at) / width;
        shape[i]! += grown * portableExp(-0.5 * distance * distance);
      }
    }
    return standardise(shape);
  };
}

/** Which day of the week each day is like; holidays are like the first day off. @returns [day] indices into the week */
function drawDayTypes(random: Random, length: number, { day, dayCount }: WeekStyle): Int32Array {
  const start = random.integer(dayCount);
  const holidayChance = drawChance(random, 0.6) ? drawLogBetween(random, 0.005, 0.04) : 0;
  const types = Int32Array.from({ length: Math.ceil(length / day) + 1 }, (_, d) => (start + d) % dayCount);
  for (let d = 0; d < types.length; d++) {
    if (!drawChance(random, holidayChance)) continue;
    // A day, or days around the turn of the year.
    const last = d + (drawChance(random, 0.25) ? drawInteger(random, 1, 5) : 0);
    for (let holiday = d; holiday <= Math.min(last, types.length - 1); holiday++) types[holiday] = 0;
  }
  return types;
}

function followDays(
  random: Random,
  length: number,
  week: Float64Array,
  { day }: WeekStyle,
  types: Int32Array,
): Float64Array {
  const offset = random.integer(day);
  const days = drawMemory(random, types.length, drawBetween(random, 0, 0.9));
  const stretch = drawChance(random, 0.6) ? drawLogBetween(random, 0.02, 0.25) : 0;
  return Float64Array.from({ length }, (_, t) => {
    const d = Math.floor((t + offset) / day);
    return week[types[d]! * day + ((t + offset) % day)]! * (1 + stretch * days[d]!);
  });
}

/** Logarithm of the level: trend, the days' own weather, and the year. */
function drawLevel(random: Random, length: number, { day, year }: Calendar): Float64Array {
  const level = new Float64Array(length);
  addScaled(level, drawTrend(random, length), drawLogBetween(random, 0.01, 0.5));
  const memory = 1 - drawLogBetween(random, 0.05, 0.5) / day;
  addScaled(level, drawMemory(random, length, memory), drawLogBetween(random, 0.005, 0.15));
  if (year !== undefined) addScaled(level, drawSeason(random, length, year), drawLogBetween(random, 0.03, 0.5));
  // Less than a year of hours: a piece of one wave.
  else if (drawChance(random, 0.5))
    addWave(level, drawLogBetween(random, 0.02, 0.4), 1 / (365 * day), random.uniform());
  return level;
}

/** Factors of at least 1: something is shared widely, a pipe bursts; it is half over within hours or days. */
function drawBursts(random: Random, length: number, day: number): Float64Array {
  const factors = new Float64Array(length).fill(1);
  if (!drawChance(random, 0.15)) return factors;
  const chance = drawLogBetween(random, 0.5, 8) / length;
  const keep = portableExp(-1 / (Math.max(1, day) * drawLogBetween(random, 0.1, 3)));
  let excess = 0;
  for (let t = 0; t < length; t++) {
    if (drawChance(random, chance)) excess += drawLogBetween(random, 0.2, 2);
    factors[t] = 1 + excess;
    excess *= keep;
  }
  return factors;
}

// The frequency of data that do not say it. In: the stamps of all series, with gaps, repeats and in any order. Out: one
// Frequency for all of them, or an error that shows the steps seen.
import { HindcastError } from "../base/errors.js";
import { civilDate, dayMs, hourMs, minuteMs, monthLength, weekdayOf } from "./calendar.js";
import { formatFrequency } from "./frequency.js";
import { businessNumber, type Frequency, monthNumber } from "./grid.js";
import { sortedStamps } from "./order.js";
import type { RawData } from "./raw.js";
import { type ZoneClock, zoneClock } from "./zone.js";

/** Where the frequency cannot be told, what was seen: the steps between stamps as text, and a frequency that would fit. */
export type Inference =
  | { readonly kind: "known"; readonly frequency: Frequency }
  | { readonly kind: "unknown"; readonly seen: string; readonly suggestion: string };

/**
 * The frequency of all series together. Stamps may still lie off its grid: that is for `regularise` to say.
 * @throws HindcastError "data" showing the steps seen
 */
export function inferFrequency(raw: RawData): Frequency {
  const inference = tryInferFrequency(raw);
  if (inference.kind === "known") return inference.frequency;
  throw new HindcastError(
    "data",
    `${raw.name}: the frequency cannot be inferred; steps between stamps: ${inference.seen}`,
    inference.suggestion,
  );
}

export function tryInferFrequency(raw: RawData): Inference {
  const isInteger = raw.timeStyle.kind === "integer";
  const survey = surveyStamps(raw, isInteger ? null : zoneClock(raw.zone));
  if (survey.deltas.total === 0) return inferFromStyle(raw);
  if (isInteger) return conclude(survey.deltas, survey, raw, (step) => ({ kind: "integer", step }));
  if (!survey.isCalendar) return conclude(survey.deltas, survey, raw, (ms) => ({ kind: "fixed", ms }));
  if (survey.isMonthly)
    return conclude(survey.months, survey, raw, (count) => ({
      kind: "month",
      count,
      anchor: survey.isMonthEnd ? "end" : "day",
    }));
  if (survey.isWeekly) return conclude(survey.days, survey, raw, (days) => ({ kind: "week", count: days / 7 }));
  // No weekend anywhere, and at least one was passed over: five days a week rather than seven with gaps.
  if (!survey.hasWeekend && survey.passesWeekend && chooseStep(survey.businessDays)?.step === 1)
    return { kind: "known", frequency: { kind: "business-day" } };
  return conclude(survey.days, survey, raw, (count) => ({ kind: "day", count }));
}

/** How often each step between successive stamps occurs. */
interface Steps {
  readonly counts: Map<number, number>;
  total: number;
  /** The step added last and how often in a row, which `counts` holds only up to where that run began. */
  recent: number;
  run: number;
}

/** Distinct steps that are told apart: far more than regular data have, few enough to stay small on irregular data. */
const distinctLimit = 10_000;

function addStep(steps: Steps, step: number): void {
  steps.total++;
  if (step === steps.recent) {
    steps.run++;
    return;
  }
  endRun(steps);
  steps.recent = step;
  steps.run = 1;
}

function endRun(steps: Steps): void {
  const count = steps.counts.get(steps.recent);
  if (steps.run > 0 && (count !== undefined || steps.counts.size < distinctLimit))
    steps.counts.set(steps.recent, (count ?? 0) + steps.run);
  steps.run = 0;
  steps.recent = Number.NaN;
}

interface Survey {
  /** In milliseconds, or integers. */
  readonly deltas: Steps;
  readonly days: Steps;
  readonly businessDays: Steps;
  readonly months: Steps;
  /** Every series keeps one wall-clock time. */
  isCalendar: boolean;
  isWeekly: boolean;
  isMonthly: boolean;
  isMonthEnd: boolean;
  hasWeekend: boolean;
  passesWeekend: boolean;
}

/** @param clock null for integer time */
function surveyStamps(raw: RawData, clock: ZoneClock | null): Survey {
  const none = (): Steps => ({ counts: new Map(), total: 0, recent: Number.NaN, run: 0 });
  const survey: Survey = {
    deltas: none(),
    days: none(),
    businessDays: none(),
    months: none(),
    isCalendar: clock !== null,
    isWeekly: true,
    isMonthly: true,
    isMonthEnd: true,
    hasWeekend: false,
    passesWeekend: false,
  };
  for (const unsorted of new Set(raw.series.map((series) => series.stamps))) {
    const stamps = sortedStamps(unsorted);
    for (let i = 1; i < stamps.length; i++) {
      const delta = stamps[i]! - stamps[i - 1]!;
      if (delta > 0) addStep(survey.deltas, delta);
    }
    if (clock !== null && survey.isCalendar) surveyDays(survey, stamps, clock);
  }
  for (const steps of [survey.deltas, survey.days, survey.businessDays, survey.months]) endRun(steps);
  return survey;
}

/** Adds what the calendar says of one series. @param stamps ascending */
function surveyDays(survey: Survey, stamps: Float64Array, clock: ZoneClock): void {
  let time = Number.POSITIVE_INFINITY;
  for (let i = 0; i < stamps.length; i++) {
    const local = clock.toLocal(stamps[i]!);
    time = Math.min(time, local - Math.floor(local / dayMs) * dayMs);
  }
  let previous = Number.NaN;
  for (let i = 0; i < stamps.length; i++) {
    const day = Math.floor(clock.toLocal(stamps[i]!) / dayMs);
    // Only a wall time that is skipped on its day may look different from the others.
    if (clock.toInstant(day * dayMs + time) !== stamps[i]!) {
      survey.isCalendar = false;
      return;
    }
    if (day === previous) continue;
    const weekday = weekdayOf(day);
    if (weekday > 4) survey.hasWeekend = true;
    if (!Number.isNaN(previous)) {
      const days = day - previous;
      addStep(survey.days, days);
      addStep(survey.businessDays, businessNumber(day) - businessNumber(previous));
      if (days % 7 !== 0) survey.isWeekly = false;
      if (weekday < weekdayOf(previous) || days > 6) survey.passesWeekend = true;
      if (days < 28) survey.isMonthly = false;
    }
    previous = day;
  }
  if (survey.isMonthly) surveyMonths(survey, stamps, clock);
}

/** @param stamps ascending, 28 days apart at least */
function surveyMonths(survey: Survey, stamps: Float64Array, clock: ZoneClock): void {
  const days = Array.from(new Set(stamps), (stamp) => Math.floor(clock.toLocal(stamp) / dayMs));
  const dates = days.map(civilDate);
  const anchor = Math.max(...dates.map((date) => date.day));
  const isOn = (wanted: number) =>
    dates.every((date) => date.day === Math.min(wanted, monthLength(date.year, date.month)));
  if (!isOn(31)) survey.isMonthEnd = false;
  if (!isOn(31) && !isOn(anchor)) survey.isMonthly = false;
  const months = days.map(monthNumber);
  for (let i = 1; i < months.length; i++) addStep(survey.months, months[i]! - months[i - 1]!);
}

interface Choice {
  /** The most common step, the smallest of equally common ones. */
  readonly step: number;
  /** Its share of all steps. */
  readonly share: number;
  /** Whether every step is a multiple of it, so that gaps explain the rest. */
  readonly fits: boolean;
  /** The largest step that all are multiples of. */
  readonly divisor: number;
}

/** Share that the most common step must have where gaps explain the rest; data that lost two rows in three still have it. */
const leastShare = 1 / 3;
/** The same where some stamps lie off its grid. */
const majority = 1 / 2;
/** Share from which on a step is the frequency even where a few stamps are off it by a part of it. */
const surelyShare = 0.9;

function chooseStep(steps: Steps): Choice | null {
  let step = Number.NaN;
  let best = 0;
  let divisor = 0;
  for (const [candidate, count] of steps.counts) {
    divisor = greatestDivisor(divisor, candidate);
    if (count > best || (count === best && candidate < step)) {
      step = candidate;
      best = count;
    }
  }
  return best === 0 ? null : { step, share: best / steps.total, fits: divisor === step, divisor };
}

function greatestDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

function conclude(steps: Steps, survey: Survey, raw: RawData, frequencyOf: (step: number) => Frequency): Inference {
  const choice = chooseStep(steps);
  if (choice === null) return inferFromStyle(raw);
  const { step, share, fits, divisor } = choice;
  // A divisor not much smaller than the step may be the true frequency, too often passed over to be the most common.
  const hasDivisor = divisor * 4 >= step;
  const needed = fits ? leastShare : hasDivisor ? surelyShare : majority;
  if (share >= needed) return { kind: "known", frequency: frequencyOf(step) };
  const unknown = (suggestion: string): Inference => ({
    kind: "unknown",
    seen: describeSteps(survey, raw),
    suggestion,
  });
  const epoch = epochHint(raw);
  if (epoch !== undefined) return unknown(epoch);
  if (mixesOffsets(raw)) return unknown(mixedOffsetsHint);
  if (fits || hasDivisor) return unknown(`--freq ${formatFrequency(frequencyOf(divisor))}`);
  const nearest = raw.timeStyle.kind === "integer" ? String(medianStep(steps)) : nearestName(medianStep(survey.deltas));
  return unknown(`--freq ${nearest} --aggregate mean`);
}

/** Stamps with more than one offset, read in UTC: a zone with summer time that --tz has not said. */
function mixesOffsets(raw: RawData): boolean {
  return raw.timeStyle.kind === "datetime" && raw.timeStyle.offset === "offset" && zoneClock(raw.zone).isUtc;
}

const mixedOffsetsHint = "--tz ZONE, the zone that these offsets belong to";

/** Epoch seconds from 2001 to 2100: fewer would be mistaken for them too easily. */
const epochSeconds = [1e9, 4.1e9] as const;

/** Whole numbers that look like a count of seconds or milliseconds: as such they know no month, and no hour that a day lacks. */
function epochHint({ timeStyle, columns, series }: RawData): string | undefined {
  if (timeStyle.kind !== "integer") return undefined;
  const [from, to] = epochSeconds;
  const liesIn = (scale: number) =>
    series.every(({ stamps }) => stamps.every((stamp) => stamp >= from * scale && stamp <= to * scale));
  const scale = [1, 1000].find(liesIn);
  if (scale === undefined) return undefined;
  const [unit, seconds] = scale === 1 ? ["seconds", "$1"] : ["milliseconds", "$1/1000"];
  return (
    `write the epoch ${unit} in ${columns.time} as times, such as with awk -F, -v OFS=, 'NR>1{$1=strftime("%FT%TZ",${seconds},1)}1'` +
    " where it is the first column; for days and months that begin at local midnight add --tz"
  );
}

/** Days that steps have which are neither weeks nor months, such as those between the first and the middle of each month. */
const betweenWeekAndMonth = [8, 28] as const;
/** Of a usual length, by what share stamps that were not taken on time may miss it. */
const jitter = 0.02;

/** What makes stamps regular that do not all lie on the grid of a frequency that was told from them. */
export function irregularHint(raw: RawData, frequency: Frequency): string {
  const epoch = epochHint(raw);
  if (epoch !== undefined) return epoch;
  if (mixesOffsets(raw)) return mixedOffsetsHint;
  const ms =
    frequency.kind === "fixed" ? frequency.ms : frequency.kind === "day" ? frequency.count * dayMs : Number.NaN;
  if (frequency.kind === "fixed" && ms === dayMs && zoneClock(raw.zone).isUtc)
    return "--tz with the zone whose days these are, or --freq d --aggregate mean";
  const [shortest, longest] = betweenWeekAndMonth;
  if (ms > shortest * dayMs && ms < longest * dayMs) return "--freq ms --aggregate mean";
  const usual = named.find(([, length]) => Math.abs(ms / length - 1) <= jitter)?.[0];
  return `--freq ${usual ?? formatFrequency(frequency)} --aggregate mean`;
}

/** Data in which no series has two stamps: the form of the stamps may still say it. */
function inferFromStyle(raw: RawData): Inference {
  switch (raw.timeStyle.kind) {
    case "integer":
      return { kind: "known", frequency: { kind: "integer", step: 1 } };
    case "month":
      return { kind: "known", frequency: { kind: "month", count: 1, anchor: "day" } };
    case "quarter":
      return { kind: "known", frequency: { kind: "month", count: 3, anchor: "day" } };
    case "week":
      return { kind: "known", frequency: { kind: "week", count: 1 } };
    case "date":
    case "datetime":
      return {
        kind: "unknown",
        seen: "none, as no series has two stamps",
        suggestion: "--freq d, or what the data are",
      };
    default:
      return raw.timeStyle satisfies never;
  }
}

function medianStep(steps: Steps): number {
  const sorted = [...steps.counts].sort(([a], [b]) => a - b);
  let before = 0;
  for (const [step, count] of sorted) {
    before += count;
    if (before * 2 >= steps.total) return step;
  }
  return 1;
}

const named: readonly (readonly [string, number])[] = [
  ["s", 1000],
  ["min", minuteMs],
  ["5min", 5 * minuteMs],
  ["15min", 15 * minuteMs],
  ["h", hourMs],
  ["d", dayMs],
  ["w", 7 * dayMs],
  ["ms", 30.4 * dayMs],
  ["qs", 91.3 * dayMs],
  ["ys", 365 * dayMs],
];

/** The usual frequency whose step is nearest in ratio. */
function nearestName(ms: number): string {
  const distance = ([, length]: readonly [string, number]) => Math.abs(Math.log(ms / length));
  return named.reduce((best, next) => (distance(next) < distance(best) ? next : best))[0];
}

/** "1 d ×12, 3 d ×2, 17 h ×1, …": the most common steps first. */
function describeSteps(survey: Survey, raw: RawData): string {
  const { counts } = survey.isCalendar ? survey.days : survey.deltas;
  const name = (step: number) => {
    if (raw.timeStyle.kind === "integer") return String(step);
    return formatSpan(survey.isCalendar ? step * dayMs : step);
  };
  const shown = [...counts].sort(([a, m], [b, n]) => n - m || a - b).slice(0, 6);
  const text = shown.map(([step, count]) => `${name(step)} ×${count}`).join(", ");
  return shown.length < counts.size ? `${text}, …` : text;
}

/** A length of time in its largest whole unit. */
function formatSpan(ms: number): string {
  if (ms % dayMs === 0) return `${ms / dayMs} d`;
  if (ms % hourMs === 0) return `${ms / hourMs} h`;
  if (ms % minuteMs === 0) return `${ms / minuteMs} min`;
  return `${ms / 1000} s`;
}

// Dates as spreadsheets and people write them: with the day or the month first, with slashes or points, without any mark, with the month
// by its name. In: an order and a cell. Out: the same date in ISO 8601, which is all that the rest reads.
import { civilDate, firstIsoMonday } from "./calendar.js";
import { type DateOrder, dateOrders } from "./options.js";
import { stampKind } from "./stamp.js";

/** A longer cell is no date, and would be looked at for as long as the square of its length. */
const longestDate = 60;

const clock =
  "(?:(?:,?\\s+|T)(?<hour>\\d{1,2})(?<rest>:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?)\\s*(?:(?<half>[ap])\\.?m\\.?)?(?<offset>Z|[+-]\\d\\d:?(?:\\d\\d)?)?)?";
const wholeCell = (date: string) => new RegExp(`^\\s*${date}${clock}\\s*$`, "i");

/** Three numbers with one mark between them. */
const markedForm = wholeCell("(?<first>\\d{1,4})(?<mark>[./-])(?<second>\\d{1,2})\\k<mark>(?<third>\\d{1,4})");
/** A year, a month and perhaps a day, of four, two and two digits. */
const unmarkedForm = /^\s*(\d{4})(\d\d)(\d\d)?\s*$/;
/** With the year last; a number that was a date may have lost its first zero. */
const unmarkedYearLast = /^\s*(\d?\d)(\d\d)(\d{4})\s*$/;

/** ISO 8601 without its marks, as far as it is no whole number: 20240131T120000Z. */
const basicForm = /^\s*(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)?(\d\d(?:[.,]\d+)?)?(Z|[+-]\d\d(?::?\d\d)?)?\s*$/;
/** 2024W05, and a day of a week: 2024-W05-1, 2024W051. */
const weekForm = /^\s*(\d{4})(-?)W(\d\d)(?:\2([1-7]))?\s*$/;
/** A whole number out of a column that other programs hold as a fraction. */
const wholeFraction = /^\s*(-?\d{1,15})\.0+\s*$/;

const weekday = "(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,]?\\s+)?";
const month = "(?<name>[a-z]{3,9})\\.?";
const day = "(?<day>\\d{1,2})(?:st|nd|rd|th)?";
const year = "(?<year>\\d{4})";
/** Mon 31 Jan 2015; 31 Jan 2015; Jan 31, 2015 and Jan 2015; 2015 Jan 31 and 2015 Jan. */
const namedForms = [
  `${weekday}${day}[\\s./-]+${month},?[\\s./-]+${year}`,
  `${weekday}${month}[\\s./-]+(?:${day},?[\\s./-]+)?${year}`,
  `${year}[\\s./-]+${month}(?:[\\s./-]+${day})?`,
].map(wholeCell);
const monthNames = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];

/** @returns from 1; 0 for no English name of a month, nor the first three letters of one */
function monthOf(name: string): number {
  const asked = name.toLowerCase();
  return 1 + monthNames.findIndex((known) => known === asked || known.slice(0, asked === "sept" ? 4 : 3) === asked);
}

/**
 * @param order undefined where dates that are numbers alone are in ISO 8601, which no order takes away
 * @returns what rewrites a date of that order, one that names its month, ISO 8601 in its rarer forms and 17.0; any other text stays as it is
 */
export function isoSpeller(order: DateOrder | undefined): (text: string) => string {
  return (text) => {
    if (text.length > longestDate || isSpelled(text)) return text;
    return (
      spellNamed(text) ?? spellRare(text) ?? (order === undefined ? undefined : spellNumbered(text, order)) ?? text
    );
  };
}

/** Whether a cell has the form of a day in ISO 8601, as almost all have, so that no more needs to be looked at. */
function isSpelled(text: string): boolean {
  if (text[4] !== "-" || text[7] !== "-") return false;
  const last = text.at(-1)!;
  return text.length === 10 || (text[13] === ":" && (last === "Z" || (last >= "0" && last <= "9")));
}

/** What a reader of that order would take a text for; null when it is no stamp. */
export function stampKindReader(order: DateOrder | undefined): (text: string) => ReturnType<typeof stampKind> {
  const spell = isoSpeller(order);
  return (text) => stampKind(spell(text));
}

function spellNamed(text: string): string | undefined {
  if (!/[a-z]{3}/i.test(text)) return undefined;
  for (const form of namedForms) {
    const groups = form.exec(text)?.groups;
    if (groups === undefined) continue;
    const number = monthOf(groups.name!);
    if (number === 0 || (groups.day === undefined && groups.hour !== undefined)) continue;
    return spell(groups.year!, String(number), groups.day, groups);
  }
  return undefined;
}

function spellRare(text: string): string | undefined {
  const whole = wholeFraction.exec(text)?.[1];
  if (whole !== undefined) return whole;
  const [, years, , week, weekday] = weekForm.exec(text) ?? [];
  if (years !== undefined) {
    const monday = firstIsoMonday(Number(years)) + (Number(week) - 1) * 7;
    const isThere = Number(week) >= 1 && monday < firstIsoMonday(Number(years) + 1);
    if (weekday === undefined || !isThere) return `${years}-W${week}`;
    const date = civilDate(monday + Number(weekday) - 1);
    return spell(String(date.year).padStart(4, "0"), String(date.month), String(date.day), {});
  }
  const [, year, months, days, hour, minutes = "00", seconds, offset = ""] = basicForm.exec(text) ?? [];
  if (year === undefined) return undefined;
  const rest = seconds === undefined ? `:${minutes}` : `:${minutes}:${seconds}`;
  return spell(year, months!, days, { hour, rest, offset });
}

function spellNumbered(text: string, order: DateOrder): string | undefined {
  const [, ...unmarked] = (order === "ymd" ? unmarkedForm : unmarkedYearLast).exec(text) ?? [];
  if (order === "ymd" && unmarked.length > 0) return unmarked.filter((part) => part !== undefined).join("-");
  if (unmarked.length > 0) {
    const [first, second, years] = unmarked as [string, string, string];
    return order === "dmy" ? spell(years, second, first, {}) : spell(years, first, second, {});
  }
  const groups = markedForm.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { first, second, third } = groups as { first: string; second: string; third: string };
  const [years, months, days] =
    order === "ymd" ? [first, second, third] : order === "dmy" ? [third, second, first] : [third, first, second];
  return years.length === 4 && months.length <= 2 && days.length <= 2 ? spell(years, months, days, groups) : undefined;
}

/** @param days absent for a month */
function spell(
  years: string,
  months: string,
  days: string | undefined,
  { hour, rest = "", half, offset = "" }: Readonly<Record<string, string | undefined>>,
): string {
  const date = [years, months.padStart(2, "0"), ...(days === undefined ? [] : [days.padStart(2, "0")])].join("-");
  return hour === undefined ? date : `${date} ${hourOfDay(hour, half)}${rest}${offset.toUpperCase()}`;
}

/** An hour of two digits; one that there is not, such as 13 pm, stays one. */
function hourOfDay(hour: string, half: string | undefined): string {
  if (half === undefined) return hour.padStart(2, "0");
  const number = Number(hour);
  if (number < 1 || number > 12) return "99";
  return String((number % 12) + (half.toLowerCase() === "p" ? 12 : 0)).padStart(2, "0");
}

/** A year that whole numbers are taken for dates by. */
const likelyYear = /^(?:19|20)/;

/** The orders in which all of some cells are days that are not in ISO 8601, as flags; "" where there is none. */
export function suggestOrder(cells: readonly string[]): string {
  const orders = dateOrders.filter((order) =>
    cells.every((cell) => {
      const spelled = cell.length > longestDate ? undefined : spellNumbered(cell, order);
      if (spelled === undefined || spelled === cell.trim() || spelled.length < 10) return false;
      return stampKind(spelled) === "iso" && (likelyYear.test(spelled) || !isWhole(cell));
    }),
  );
  return cells.length === 0 || orders.length === 0 ? "" : `--date-order ${orders.join(" or ")}`;
}

const isWhole = (cell: string) => /^\s*\d+\s*$/.test(cell);

/** Dates without marks would be read as whole numbers, and the days between two months as gaps. */
const compactDate = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])?$/;

/**
 * The orders in which whole numbers are dates such as 20240131, 202401 or 31012024, as flags; "" where they are none.
 * @param cells of the first rows
 */
export function suggestCompactOrder(cells: readonly string[]): string {
  if (new Set(cells).size < 2 || !cells.every(isWhole)) return "";
  return cells.every((cell) => compactDate.test(cell.trim())) ? "--date-order ymd" : suggestOrder(cells);
}

// Dates as spreadsheets write them: with the day or the month first, with slashes or points, or without any mark. In: an order and a
// cell. Out: the same date in ISO 8601, which is all that the rest reads.
import { stampKind } from "./stamp.js";

export const dateOrders = ["dmy", "mdy", "ymd"] as const;
export type DateOrder = (typeof dateOrders)[number];

/** Three numbers with one mark between them, and perhaps a time of day. */
const markedForm =
  /^\s*(?<first>\d{1,4})(?<mark>[./-])(?<second>\d{1,2})\k<mark>(?<third>\d{1,4})(?:(?:,?\s+|T)(?<hour>\d{1,2})(?<rest>:\d\d(?::\d\d(?:[.,]\d+)?)?)\s*(?:(?<half>[ap])\.?m\.?)?(?<offset>Z|[+-]\d\d:?(?:\d\d)?)?)?\s*$/i;
/** A year, a month and perhaps a day, of four, two and two digits. */
const unmarkedForm = /^\s*(\d{4})(\d\d)(\d\d)?\s*$/;

/**
 * @param order undefined for dates in ISO 8601, which no order takes away
 * @returns what rewrites a date of that order; any other text stays as it is, ISO 8601 too
 */
export function isoSpeller(order: DateOrder | undefined): (text: string) => string {
  if (order === undefined) return (text) => text;
  return (text) => {
    if (order === "ymd") {
      const unmarked = unmarkedForm.exec(text);
      if (unmarked !== null)
        return unmarked
          .slice(1)
          .filter((part) => part !== undefined)
          .join("-");
    }
    const groups = markedForm.exec(text)?.groups;
    if (groups === undefined) return text;
    const { first, second, third } = groups as { first: string; second: string; third: string };
    const [year, month, day] =
      order === "ymd" ? [first, second, third] : order === "dmy" ? [third, second, first] : [third, first, second];
    if (year.length !== 4 || month.length > 2 || day.length > 2) return text;
    const date = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
    const { hour, rest = "", half, offset = "" } = groups;
    return hour === undefined ? date : `${date} ${hourOfDay(hour, half)}${rest}${offset.toUpperCase()}`;
  };
}

/** An hour of two digits; one that there is not, such as 13 pm, stays one. */
function hourOfDay(hour: string, half: string | undefined): string {
  if (half === undefined) return hour.padStart(2, "0");
  const number = Number(hour);
  if (number < 1 || number > 12) return "99";
  return String((number % 12) + (half.toLowerCase() === "p" ? 12 : 0)).padStart(2, "0");
}

/** The orders in which all of some cells are days that are not in ISO 8601, as flags; "" where there is none. */
export function suggestOrder(cells: readonly string[]): string {
  const orders = dateOrders.filter((order) => {
    const spell = isoSpeller(order);
    return cells.every((cell) => {
      const spelled = spell(cell);
      return spelled !== cell && spelled.length >= 10 && stampKind(spelled) === "iso";
    });
  });
  return cells.length === 0 || orders.length === 0 ? "" : `--date-order ${orders.join(" or ")}`;
}

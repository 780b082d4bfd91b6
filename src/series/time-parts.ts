// A time whose parts stand in columns of their own, such as date and hour. In: the first rows. Out: the query that makes one column of
// them.
import { quoteSql, quoteSqlName, quoteWord } from "../base/wording.js";
import { isMissing } from "./numbers.js";

interface Rows {
  readonly columns: readonly string[];
  /** [rows][columns] */
  readonly rows: readonly (readonly string[])[];
  readonly name: string;
}

const forms = {
  year: /^\s*[12]\d{3}\s*$/,
  month: /^\s*(?:0?[1-9]|1[0-2])\s*$/,
  day: /^\s*(?:0?[1-9]|[12]\d|3[01])\s*$/,
  hour: /^\s*(?:[01]?\d|2[0-4])\s*$/,
} as const;
type Part = keyof typeof forms;
const names: Readonly<Record<string, Part>> = {
  year: "year",
  yr: "year",
  month: "month",
  day: "day",
  hour: "hour",
  hr: "hour",
};
const date = /^\s*\d{4}-\d\d-\d\d\s*$/;
const clock = /^\s*\d\d?:\d\d(?::\d\d)?\s*$/;

/** @returns the flags that read the data by it; undefined where no columns are such parts */
export function joinTimeParts({ columns, rows, name }: Rows): string | undefined {
  const holds = (i: number, form: RegExp) => {
    const cells = rows.map((row) => row[i]!).filter((text) => !isMissing(text));
    return cells.length > 0 && cells.every((text) => form.test(text));
  };
  const found = new Map<Part | "date" | "clock", string>();
  columns.forEach((column, i) => {
    const part = names[column.toLowerCase()];
    const kind = holds(i, date)
      ? "date"
      : /time|clock|hour/i.test(column) && holds(i, clock)
        ? "clock"
        : part && holds(i, forms[part])
          ? part
          : undefined;
    if (kind !== undefined && !found.has(kind)) found.set(kind, column);
  });
  const take = (kind: Part | "date" | "clock") => {
    const column = found.get(kind);
    if (column === undefined) return undefined;
    taken.push(quoteSqlName(column));
    return taken.at(-1);
  };
  const taken: string[] = [];
  const day = take("date") ?? civilDay(take);
  if (day === undefined) return undefined;
  const within = take("clock");
  const hour = within === undefined ? take("hour") : undefined;
  if (taken.length < 2) return undefined;
  const parts = within !== undefined ? [`${within}::time`] : hour !== undefined ? [`to_hours(${hour}::bigint)`] : [];
  const joined = parts.length === 0 ? day : `${day}::date + ${parts.join()}`;
  const query = `select ${joined} as ds, * exclude (${taken.join(", ")}) from ${sourceOf(name)}`;
  return `--time ds --sql ${quoteWord(query)}`;
}

function civilDay(take: (kind: Part) => string | undefined): string | undefined {
  const [year, month] = [take("year"), take("month")];
  if (year === undefined || month === undefined) return undefined;
  return `make_date(${year}, ${month}, ${take("day") ?? 1})`;
}

function sourceOf(name: string): string {
  if (name === "stdin") return "read_csv('FILE')";
  return /\.(csv|tsv|parquet|ndjson|jsonl|json)(\.gz)?$/.test(name) ? quoteSql(name) : `read_csv(${quoteSql(name)})`;
}

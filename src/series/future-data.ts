// Values of covariates for steps that are still to come, from a file of their own. In: a frame, and a file with its time, id and
// covariate columns. Out: the frame, which knows them.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { listNames, quoteText } from "../base/wording.js";
import { type Covariate, isGivenAhead } from "./covariates.js";
import type { Frame } from "./frame.js";
import { stampAt, stepper } from "./grid.js";
import { cellError, explainNumber, isMissing, numberReader } from "./numbers.js";
import type { ReadOptions } from "./options.js";
import { isTooSparse } from "./placement.js";
import { readRecords } from "./read-records.js";
import { categoryIndex } from "./read-rows.js";
import { createStampColumn } from "./read-stamps.js";
import type { Source } from "./source.js";
import { formatStamp } from "./stamp.js";
import { zoneClock } from "./zone.js";

/**
 * Rows before the end of their series, and rows of other series, are passed over with a note; other columns are not looked at.
 * @throws HindcastError "usage" when nothing is known ahead, "data" for a column that is not there or a cell that cannot be used
 */
export async function addFutureData(
  frame: Frame,
  source: Source,
  options: ReadOptions,
  notify: Notify,
): Promise<Frame> {
  const { name } = source;
  const wanted = (frame.covariates ?? []).flatMap((covariate, c) =>
    isGivenAhead(covariate) ? [{ covariate, c }] : [],
  );
  if (wanted.length === 0)
    throw new HindcastError(
      "usage",
      `--future-data ${name}: no column is known ahead`,
      "name the columns with --future, or leave out --future-data",
    );
  const { columns, records } = await readRecords(source, options);
  const find = (column: string) => {
    const index = columns.indexOf(column);
    if (index >= 0) return index;
    throw new HindcastError(
      "data",
      `${name} has no column ${quoteText(column)}: ${listNames(columns)}`,
      "hindcast forecast … --future-template FILE writes such a file",
    );
  };
  const time = find(frame.columns.time);
  const ids = frame.columns.ids.map(find);
  const readers = wanted.map(({ covariate, c }) => ({
    ...cellReader(covariate, options),
    column: find(covariate.name),
    c,
  }));
  const stamps = createStampColumn(
    frame.timeStyle.kind === "integer" ? "integer" : "iso",
    frame.grid.zone,
    options.dateOrder,
  );
  const clock = zoneClock(frame.grid.zone);
  const owners = openSeries(frame);
  let pastCount = 0;
  let strangeCount = 0;
  for await (const { line, cells } of records) {
    const where = `${name} line ${line}`;
    const text = cells[time]!;
    const stamp = stamps.read(text);
    if (Number.isNaN(stamp)) throw cellError(where, columns[time]!, text, stamps.explain(text));
    const own = owners.get(JSON.stringify(ids.map((id) => cells[id]!)));
    if (own === undefined) {
      strangeCount++;
      continue;
    }
    let isUsed = false;
    for (const one of own) {
      let step = one.stepOf(stamp);
      // Of an hour that clocks show twice, the second row is the second pass.
      if (one.rows.has(step)) step = one.stepOf(clock.secondPass(stamp));
      if (Number.isNaN(step) && stamp > one.lastStamp)
        throw new HindcastError(
          "data",
          `${where}: ${text} is no step of the series, which goes on from ${formatStamp(frame.timeStyle, frame.grid.zone, one.lastStamp)}`,
          "correct the stamp",
        );
      if (!(step >= one.length)) continue;
      if (one.rows.has(step))
        throw new HindcastError("data", `${where} has ${text} again`, "one row for each series and stamp");
      if (isTooSparse(step - one.length, one.rows.size + 1))
        throw new HindcastError(
          "data",
          `${where}: ${text} is ${step - one.length + 1} steps after the end of its series`,
          "correct the stamp",
        );
      one.rows.set(
        step,
        readers.map(({ column, read }) => read(cells[column]!, `${where}: ${columns[column]}`)),
      );
      isUsed = true;
    }
    if (!isUsed) pastCount++;
  }
  const note = (count: number, what: string) => {
    if (count > 0) notify({ level: "note", text: `${name}: ${count} ${count === 1 ? "row" : "rows"} ${what}` });
  };
  note(pastCount, "not after the end of the data, not used");
  note(strangeCount, "of series that the data do not have, not used");
  return withRows(frame, owners, readers);
}

interface OpenSeries {
  readonly length: number;
  readonly lastStamp: number;
  stepOf(stamp: number): number;
  /** [columns] by step. */
  readonly rows: Map<number, readonly number[]>;
}

/** By key: the targets of a key share their covariates. */
function openSeries(frame: Frame): Map<string, OpenSeries[]> {
  const owners = new Map<string, OpenSeries[]>();
  for (const { key, start, values } of frame.series) {
    const name = JSON.stringify(key);
    const one = {
      length: values.length,
      lastStamp: stampAt(frame.grid, start, values.length - 1),
      stepOf: stepper(frame.grid, start),
      rows: new Map(),
    };
    owners.set(name, [...(owners.get(name) ?? []), one]);
  }
  return owners;
}

interface CellReader {
  /** Of text, what was known and what came with the file. */
  readonly dictionary: Map<string, number> | null;
  read(text: string, where: string): number;
}

function cellReader({ categories }: Covariate, options: ReadOptions): CellReader {
  if (categories !== null) {
    const dictionary = new Map(categories.map((category, index) => [category, index]));
    return { dictionary, read: (text) => categoryIndex(dictionary, text) };
  }
  const readNumber = numberReader(options);
  return {
    dictionary: null,
    read(text, where) {
      const value = readNumber(text);
      if (!Number.isNaN(value) || isMissing(text)) return value;
      throw new HindcastError(
        "data",
        `${where} is ${quoteText(text)}, ${explainNumber(text, options).problem}`,
        "a number, as in the data",
      );
    },
  };
}

function withRows(
  frame: Frame,
  owners: ReadonlyMap<string, readonly OpenSeries[]>,
  readers: readonly (CellReader & { readonly c: number })[],
): Frame {
  const taken = new Map<string, number>();
  return {
    ...frame,
    covariates: frame.covariates!.map((covariate, c) => {
      const dictionary = readers.find((reader) => reader.c === c)?.dictionary;
      return dictionary ? { ...covariate, categories: [...dictionary.keys()] } : covariate;
    }),
    series: frame.series.map((series) => {
      const name = JSON.stringify(series.key);
      const place = taken.get(name) ?? 0;
      taken.set(name, place + 1);
      const { rows } = owners.get(name)![place]!;
      const covariates = series.covariates!.map((values, c) => {
        const at = readers.findIndex((reader) => reader.c === c);
        if (at < 0 || rows.size === 0) return values;
        const length = Math.max(values.length, ...Array.from(rows.keys(), (step) => step + 1));
        const extended = new Float64Array(length).fill(Number.NaN);
        extended.set(values);
        for (const [step, cells] of rows) extended[step] = cells[at]!;
        return extended;
      });
      return { ...series, covariates };
    }),
  };
}

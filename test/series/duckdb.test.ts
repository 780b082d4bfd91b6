import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ReadOptions } from "../../src/series/options.js";
import type { RawData } from "../../src/series/raw.js";
import { readRaw } from "../../src/series/read.js";
import { openParquet, openQuery } from "../../src/series/read-duckdb.js";
import { readRecords } from "../../src/series/read-records.js";
import { fileSource, stdinSource } from "../../src/series/source.js";
import { temporaryDirectory } from "../support/directory.js";
import { runSql } from "../support/duckdb.js";
import { failureOf, readOptions, textSource } from "../support/sources.js";

const quiet = () => {};
let directory: string;
const at = (name: string) => join(directory, name);
const readFile = (name: string, options: Partial<ReadOptions> = {}) =>
  readRaw([fileSource(at(name))], readOptions(options), quiet);
const readSql = (sql: string, options: Partial<ReadOptions> = {}, database?: string) =>
  readRaw([{ name: "--sql", sql, database }], readOptions(options), quiet);

beforeAll(async () => {
  directory = await temporaryDirectory();
});

/** All but the names of what was read. */
function contentOf({ columns, timeStyle, zone, series, covariates }: RawData) {
  return { columns, timeStyle, zone, covariates, series };
}

/** Types of stamps, and how to write a whole number of hours since 2020 as one. */
const stampTypes = {
  DATE: "(timestamp '2020-01-01' + to_days(k))::date",
  TIMESTAMP: "timestamp '2020-01-01' + to_hours(k)",
  TIMESTAMP_S: "(timestamp '2020-01-01' + to_hours(k))::timestamp_s",
  TIMESTAMP_MS: "(timestamp '2020-01-01' + to_hours(k) + to_milliseconds(k % 3))::timestamp_ms",
  TIMESTAMP_NS: "(timestamp '1969-12-31 23:59:59.9999' + to_hours(k))::timestamp_ns",
  "TIMESTAMP WITH TIME ZONE": "timestamptz '2020-01-01 00:00:00+00' + to_hours(k)",
  VARCHAR: "strftime(date '2020-01-01' + to_months(k), '%Y-%m')",
  INTEGER: "k::integer",
  BIGINT: "(1577836800000 + k)::bigint",
} as const;
const valueTypes = ["DOUBLE", "INTEGER", "BIGINT", "DECIMAL(9,2)", "DECIMAL(38,6)", "VARCHAR", "UTINYINT"] as const;
type Case = { stamp: keyof typeof stampTypes; value: (typeof valueTypes)[number]; id: keyof typeof idOf } & {
  rows: [number, number | null][];
  tz: string;
};

/** Every type of stamp is tried, whatever the seed. */
function example(stamp: string): [Case] {
  const rows = Array.from({ length: 30 }, (_, k): [number, number] => [k % 5, (k * 977) % 25_600]);
  return [{ stamp: stamp as Case["stamp"], value: "DOUBLE", id: "VARCHAR", rows, tz: "UTC" }];
}

const idOf = {
  VARCHAR: "'s' || s",
  BIGINT: "(9007199254740993 + s)::bigint",
  DATE: "date '2020-01-01' + s::integer",
  UUID: "('00000000-0000-0000-0000-00000000000' || s)::uuid",
  "DECIMAL(5,1)": "(s + 0.5)::decimal(5,1)",
} as const;

describe("Parquet and SQL", () => {
  test("the query that is suggested for a column for each time turns it", async () => {
    writeFileSync(at("turned.csv"), "the shop,town,2021,2022,2023\nnorth,A,1,2,3\nsouth,B,4,,6\n");
    const [, sql] = /--sql "(.*)" --id 'the shop,town'$/.exec(await failureOf(readFile("turned.csv"))) ?? [];
    const { series, columns } = await readSql(sql!.replaceAll('\\"', '"'), { ids: ["the shop", "town"] });
    expect(columns).toMatchObject({ time: "time", ids: ["the shop", "town"], targets: ["y"] });
    expect(series.map(({ key, values }) => [key[0], ...values])).toEqual([
      ["north", 1, 2, 3],
      ["south", 4, 6],
    ]);
  });

  test("hold the same data as the CSV of the same content, whatever the types", async () => {
    const table: fc.Arbitrary<Case> = fc.record({
      stamp: fc.constantFrom(...(Object.keys(stampTypes) as Case["stamp"][])),
      value: fc.constantFrom(...valueTypes),
      id: fc.constantFrom(...(Object.keys(idOf) as Case["id"][])),
      rows: fc.array(fc.tuple(fc.nat(4), fc.option(fc.integer({ min: 0, max: 25_599 }), { freq: 8 })), {
        minLength: 30,
        maxLength: 60,
      }),
      tz: fc.constantFrom("UTC", "America/New_York"),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(table, async ({ stamp, value, id, rows, tz }) => {
        const cells = rows.map(([s, v], k) => `(${k}, ${s}, ${v === null ? "null" : v})`).join(",");
        const scaled = value === "INTEGER" || value === "BIGINT" || value === "UTINYINT" ? "v // 100" : "v / 100";
        const name = `t${run++}`;
        const query = `select ${idOf[id]} as unique_id, ${stampTypes[stamp]} as ds, (${scaled})::${value} as y,
          v % 3 = 0 as flag, 'c' || v % 4 as kind, v / 7 as heat
          from (values ${cells}, (60, 0, 1)) t(k, s, v) order by k`;
        await runSql([
          `create table t as ${query}`,
          `copy t to '${at(name)}.parquet'`,
          `copy t to '${at(name)}.csv' (header)`,
        ]);
        const options = { tz, past: ["flag", "kind", "heat"] };
        const csv = contentOf(await readFile(`${name}.csv`, options));
        expect(contentOf(await readFile(`${name}.parquet`, options))).toEqual(csv);
        const sql = `from '${at(name)}.parquet'`;
        expect(contentOf(await readSql(sql, options))).toEqual(csv);
      }),
      { numRuns: 20, examples: Object.keys(stampTypes).map(example) },
    );
  });

  test("come whole where they are longer than what is read at once, and rows are located in them", async () => {
    await runSql([`copy (select k as t, k * 0.5 as y, k as z from range(10000) r(k)) to '${at("long.parquet")}'`]);
    for (const raw of [
      await readFile("long.parquet", { time: "t" }),
      await readSql(`from '${at("long.parquet")}'`, { time: "t" }),
    ]) {
      const [one] = raw.series;
      expect(one!.stamps).toEqual(Float64Array.from({ length: 10_000 }, (_, k) => k));
      expect(one!.values).toEqual(Float64Array.from({ length: 10_000 }, (_, k) => k * 0.5));
      expect(raw.locate(one!, 7000)).toMatch(/(long\.parquet|--sql) row 7001$/);
    }
  });

  test("of a file, the columns that are not used are left unread after the first rows", async () => {
    await runSql([`copy (select k as t, k as y, k as z from range(5000) r(k)) to '${at("wide.parquet")}'`]);
    const file = await openParquet(fileSource(at("wide.parquet")));
    const read: string[] = [];
    for await (const batch of file.batches) {
      if (!("firstRow" in batch)) throw new Error("rows of text");
      file.narrow!([0, 1]);
      read.push(batch.columns.map((column, i) => (column === undefined ? "" : file.columns[i])).join(","));
      expect(batch.columns[1]!.number(0)).toBe(batch.firstRow - 1);
    }
    await file.close();
    expect(new Set(read)).toEqual(new Set(["t,y,z", "t,y,"]));
  });

  test("several files are read as one, beside a CSV too, and need the same columns", async () => {
    await runSql([
      `copy (select date '2024-01-01' + k::integer as ds, k as y from range(3) r(k)) to '${at("a.parquet")}'`,
      `copy (select date '2024-01-04' + k::integer as ds, k as y from range(3) r(k)) to '${at("b [1]*?.pq")}' (format parquet)`,
      `copy (select date '2024-01-01' as ds, 1 as x) to '${at("c.parquet")}'`,
    ]);
    const csv = textSource("ds,y\n2024-01-07,9\n", "d.csv");
    const raw = await readRaw(
      [fileSource(at("a.parquet")), fileSource(at("b [1]*?.pq")), csv],
      readOptions({ inputFormat: undefined }),
      quiet,
    );
    expect([...raw.series[0]!.values]).toEqual([0, 1, 2, 0, 1, 2, 9]);
    expect(raw.locate(raw.series[0]!, 6)).toBe("d.csv line 2");
    expect(raw.locate(raw.series[0]!, 4)).toBe(`${at("b [1]*?.pq")} row 2`);
    const other = readRaw([fileSource(at("a.parquet")), fileSource(at("c.parquet"))], readOptions(), quiet);
    expect(await failureOf(other)).toContain('c.parquet: column 2 is "x", in ');
  });

  test("are rows of text to what reads any table", async () => {
    await runSql([`copy (select date '2024-01-01' as ds, 1.5::double as y, null as z) to '${at("text.parquet")}'`]);
    const { columns, records } = await readRecords(fileSource(at("text.parquet")), readOptions({ decimal: "," }));
    expect(columns).toEqual(["ds", "y", "z"]);
    const rows = [];
    for await (const record of records) rows.push(record);
    expect(rows).toEqual([{ line: 1, cells: ["2024-01-01", "1,5", ""] }]);
  });

  test("a NaN is a missing value, and a row of nothing is passed over", async () => {
    const { series } = await readSql(
      "from (values (date '2024-01-01', 1.0::double), (null, null), ('2024-01-02', 'nan'), ('2024-01-03', 3)) t(ds, y)",
    );
    expect([...series[0]!.values]).toEqual([1, Number.NaN, 3]);
  });

  test("a float is the number that it is, and a real number is never taken for time", async () => {
    const { series, columns } = await readSql("select k as t, k::double as x, 0.1::float as y from range(9) r(k)");
    expect(columns.time).toBe("t");
    expect(series[0]!.values[0]).toBe(Math.fround(0.1));
  });

  test("a database is read, its tables and its views, and it is not written to", async () => {
    const database = at("sales.duckdb");
    await runSql(
      [
        "create table sales as select date '2024-01-01' + k::integer as day, k as sold from range(30) r(k)",
        "create sequence s",
        "create view late as from sales where sold >= 20",
      ],
      database,
    );
    const { series } = await readSql("from late order by day", {}, database);
    expect([...series[0]!.values]).toEqual(Array.from({ length: 10 }, (_, k) => 20 + k));
    expect(await failureOf(readSql("select nextval('s') as y", {}, database))).toContain("read-only mode");
  });
});

describe("what cannot be read is said", () => {
  test.each([
    [
      "selec 1",
      'usage: --sql line 1 at "selec 1": Parser Error: syntax error at or near "selec"; try: correct the query',
    ],
    [
      "select 1,\n  foo from range(3)",
      'usage: --sql line 2 at "foo from range(3)": Binder Error: Referenced column "foo" not found',
    ],
    ["select 1; select 2", "usage: --sql has 2 statements; try: one query: --sql "],
    [" ", "usage: --sql has 0 statements"],
    ["copy (select 1) to 'x.csv'", "usage: --sql is a statement of kind COPY, and only queries are run; try: --sql "],
    ["install httpfs", "usage: --sql is a statement of kind LOAD, and only queries are run"],
    ["set memory_limit = '1TB'", "usage: --sql is a statement of kind SET, and only queries are run"],
    ["select ? as y", "usage: --sql has a parameter without a value"],
    [
      "from 'https://localhost/a.parquet'",
      "requires the extension httpfs to be loaded; try: data on this machine: nothing is downloaded",
    ],
    ["select 1 as ds, [1, 2] as y", 'data: --sql: column "y" is of type INTEGER[], which is no number, time or text'],
    ["select 1 as ds, {'a': 1} as y", 'data: --sql: column "y" is of type STRUCT("a" INTEGER), which is no number'],
    ["select 1 as ds, 9007199254740993 as y", 'data: --sql row 1: y is "9007199254740993", beyond 2^53'],
    ["select 1 as ds, -9007199254740993::hugeint as y", 'data: --sql row 1: y is "-9007199254740993", beyond 2^53'],
    ["select 1 as ds, '-inf'::double as y", 'data: --sql row 1: y is "-Infinity", infinite'],
    ["select 1 as ds, true as y", 'data: --sql row 1: y is "true", not a number'],
    ["select 'infinity'::date as ds, 1 as y", 'data: --sql row 1: ds is "infinity", neither an ISO 8601 date'],
    ["select date '12345-01-01' as ds, 1 as y", 'data: --sql row 1: ds is "12345-01-01", neither an ISO 8601 date'],
    ["select 1 as y, 2 as y", 'data: --sql: two columns are called "y"; try: rename one'],
    ["select 1 as ds, 2 as y where false", "data: --sql: no rows"],
    [
      "select i as ds, if(i = 5000, error('late'), i) as y from range(6000) r(i)",
      "data: --sql: Invalid Input Error: late",
    ],
  ])("%s", async (sql, message) => {
    expect(await failureOf(readSql(sql))).toContain(message);
  });

  test("files that are none, or no Parquet, and databases that are none", async () => {
    writeFileSync(at("text.parquet.txt"), "ds,y\n2024-01-01,1\n");
    const asParquet = { inputFormat: "parquet" as const };
    expect(await failureOf(readFile("none.parquet"))).toMatch(/^data: .*none\.parquet: there is no such file; try: /);
    expect(await failureOf(readFile(".", asParquet))).toContain(" is a directory; try: its files: ");
    expect(await failureOf(readFile("text.parquet.txt", asParquet))).toMatch(
      /^data: .* cannot be read as Parquet: Invalid Input Error: .*; try: .*--input-format csv/,
    );
    const { open } = textSource("PAR1");
    expect(await failureOf(readRaw([stdinSource(await open())], readOptions(asParquet), quiet))).toBe(
      "usage: stdin: Parquet is read from its end, so not from a stream; try: give it as a file",
    );
    expect(await failureOf(readSql("select 1", {}, at("none.duckdb")))).toContain("there is no such file");
    expect(await failureOf(readSql("select 1", {}, at("text.parquet.txt")))).toMatch(/^data: .* cannot be opened: /);
  });

  test("a query that is left half read is ended", async () => {
    const file = await openQuery({ name: "--sql", sql: "from range(100000000)" });
    await file.batches[Symbol.asyncIterator]().next();
    await file.close();
    expect(file.columns).toEqual(["range"]);
  });
});

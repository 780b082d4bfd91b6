import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReadOptions } from "../../src/series/options.js";
import { readRaw } from "../../src/series/read.js";
import { fileSource, stdinSource } from "../../src/series/source.js";
import { failureOf, readNotes, readOptions, readText, textSource } from "../support/sources.js";

const day = 86_400_000;
const fixture = (name: string) => new URL(`../../fixtures/${name}`, import.meta.url).pathname;
const quiet = () => {};

/** Series by name, as "stamp value" pairs. */
async function contents(text: string | Buffer, options: Partial<ReadOptions> = {}, name?: string) {
  const { series } = await readText(text, options, name);
  return Object.fromEntries(series.map((one) => [one.key.join("/") || one.target, [[...one.stamps], [...one.values]]]));
}

describe("what is in a file", () => {
  test("AirPassengers is a single monthly series with the numbers of the book", async () => {
    const raw = await readRaw([fileSource(fixture("air-passengers.csv"))], readOptions(), quiet);
    expect(raw.columns).toEqual({ time: "month", ids: [], targets: ["passengers"], wide: false });
    expect(raw.timeStyle).toEqual({ kind: "month" });
    expect(raw.series).toHaveLength(1);
    const [one] = raw.series;
    expect(one).toMatchObject({ key: [], target: "passengers" });
    expect([one!.values.length, one!.values[0], one!.values[143]]).toEqual([144, 112, 432]);
    expect(one!.stamps[143]).toBe(Date.UTC(1960, 11, 1));
    expect(raw.locate(one!, 143)).toBe(`${fixture("air-passengers.csv")} line 145`);
  });

  test("several numeric columns are asked for, and several targets share the stamps of their key", async () => {
    const source = fileSource(fixture("seattle-weather.csv"));
    expect(await failureOf(readRaw([source], readOptions(), quiet))).toBe(
      `data: ${source.name}: several columns may be the target: temp_max, temp_min, precipitation, wind; try: --target temp_max, or --wide if each column is a series`,
    );
    const raw = await readRaw([source], readOptions({ targets: ["temp_max", "wind"] }), quiet);
    expect(raw.series.map(({ key, target }) => ({ key, target }))).toEqual([
      { key: [], target: "temp_max" },
      { key: [], target: "wind" },
    ]);
    expect(raw.series[0]!.stamps).toEqual(raw.series[1]!.stamps);
    expect([raw.series[0]!.values[2], raw.series[1]!.values[2]]).toEqual([11.7, 2.3]);
  });

  test("a text column beside the target is left out with one note", async () => {
    const notes: string[] = [];
    const options = readOptions({ targets: ["rentals"] });
    const raw = await readRaw([fileSource(fixture("bike-rentals-hourly.csv"))], options, ({ text }) =>
      notes.push(text),
    );
    expect(raw.series[0]!.values).toHaveLength(1344);
    expect(raw.timeStyle).toEqual({ kind: "datetime", separator: " ", precision: "second", offset: "none" });
    expect(notes).toEqual([`${fixture("bike-rentals-hourly.csv")}: columns not used: temp, weather`]);
  });

  test("long data come apart by id in the order of first appearance, however the rows are mixed", async () => {
    const rows = ["b,2024-01-01,1", "a,2024-01-01,2", "b,2024-01-03,3", "a,2024-01-02,", "b,2024-01-02,NA"];
    const raw = await readText(`unique_id,ds,y\n${rows.join("\n")}\n`);
    expect(raw.columns.ids).toEqual(["unique_id"]);
    expect(raw.series.map(({ key }) => key)).toEqual([["b"], ["a"]]);
    const first = Date.UTC(2024, 0, 1);
    expect([...raw.series[0]!.stamps]).toEqual([first, first + 2 * day, first + day]);
    expect([...raw.series[0]!.values]).toEqual([1, 3, Number.NaN]);
    expect([...raw.series[1]!.values]).toEqual([2, Number.NaN]);
    expect(raw.locate(raw.series[1]!, 1)).toBe("data.csv line 5");
  });

  test("wide data become a series per column", async () => {
    const text = "date,north,south,remark\n2024-01-01,1,,good\n2024-01-02,2,5,bad\n";
    const raw = await readText(text, { wide: true });
    expect(raw.columns).toEqual({ time: "date", ids: ["series"], targets: ["north", "south"], wide: true });
    expect(raw.series.map(({ key, target }) => [key, target])).toEqual([
      [["north"], "north"],
      [["south"], "south"],
    ]);
    expect([...raw.series[1]!.values]).toEqual([Number.NaN, 5]);
    expect(await readNotes(text, { wide: true })).toEqual([
      { level: "note", text: "data.csv: columns not used: remark" },
    ]);
  });

  test("several id columns make one key, and joined ids do not run together", async () => {
    const text = "a,b,t,v\nx,yz,1,1\nxy,z,1,2\nx,yz,2,3\n";
    const { series } = await readText(text, { ids: ["a", "b"], time: "t" });
    expect(series.map(({ key, values }) => [key, [...values]])).toEqual([
      [
        ["x", "yz"],
        [1, 3],
      ],
      [["xy", "z"], [2]],
    ]);
  });

  test("hostile ids are ids like any others", async () => {
    const ids = ["__proto__", "constructor", "🦀", "x".repeat(10_000), "toString", " ", '"quoted", with\nline'];
    const text = ids.map((id) => `"${id.replaceAll('"', '""')}",2024-01-01,1`).join("\n");
    const { series } = await readText(`id,ds,y\n${text}\n`);
    expect(series.map(({ key }) => key[0])).toEqual(ids);
  });

  test("any table of numbers comes back as it was written, whatever the size of the chunks", async () => {
    const table = fc.array(fc.tuple(fc.nat(4), fc.double({ noNaN: true, min: -1e15, max: 1e15 })), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (rows, pieceBytes) => {
        const text = rows.map(([id, value], i) => `"sé${id}",${i},${value}`).join("\r\n");
        const source = textSource(`id,ds,y\r\n${text}`, "data.csv", pieceBytes);
        const raw = await readRaw([source], readOptions(), quiet);
        for (const one of raw.series) {
          const own = rows.flatMap(([id, value], i) => (`sé${id}` === one.key[0] ? [[i, value] as const] : []));
          expect([...one.stamps]).toEqual(own.map(([i]) => i));
          expect([...one.values]).toEqual(own.map(([, value]) => Number(String(value))));
          own.forEach(([i], row) => void expect(raw.locate(one, row)).toBe(`data.csv line ${i + 2}`));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("where data come from", () => {
  const text = "ds,y\n2024-01-01,1\n2024-01-02,2\n";

  test("several files are read as one, and rows are located in theirs", async () => {
    const sources = [textSource(text, "a.csv"), textSource("ds,y\n2024-01-03,3\n", "b.csv")];
    const raw = await readRaw(sources, readOptions(), quiet);
    expect([...raw.series[0]!.values]).toEqual([1, 2, 3]);
    expect(raw.locate(raw.series[0]!, 2)).toBe("b.csv line 2");
  });

  test.each([
    ["ds,z\n2024-01-03,3\n", 'b.csv: column 2 is "z", in a.csv it is "y"'],
    ["ds,y,z\n2024-01-03,3,4\n", 'b.csv: column 3 is "z", in a.csv it is missing'],
    ["ds\n2024-01-03\n", 'b.csv: column 2 is missing, in a.csv it is "y"'],
  ])("files with other columns are refused by what differs", async (other, message) => {
    const sources = [textSource(text, "a.csv"), textSource(other, "b.csv")];
    expect(await failureOf(readRaw(sources, readOptions(), quiet))).toContain(`data: ${message}`);
  });

  test("gzip is found by its bytes, from a pipe too, and in several members", async () => {
    const zipped = Buffer.concat([gzipSync("ds,y\n2024-01-01,1\n"), gzipSync("2024-01-02,2\n")]);
    const piped = stdinSource(await textSource(zipped, "", 3).open());
    const raw = await readRaw([piped], readOptions(), quiet);
    expect([...raw.series[0]!.values]).toEqual([1, 2]);
    expect(raw.locate(raw.series[0]!, 1)).toBe("stdin line 3");
    expect(await failureOf(readText(zipped.subarray(0, 30)))).toContain("data: data.csv: its gzip data are damaged");
  });

  test("TSV and NDJSON are told by extension or by name", async () => {
    const tsv = text.replaceAll(",", "\t");
    const ndjson =
      '{"y":1,"ds":"2024-01-01"}\n\n{"ds":"2024-01-02","y":null,"__proto__":7}\n{"ds":"2024-01-03","y":2.5}';
    expect(await contents(tsv, {}, "data.tsv.gz")).toEqual(await contents(text));
    expect(await contents(tsv, { inputFormat: "tsv" })).toEqual(await contents(text));
    const raw = await readText(ndjson, { targets: ["y"], decimal: "," }, "data.ndjson");
    expect([...raw.series[0]!.values]).toEqual([1, Number.NaN, 2.5]);
    expect(raw.locate(raw.series[0]!, 2)).toBe("data.ndjson line 4");
    expect(await contents(ndjson, { targets: ["y"], inputFormat: "ndjson" })).toHaveProperty("y");
  });

  test("NDJSON columns do not depend on how the text is cut", async () => {
    const lines = Array.from({ length: 30 }, (_, i) => JSON.stringify(i < 20 ? { ds: i } : { ds: i, y: i, é: "ü" }));
    for (const pieceBytes of [1, 7, 4096]) {
      const source = textSource(lines.join("\n"), "data.jsonl", pieceBytes);
      const raw = await readRaw([source], readOptions({ targets: ["y"] }), quiet);
      expect(raw.series[0]!.values[29]).toBe(29);
    }
  });

  test.each([";", "\t", "|", ","])("the delimiter %j is found without being told", async (delimiter) => {
    const plain = ["ds", "y", "2024-01-01", "1", "2024-01-02", "2"];
    const rows = [plain.slice(0, 2), plain.slice(2, 4), plain.slice(4)].map((row) => row.join(delimiter));
    expect(await contents(rows.join("\n"))).toEqual(await contents(text));
    expect(await contents(rows.join("\n"), { delimiter: delimiter === "\t" ? "\\t" : delimiter })).toEqual(
      await contents(text),
    );
  });

  test("a decimal comma is no delimiter, with or without a header", async () => {
    const rows = "2024-01-01;1,5\n2024-01-02;2.000,5\n";
    const options = { decimal: ",", thousands: "." } as const;
    expect((await readText(`ds;y\n${rows}`, options)).series[0]!.values).toEqual(Float64Array.of(1.5, 2000.5));
    const bare = await readText(rows, { ...options, header: false });
    expect(bare.columns).toMatchObject({ time: "1", targets: ["2"] });
    expect(bare.series[0]!.values).toEqual(Float64Array.of(1.5, 2000.5));
  });

  test.each([
    ["utf-8", Buffer.from("\ufeffds,y,id\n2024-01-01,1,é\n")],
    ["utf-16le", Buffer.from("\ufeffds,y,id\n2024-01-01,1,é\n", "utf16le")],
    ["utf-16be", Buffer.from("\ufeffds,y,id\n2024-01-01,1,é\n", "utf16le").swap16()],
    ["latin1", Buffer.from("ds,y,id\n2024-01-01,1,é\n", "latin1")],
  ])("%s is read as text, without its byte order mark", async (encoding, bytes) => {
    const raw = await readText(bytes, { encoding });
    expect(raw.columns.time).toBe("ds");
    expect(raw.series[0]!.key).toEqual(["é"]);
  });

  test.each(["\n", "\r\n", "\r"])("lines may end in %j, and blank ones count as lines", async (end) => {
    const raw = await readText(["ds,y", "", "2024-01-01,1", "2024-01-02,2", "", ""].join(end));
    expect([...raw.series[0]!.values]).toEqual([1, 2]);
    expect(raw.locate(raw.series[0]!, 1)).toBe("data.csv line 4");
  });

  test("quoted cells over several lines do not shift the lines of later rows", async () => {
    for (const end of ["\n", "\r\n"]) {
      const raw = await readText(["ds,y,remark", '1,1,"a', "b", 'c"', "2,2,d", "3,3,e"].join(end), { targets: ["y"] });
      expect([0, 1, 2].map((row) => raw.locate(raw.series[0]!, row))).toEqual([
        "data.csv line 4",
        "data.csv line 5",
        "data.csv line 6",
      ]);
    }
  });

  test("the line that tells a spreadsheet the delimiter is no row, and later lines keep their numbers", async () => {
    expect((await readText("sep=;\r\nds;y\r\n2024-01-01;1\r\n")).columns.targets).toEqual(["y"]);
    expect(await failureOf(readText("sep=;\nds;y\n1;1\n2;x\n"))).toContain("data.csv line 4: y is");
  });

  test("what is packed, or JSON, is told what unpacks it", async () => {
    const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x04, 0xe8, 0x91]);
    expect(await failureOf(readText(zstd))).toBe(
      "data: data.csv is Zstandard, not text; try: zstdcat data.csv | hindcast … -",
    );
    expect(await failureOf(readText('{"schema_version":1,"rows":[{"ds":1,"y":2}]}'))).toContain(
      "jq -c '.rows[]' data.csv",
    );
    expect(await failureOf(readText('[{"ds":1,"y":2}]'))).toContain("jq -c '.[]' data.csv");
  });

  test("rows of nothing but delimiters, as spreadsheets leave them, are no rows", async () => {
    expect(await contents("ds,y\n2024-01-01,1\n,\n,\n")).toEqual({ y: [[Date.UTC(2024, 0, 1)], [1]] });
  });
});

describe("which column is what", () => {
  test.each([
    ["by name, in any case", "Value,Date\n1,2024-01-01\n", "Date", "Value"],
    ["by ISO text", "sold,when\n1,2024-01-01\n2,2024-01-02\n", "when", "sold"],
    ["by integers that increase", "amount,k\n5,1\n5,2\n4,3\n", "k", "amount"],
    ["by integers that increase in every series", "id,k,amount\na,1,5\na,2,5\nb,1,5\nb,2,4\n", "k", "amount"],
    ["a name before ISO text", "when,ds,sold\n2024-01-02,2024-01-01,1\n", "ds", "sold"],
  ])("time is found %s", async (_, text, time, target) => {
    expect((await readText(text)).columns).toMatchObject({ time, targets: [target] });
  });

  test.each([
    ["date,time,y\n2024-01-01,soon,1\n", "time: date, time", "--time date"],
    ["from,to,y\n2024-01-01,2024-01-02,1\n", "time: from, to", "--time from"],
    ["a,b,y\n1,1,1\n2,3,1\n", "time: a, b", "--time a"],
    ["ds,y,value\n1,1,1\n", "target: y, value", "--target y, or --wide if each column is a series"],
    ["id,series,ds,y\na,b,1,1\n", "id: id, series", "--id id"],
  ])("a tie names the candidates: %j", async (text, candidates, hint) => {
    expect(await failureOf(readText(text))).toBe(
      `data: data.csv: several columns may be the ${candidates}; try: ${hint}`,
    );
  });

  test("integers taken for time are checked beyond the rows they were told from", async () => {
    const rows = Array.from({ length: 1500 }, (_, i) => `${i === 1400 ? 5 : i},x${i % 2},${i % 7}`);
    expect(await failureOf(readText(`k,kind,n\n${rows.join("\n")}\n`))).toBe(
      "data: data.csv line 1402: k goes from 1399 to 5, so it may not be the time; try: --time k if it is; --id COL if there are several series",
    );
    const raw = await readText(`k,kind,n\n${rows.join("\n")}\n`, { time: "k" });
    expect(raw.series[0]!.stamps[1400]).toBe(5);
  });

  test("columns are taken as named on the command line, and a slip is met with the nearest name", async () => {
    const text = "when,shop,sales,returns\n2024-01-01,a,1,2\n";
    const options = { time: "when", ids: ["shop"], targets: ["returns"] };
    expect((await readText(text, options)).columns).toEqual({
      time: "when",
      ids: ["shop"],
      targets: ["returns"],
      wide: false,
    });
    expect(await failureOf(readText(text, { targets: ["sale"] }))).toBe(
      'usage: --target: there is no column "sale" in data.csv; try: --target sales',
    );
    expect(await failureOf(readText(text, { ids: ["zzz"] }))).toContain("try: one of: when, shop, sales, returns");
    expect(await failureOf(readText(text, { ids: ["shop"], targets: ["shop"] }))).toContain(
      'usage: column "shop" cannot be two',
    );
    expect(await failureOf(readText(text, { wide: true, ids: ["shop"] }))).toContain("usage: --wide");
  });

  test("a column without a name is known by its place", async () => {
    const notes = await readNotes(",ds,y\n0,2024-01-01,5\n1,2024-01-02,6\n");
    expect(notes).toEqual([{ level: "note", text: "data.csv: columns not used: 1" }]);
  });

  test("a forgotten --no-header costs no row in silence", async () => {
    const expected =
      "data: data.csv line 1: the header looks like data (2024-01-01, 5); try: --no-header, or a first line that names the columns";
    expect(await failureOf(readText("2024-01-01,5\n2024-01-02,6\n"))).toBe(expected);
    expect(await failureOf(readText("1,5\n2,6\n"))).toContain("the header looks like data");
  });
});

describe("stamps", () => {
  test("the style covers every row, not only the first ones", async () => {
    const style = async (stamps: string[]) =>
      (await readText(`ds,y\n${stamps.map((stamp) => `${stamp},1`).join("\n")}\n`)).timeStyle;
    expect(await style(["2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00", "2024-04-01T00:00+02:00"])).toMatchObject({
      offset: "offset",
    });
    expect(await style(["2024-03-30T00:00+01:00", "2024-03-31T00:00+01:00"])).toMatchObject({ offset: 60 });
    expect(await style(["2024-01-01", "2024-01-02", "2024-01-03T12:00"])).toMatchObject({
      kind: "datetime",
      precision: "minute",
    });
    expect(await style(["2024-W01", "2024-W02"])).toEqual({ kind: "week" });
  });

  test("stamps without an offset are taken in the zone asked for", async () => {
    const { series, zone } = await readText("ds,y\n2024-07-01,1\n", { tz: "Europe/Berlin" });
    expect(zone).toBe("Europe/Berlin");
    expect(series[0]!.stamps[0]).toBe(Date.UTC(2024, 5, 30, 22));
  });

  test.each([
    [
      "03/04/2024",
      "a date whose day and month cannot be told apart",
      "--date-order dmy or mdy, or write it as 2024-01-31 or 2024-01-31T12:00:00Z (ISO 8601)",
    ],
    ["31.12.2024", "not ISO 8601", "--date-order dmy, or write it"],
    ["2024/01/02", "not ISO 8601", "--date-order ymd, or write it"],
    ["1/31/24", "a date with two digits of its year", "ISO 8601"],
    ["31-Jan-24", "a date with two digits of its year", "ISO 8601"],
    ["Jan 32 2024", "a date or a time that does not exist", "correct it"],
    ["2024-02-30", "a date or a time that does not exist", "correct it"],
    ["2024-W60-1", "a date or a time that does not exist", "correct it"],
    ["2024-001", "a day of a year, which is not read", "ISO 8601"],
    ["2024-01-31T25:00Z", "a date or a time that does not exist", "correct it"],
    ["soon", "neither an ISO 8601 date nor a whole number", "--time with another column"],
    ["1704067200000000000", "a whole number of more than 15 digits", "ISO 8601"],
    ["7", "a whole number among dates", "one kind of time"],
  ])("%s is refused with its line", async (stamp, problem, hint) => {
    const failure = await failureOf(readText(`ds,y\n2024-01-01,1\n${stamp},2\n`));
    expect(failure).toContain(`data: data.csv line 3: ds is "${stamp}", ${problem}; try: `);
    expect(failure).toContain(hint);
  });

  test("whole numbers may have a fraction of nothing, where no other column increases", async () => {
    const { columns, series, timeStyle } = await readText("at,sold\n1704067200.0,5\n1704153600.0,3\n");
    expect([columns.time, timeStyle.kind]).toEqual(["at", "integer"]);
    expect([...series[0]!.stamps]).toEqual([1704067200, 1704153600]);
    const other = await readText("step,sold\n1,5.0\n2,7.0\n");
    expect([other.columns.time, other.columns.targets]).toEqual(["step", ["sold"]]);
  });

  test("with an order, dates of it and of ISO 8601 are read, and others refused", async () => {
    const text = "tag;wert\n29.1.2024;1\n30.01.2024;2\n2024-01-31;3\n";
    const { series, timeStyle } = await readText(text, { dateOrder: "dmy" });
    expect(Array.from(series[0]!.stamps)).toEqual([29, 30, 31].map((day) => Date.UTC(2024, 0, day)));
    expect(timeStyle).toEqual({ kind: "date" });
    expect(await failureOf(readText(text, { time: "tag", dateOrder: "mdy" }))).toContain(
      'data.csv line 2: tag is "29.1.2024", not ISO 8601; try: --date-order dmy',
    );
    expect(await failureOf(readText("1.2.2024;1\n2.2.2024;2\n", { dateOrder: "dmy" }))).toContain(
      "the header looks like data",
    );
  });

  test("a column for each time is refused with the query that turns it, and one for each of other numbers is not", async () => {
    const months = ["2024-01", "2024-02", "2024-03"];
    expect(await failureOf(readText(`shop,${months}\nnorth,1,2,3\nsouth,4,5,6\n`))).toBe(
      "data: data.csv: a column for each time (2024-01, 2024-02, 2024-03), where a row for each is read; " +
        `try: --sql "unpivot (from read_csv('data.csv', header = true)) on * exclude (shop) into name time value y" --id shop`,
    );
    expect(await failureOf(readText("Country Name,Code,1990,1991,1992\nA,B,1,2,3\n"))).toContain(
      `exclude (\\"Country Name\\", Code) into name time value y" --id 'Country Name,Code'`,
    );
    expect(await failureOf(readText("Jan 2024,Feb 2024,Mar 2024,Apr 2024\n1,2,3,4\n"))).toContain("on * into name");
    const { columns } = await readText("date,2001,2002,2003\n2024-01-01,1,2,3\n2024-01-02,4,5,6\n", { wide: true });
    expect(columns.targets).toEqual(["2001", "2002", "2003"]);
  });

  test("a column of dates that are not in ISO 8601 is not passed over for one of numbers", async () => {
    expect(await failureOf(readText("tag,wert\n1/2/2024,1\n13/2/2024,2\n"))).toBe(
      'data: data.csv: tag holds dates that are not in ISO 8601, such as "1/2/2024"; try: --date-order dmy',
    );
    const { columns } = await readText("tag,wert\n20240130,1\n20240131,2\n", { dateOrder: "ymd" });
    expect(columns.time).toBe("tag");
  });

  test("a missing stamp, a date among integers and dates without dashes are refused", async () => {
    expect(await failureOf(readText("ds,y\n2024-01-01,1\n,2\n"))).toContain("data.csv line 3: ds is missing");
    expect(await failureOf(readText("ds,y\n1,1\n2024-01-02,2\n"))).toContain(
      '"2024-01-02", a date among whole numbers',
    );
    expect(await failureOf(readText("ds,y\n20240131,1\n20240201,2\n"))).toContain(
      'data.csv line 2: ds is "20240131", a date without dashes',
    );
    expect(await failureOf(readText("ds,y\n31012024,1\n1022024,2\n"))).toContain("try: --date-order dmy, or");
    expect((await readText("ds,y\n20240131,1\n20240199,2\n")).timeStyle).toEqual({ kind: "integer" });
  });
});

describe("a cut of the data", () => {
  const text = `id,ds,y\n${["a", "b"].flatMap((id) => [1, 2, 3].map((k) => `${id},2024-01-0${k}T12:00,${k}`)).join("\n")}\n`;

  test("both ends are kept, and a day is kept whole", async () => {
    const { series } = await readText(text, { since: "2024-01-02", until: "2024-01-02" });
    expect(series.map(({ values }) => [...values])).toEqual([[2], [2]]);
    expect((await readText(text, { until: "2024-01" })).series[0]!.values).toHaveLength(3);
    expect((await readText("ds,y\n1,1\n2,2\n3,3\n", { since: "2", until: "3" })).series[0]!.values).toHaveLength(2);
  });

  test("only the series asked for are kept, and their rows are still located", async () => {
    const raw = await readText(text, { only: ["b"] });
    expect(raw.series.map(({ key }) => key)).toEqual([["b"]]);
    expect(raw.locate(raw.series[0]!, 1)).toBe("data.csv line 6");
    const wide = await readText("ds,north,south\n2024-01-01,1,2\n", { wide: true, only: ["south"] });
    expect(wide.series.map(({ key }) => key)).toEqual([["south"]]);
  });

  test.each<[string, Partial<ReadOptions>]>([
    ['usage: --only: there is no series "zebra"; try: one of: a, b', { only: ["a", "zebra"] }],
    ['usage: --since "7": the time column holds dates; try: --since 2024-01-31', { since: "7" }],
    ["usage: --until 2023-01-01 is before --since 2024-01-01", { since: "2024-01-01", until: "2023-01-01" }],
    ["data: data.csv: no row is left after --since 2025-01-01", { since: "2025-01-01" }],
  ])("%s", async (message, options) => {
    expect(await failureOf(readText(text, options))).toContain(message);
  });
});

describe("bad input is one line with file, line and value", () => {
  test.each<[string, string | Buffer, Partial<ReadOptions>, string]>([
    ["an empty file", "", {}, "data: data.csv is empty; try: a header and rows of data"],
    ["nothing but blank lines", "\n \n\n", {}, "data: data.csv is empty"],
    ["a header alone", "ds,y\n", {}, "data: data.csv: a header and no rows; try: rows of data below the header"],
    [
      "a target without a value",
      "ds,y\n2024-01-01,\n2024-01-02,NaN\n",
      {},
      "data: data.csv: every value of y is missing",
    ],
    [
      "an infinite value",
      "ds,y\n1,1\n2,inf\n",
      {},
      'data: data.csv line 3: y is "inf", infinite; try: leave the cell empty',
    ],
    ["a value beyond the largest number", "ds,y\n1,1\n2,1e999\n", {}, 'data.csv line 3: y is "1e999", infinite'],
    ["an integer beyond 2^53", "ds,y\n1,9007199254740993\n", {}, 'line 2: y is "9007199254740993", beyond 2^53'],
    [
      "a text target",
      "ds,y\n1,1\n2,lots\n",
      {},
      'data: data.csv line 3: y is "lots", not a number; try: --target with a numeric column',
    ],
    [
      "a decimal comma",
      'ds,sales\n1,"1,5"\n',
      {},
      'data: data.csv line 2: sales is "1,5", not a number; try: --decimal ,',
    ],
    [
      "no numeric column",
      "ds,a,b\n1,x,y\n",
      {},
      "data: data.csv: no column holds numbers only: a, b; try: --target COL",
    ],
    [
      "decimal commas in several columns",
      'ds,a,b\n1,"1,5","2,5"\n',
      {},
      "no column holds numbers only: a, b; try: --decimal ,",
    ],
    [
      "numbers that are not read as such beside one that is",
      'ds,sales,stores\n1,"1,5",2\n2,"2,5",3\n',
      {},
      'data: data.csv: sales holds "1,5", which is not read as a number; try: --decimal ,; or --target with',
    ],
    [
      "a series of them",
      "ds,a,b\n1,$1,2\n2,3,3\n",
      { wide: true },
      'data: data.csv: a holds "$1", which is not read as a number; try: numbers without $; or leave',
    ],
    [
      "a currency and groups of digits",
      'ds,y\n1,"€1.200,50"\n',
      {},
      "numbers without €, and --decimal , --thousands .",
    ],
    ["a per cent", "ds,y\n1,12 %\n", {}, 'y is "12 %", not a number; try: numbers without %'],
    ["a day without marks that there is not", "ds,y\n31012024,1\n31022024,2\n", { dateOrder: "dmy" }, "does not exist"],
    ["no time column", "a,b\nx,1\nx,1\n", {}, "data: data.csv: no column looks like time: a, b; try: --time COL"],
    ["no target column", "ds\n2024-01-01\n", {}, "there is no column beside time and ids: ds"],
    ["a short row", "ds,y\n1,1\n2\n", {}, "data: data.csv line 3: 1 cell (2) where the first row has 2 (ds, y)"],
    [
      "a long row",
      "ds,y\n1,1\n2,3,4\n",
      {},
      "data: data.csv line 3: 3 cells (2, 3, 4) where the first row has 2 (ds, y)",
    ],
    ["a column named twice", "ds,y,y\n1,1,1\n", {}, 'data: data.csv line 1: two columns are called "y"'],
    ["an unclosed quote", 'ds,y\n1,1\n\n2,"3\n3,4\n', {}, "data: data.csv line 4: a quote is opened and never closed"],
    [
      "an unclosed quote before others",
      'ds,y\n1,"1\n2,2\n3,"3"\n',
      {},
      "data.csv line 2: the quote opened here is closed in the middle of a field, in line 4",
    ],
    ["a quote in a field", 'ds,y\n1,5"\n', {}, "data: data.csv line 2: a quote in the middle of a field"],
    [
      "binary content",
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 10, 1, 0, 0, 0, 5, 0]),
      {},
      "data: data.csv line 2: a NUL byte, so this is no text file",
    ],
    [
      "binary content that is no UTF-8 either",
      Buffer.from([0x89, 0xff, 10, 0xfe, 0]),
      {},
      "data.csv line 2: a NUL byte",
    ],
    [
      "JSON without a word",
      '{"ds":1,"y":2}\n',
      {},
      "data.csv line 1: JSON where the names of columns are expected; try: --input-format ndjson",
    ],
    [
      "UTF-16 unannounced",
      Buffer.from("\ufeffds,y\n1,1\n", "utf16le"),
      {},
      "data: data.csv is UTF-16 text; try: --encoding utf-16le",
    ],
    [
      "UTF-16 without a mark",
      Buffer.from("ds,y\n1,1\n", "utf16le").swap16(),
      {},
      "data: data.csv is UTF-16 text; try: --encoding utf-16be",
    ],
    [
      "Latin-1 as UTF-8",
      Buffer.from("ds,y,id\n1,1,a\n2,1,café\n", "latin1"),
      {},
      'data: data.csv line 3: not utf-8 text: "2,1,café"; try: --encoding latin1',
    ],
    ["an unknown encoding", "ds,y\n1,1\n", { encoding: "klingon" }, 'usage: there is no encoding "klingon"'],
    [
      "a zone for whole numbers",
      "t,y\n1,1\n2,2\n",
      { tz: "Europe/Berlin" },
      "usage: integer time has no calendar, so --tz Europe/Berlin means nothing",
    ],
    ["an unknown zone", "ds,y\n2024-01-01,1\n", { tz: "Mars/Olympus" }, 'usage: there is no time zone "Mars/Olympus"'],
    ["a long delimiter", "ds,y\n1,1\n", { delimiter: "::" }, 'usage: --delimiter "::" is not one character'],
    [
      "NDJSON that is none",
      "ds,y\n1,1\n",
      { inputFormat: "ndjson" },
      'data: data.csv line 1: "ds,y" is no JSON object',
    ],
    [
      "an infinite number in NDJSON",
      '{"ds":1,"y":1e999}\n',
      { inputFormat: "ndjson" },
      'data.csv line 1: y is "Infinity", infinite',
    ],
  ])("%s", async (_, text, options, message) => {
    const failure = await failureOf(readText(text, options));
    expect(failure).toContain(message);
    expect(failure).not.toContain("\n");
  });

  test("one row is data", async () => {
    expect((await readText("ds,y\n2024-01-01,1")).series[0]!.values).toHaveLength(1);
  });

  test("a million columns are refused before they are parsed", async () => {
    const names = Array.from({ length: 1_000_000 }, (_, i) => `c${i}`).join(",");
    expect(await failureOf(readText(`${names}\n`))).toMatch(/^data: data.csv line 1: more than 20000 columns/);
    const object = `{${Array.from({ length: 30_000 }, (_, i) => `"c${i}":1`).join(",")}}`;
    expect(await failureOf(readText(object, { inputFormat: "ndjson" }))).toContain("more than 20000 columns");
  });

  test("a quote that swallows megabytes is found before memory is", async () => {
    const rows = "2024-01-01,1\n".repeat(400_000);
    expect(await failureOf(readText(`ds,y\n"${rows}`))).toContain("data: data.csv line 2: a row of more than 4 MiB");
  });

  test("a file that is not there and a directory are named", async () => {
    const read = (path: string) => failureOf(readRaw([fileSource(path)], readOptions(), quiet));
    expect(await read("no/such.csv")).toBe(
      "data: no/such.csv: there is no such file; try: check the path, or - for stdin",
    );
    expect(await read(fixture(""))).toContain("is a directory; try: its files: ");
  });

  test("the bytes of a fixture are what the reader sees", async () => {
    const bytes = await readFile(fixture("air-passengers.csv"));
    expect(await contents(bytes)).toEqual(await contents(gzipSync(bytes)));
  });
});

// Data: CSV, NDJSON, lines of a pipe and of a stream, files of forecasts. Each input is read, put on a grid, forecast and written, and
// what is written is read again.
import { HindcastError } from "../../../src/base/errors.js";
import { besideSeasonalNaive, placeForecasts } from "../../../src/evaluate/forecast-file.js";
import { readForecasts } from "../../../src/evaluate/read-forecasts.js";
import { scoreTable } from "../../../src/evaluate/score-table.js";
import { baselines } from "../../../src/forecast/baselines.js";
import { forecastTable } from "../../../src/forecast/forecast-table.js";
import { quantileColumns } from "../../../src/forecast/quantile-columns.js";
import { formats } from "../../../src/report/formats/index.js";
import { auditFrame } from "../../../src/series/audit.js";
import { createRowReader } from "../../../src/series/follow-rows.js";
import type { Frame } from "../../../src/series/frame.js";
import { parseJsonLine, refuseRepeatedKeys } from "../../../src/series/json-line.js";
import { splitLines } from "../../../src/series/lines.js";
import { idOfLine, readLineSeries } from "../../../src/series/ndjson-series.js";
import type { ReadOptions } from "../../../src/series/options.js";
import { readRaw } from "../../../src/series/read.js";
import { readRecords } from "../../../src/series/read-records.js";
import { regularise } from "../../../src/series/regularise.js";
import { dailyFrame } from "../../evaluate/frames.js";
import { readOptions, textSource } from "../../support/sources.js";
import { quiet, splitChoice, type Target, utf8, utf8Text, withChoices } from "../target.js";

const horizon = 3;
const page = { width: 80, colour: false };
const columns = quantileColumns({ level: [80] });
/** Longer series are read, and not forecast: what takes long with them is no parsing. */
const forecastSteps = 10_000;

/** Of a model that is nothing but arithmetic: what comes out is a number inside its interval, or is left out. */
async function forecast(frame: Frame): Promise<void> {
  if (frame.series.reduce((sum, { values }) => sum + values.length, 0) > forecastSteps) return;
  const baseline = baselines.get("drift")({ seasons: [2] });
  const predictor = await baseline.fit(frame, horizon, quiet);
  const forecasts = await predictor.predict(
    frame,
    horizon,
    columns.map(({ level }) => level),
  );
  const [low, high] = forecasts.quantiles;
  for (const [i, point] of forecasts.point.entries())
    if (!Number.isNaN(point) && !(Number.isFinite(point) && low![i]! <= point && point <= high![i]!))
      throw new Error(`a forecast of ${point} in an interval from ${low![i]} to ${high![i]}`);
  const table = { ...forecastTable(frame, forecasts, horizon, columns) };
  const rows = [...table.rows];
  const text = [...formats.get("csv")({ ...table, rows }, page)].join("");
  if (rows.length === 0) return;
  const again = await readRecords(textSource(text, "next.csv"), readOptions());
  let count = 0;
  for await (const { cells } of again.records) {
    const shown = rows[count++]!.map((cell) => (cell === null ? "" : String(cell)));
    if (cells.join("\0") !== shown.join("\0")) throw new Error(`${shown} comes back as ${cells}`);
  }
  if (count !== rows.length) throw new Error(`${count} of ${rows.length} rows come back`);
}

async function readAll(input: Uint8Array, name: string, options: ReadOptions): Promise<void> {
  const raw = await readRaw([textSource(Buffer.from(input), name, 4096)], options, quiet.notify);
  // Nothing that the data hold makes an audit fail.
  auditFrame(raw, options);
  await forecast(regularise(raw, options, quiet.notify));
}

const readings: readonly Partial<ReadOptions>[] = [
  {},
  { wide: true, missing: "interpolate" },
  { decimal: ",", delimiter: ";", thousands: "." },
  { aggregate: "mean", freq: "w-mon", missing: "ffill" },
  { header: false, missing: "mean" },
  { tz: "America/New_York", freq: "h", aggregate: "sum" },
  { encoding: "utf-16le" },
  { encoding: "shift_jis", missing: "zero" },
  { since: "2024-01-03", until: "2024-02-01", aggregate: "last" },
  { dateOrder: "mdy", tz: "Europe/Berlin" },
];

const days = (count: number) =>
  Array.from({ length: count }, (_, t) => new Date(Date.UTC(2024, 0, 1 + t)).toISOString().slice(0, 10));

const csvSeeds = [
  `ds,y\n${days(12)
    .map((day, t) => `${day},${t % 5}`)
    .join("\n")}\n`,
  `unique_id;ds;y\n${days(6)
    .flatMap((day, t) => [`a;${day};1.234,${t}`, `"b;c";${day};-0,5`])
    .join("\r\n")}`,
  "time,value\n1,1\n2,NA\n4,3\n5,1e-30\n6,5\n",
  '"date time",a,b\n2024-01-01T00:00:00Z,1,2\n2024-01-01T01:00:00Z,"3",\n2024-01-01T02:00:00Z,5,"6\n"\n',
  "month\tn\n2023-11\t5\n2023-12\t6\n2024-01\t7\n2024-02\t8\n",
  "d,n\n1/29/2024 11:00 PM,5\n1/30/2024 12:00 AM,6\n1/30/2024 1:00 AM,7\n30 Jan 2024 02:00,8\n",
  "2024-03-30T23:00:00+01:00,1\n2024-03-31T00:00:00+01:00,2\n2024-03-31T03:00:00+02:00,3\n",
].map(utf8);
const utf16 = Buffer.from("\ufeffds,y\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n", "utf16le");

export const csv: Target = {
  name: "csv",
  form: "text",
  share: 2,
  seeds: () => [...withChoices(readings.length, csvSeeds), Buffer.concat([Buffer.of(6), utf16])],
  run(input) {
    const { choice, rest } = splitChoice(input, readings);
    return readAll(rest, "data.csv", readOptions(choice));
  },
};

const covariates: Partial<ReadOptions> = { targets: ["y"], past: ["p"], future: ["f"], static: ["s"] };

export const ndjson: Target = {
  name: "ndjson",
  form: "text",
  share: 4,
  seeds: () =>
    withChoices(
      2,
      [
        '{"ds":"2024-01-01","y":1}\n{"ds":"2024-01-02","y":null}\n{"ds":"2024-01-03","y":3.5}\n',
        '{"id":"a","ds":1,"y":1,"p":2,"f":"x","s":true}\n{"id":"a","ds":2,"y":2,"p":null,"f":"y","s":true}\n{"id":"a","ds":3,"p":1,"f":"x","s":true}\n',
      ].map(utf8),
    ),
  run(input) {
    const { choice, rest } = splitChoice(input, [{}, covariates]);
    return readAll(rest, "data.ndjson", readOptions(choice));
  },
};

const pipeLine =
  '{"id":"s1","start":"2024-01-01T00:00:00Z","freq":"h","target":[1,2,null,4],"past":{"p":[1,2,3,4]},"future":{"f":["x","y","x","y","x","y","x"]},"static":{"s":1}}';

/** `hindcast pipe` of a model that knows covariates, and of one that is fitted to each line. */
export const lines: Target = {
  name: "lines",
  form: "json",
  share: 4,
  seeds: () =>
    withChoices(
      2,
      [
        pipeLine,
        '{"start":"2024-01","freq":"ms","target":[1,2,3]}',
        '{"id":["a",1],"start":5,"freq":2,"target":[0,1e300,5]}',
        '{"id":7,"start":"2024-01-01","freq":"w-mon","target":[null,3]}\n{"start":"2024-01-01","freq":"b","target":[1]}',
      ].map(utf8),
    ),
  async run(input) {
    const known = [
      { name: "p", kind: "past", categories: null, place: null },
      { name: "f", kind: "future", categories: ["x", "y"], place: null },
      { name: "s", kind: "static", categories: null, place: null },
    ] as const;
    const { choice: given, rest } = splitChoice(input, [[], known]);
    const source = async function* () {
      yield Buffer.from(rest);
    };
    for await (const batch of splitLines(source(), 1 << 20))
      for (const { bytes } of batch)
        try {
          const object = parseJsonLine(bytes!);
          refuseRepeatedKeys(bytes!);
          const format = { zone: "UTC", covariates: given, horizon, missing: "mask" } as const;
          const { series, grid, timeStyle } = readLineSeries(object, format);
          const id = idOfLine(object);
          const key = [id ?? ""].flat().map(String);
          const ids = key.map((_, i) => `id${i}`);
          const names = { time: "start", ids, targets: ["target"], wide: false };
          const all = [{ ...series, key, target: "target" }];
          await forecast({ columns: names, grid, timeStyle, series: all, covariates: given });
        } catch (thrown) {
          // A line in error does not end the others.
          if (!(thrown instanceof HindcastError)) throw thrown;
        }
  },
};

/** `forecast --follow`: rows as they come. */
export const rows: Target = {
  name: "rows",
  form: "text",
  share: 3,
  seeds: () =>
    withChoices(
      2,
      [
        "id,ds,y\na,2024-01-01,1\nb,2024-01-01,\na,2024-01-02,3\n",
        '{"id":"a","ds":"2024-01-01","y":1}\n{"id":"b","ds":"2024-01-02","y":null}\n',
      ].map(utf8),
    ),
  async run(input) {
    const { choice: format, rest } = splitChoice(input, ["csv", "ndjson"] as const);
    const names = { time: "ds", ids: ["id"], targets: ["y"], wide: false };
    const reader = createRowReader(format, names, "iso", readOptions());
    const source = async function* () {
      yield Buffer.from(rest);
    };
    for await (const batch of splitLines(source(), 1 << 20))
      for (const line of batch)
        try {
          reader.read(line);
        } catch (thrown) {
          if (!(thrown instanceof HindcastError)) throw thrown;
          // Without its columns nothing can be read.
          if (thrown.code === "model") throw thrown;
        }
    reader.timeStyle();
  },
};

const twoWeeks = Float64Array.from({ length: 20 }, (_, t) => (t === 3 ? Number.NaN : t % 4));

/** Files of forecasts, of any tool, for `score`. */
export const forecasts: Target = {
  name: "forecasts",
  form: "text",
  share: 2,
  seeds: () =>
    [
      "shop,day,forecast,lo-80,hi-80\na,2024-01-15,1,0,2\na,2024-01-16,2,1,3\nb,2024-01-15,0,-1,1\n",
      "shop,day,cutoff,ets,ets-lo-95,ets-hi-95,y\na,2024-01-15,2024-01-14,1,0,2,5\nb,2024-01-16,2024-01-14,2,1,3,5\n",
      "shop\tday\tmodel\tq0.1\tyhat\na\t2024-01-15T00:00:00Z\tm\t0\t1\nb\t2024-01-15T00:00:00Z\tn\t\t1\n",
    ].map(utf8),
  async run(input) {
    const frame = dailyFrame(twoWeeks, twoWeeks);
    const source = textSource(Buffer.from(input), "next.csv", 4096);
    const read = await readForecasts(source, frame, undefined, readOptions());
    const placed = placeForecasts(frame, read.rows, quiet.notify, read.quantiles);
    if (placed.horizon > forecastSteps) return;
    const result = await besideSeasonalNaive(placed, 4, quiet);
    const table = scoreTable(result, { by: ["series", "fold", "step"] });
    for (const name of ["csv", "json"] as const) {
      const text = [...formats.get(name)(table, page)].join("");
      // Names come out as they went in.
      if (/[,:](?:NaN|-?Infinity)\b/.test(text) && !/NaN|Infinity/.test(utf8Text(input))) throw new Error(text);
    }
  },
};

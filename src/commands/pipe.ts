// `hindcast pipe`: lines of JSON in, a series each; lines of JSON out, a forecast or an error each, in the same order. It holds one batch
// of lines at a time, and reads no faster than its own output is read.
import { exitCodes, HindcastError } from "../base/errors.js";
import { listNames } from "../base/wording.js";
import { quantileColumns } from "../forecast/quantile-columns.js";
import { schemaVersion } from "../report/schema-version.js";
import { parseJsonLine, refuseRepeatedKeys } from "../series/json-line.js";
import { gatherLines, type Line, splitLines } from "../series/lines.js";
import { idOfLine, type LineId, readLineSeries } from "../series/ndjson-series.js";
import { formatStamp } from "../series/stamp.js";
import type { PipeArgs } from "./args.js";
import type { Io } from "./io.js";
import { type LineForecast, type NamedLine, openLocalModel, openSavedModel, type PipeModel } from "./pipe-models.js";

/** The longest line: a series of millions of values. */
const lineByteLimit = 64 * 2 ** 20;
/** Bytes of lines that are held together. */
const batchBytes = 4 * 2 ** 20;

export async function run(args: PipeArgs, io: Io): Promise<number | undefined> {
  const levels = levelsOf(args);
  const model =
    args.from === undefined
      ? openLocalModel(args, args.lineModel!, args.horizon!, levels, io)
      : await openSavedModel(args, args.from, levels, io);
  const output = await io.openOutput(args);
  const told = { unknown: false, ignored: false };
  const limits = { lineCount: model.lineCount, byteCount: batchBytes };
  let lineCount = 0;
  let errorCount = 0;
  for await (const lines of gatherLines(splitLines(io.stdin, lineByteLimit), limits)) {
    io.signal.throwIfAborted();
    const answers = await answer(lines, model, (line) => tell(line, told, io));
    lineCount += answers.length;
    errorCount += answers.filter(({ isError }) => isError).length;
    // A reader that went away has all it wanted.
    if (!(await output.push(answers.map(({ text }) => text).join("")))) return undefined;
  }
  io.signal.throwIfAborted();
  await output.end();
  if (errorCount === 0) return undefined;
  if (errorCount === lineCount)
    throw new HindcastError(
      "data",
      `no series could be forecast: ${lineCount === 1 ? "the line is" : `all ${lineCount} lines are`} in error`,
      "the messages of the error lines say what is wrong",
    );
  io.notify({ level: "warning", text: `${errorCount} of ${lineCount} lines are in error; the others are forecast` });
  return exitCodes.partial;
}

/** Of the quantiles asked for, ascending. */
function levelsOf(args: PipeArgs): number[] {
  return [...new Set(quantileColumns(args).map(({ level }) => level))].sort((a, b) => a - b);
}

interface Answer {
  readonly text: string;
  readonly isError: boolean;
}

/** @returns [lines] */
async function answer(lines: readonly Line[], model: PipeModel, look: (line: NamedLine) => void): Promise<Answer[]> {
  const read = lines.map((line) => readLine(line, model));
  const good = read.filter((one): one is NamedLine => !(one instanceof LineError));
  for (const line of good) look(line);
  const forecasts = (good.length > 0 ? await model.forecast(good) : [])[Symbol.iterator]();
  return read.map((one, i) => {
    if (one instanceof LineError) return errorAnswer(lines[i]!.number, one.id, one.error);
    const forecast = forecasts.next().value!;
    return forecast instanceof HindcastError
      ? errorAnswer(lines[i]!.number, one.id, forecast)
      : { text: forecastText(one, forecast, model.levels), isError: false };
  });
}

class LineError {
  constructor(
    readonly id: LineId,
    readonly error: HindcastError,
  ) {}
}

function readLine({ bytes }: Line, { format }: PipeModel): NamedLine | LineError {
  let id: LineId = null;
  try {
    if (bytes === null)
      throw new HindcastError("data", `longer than ${lineByteLimit / 2 ** 20} MiB`, "fewer values of the target");
    const object = parseJsonLine(bytes);
    id = idOfLine(object);
    refuseRepeatedKeys(bytes);
    return { ...readLineSeries(object, format), id };
  } catch (thrown) {
    if (thrown instanceof HindcastError) return new LineError(id, thrown);
    throw thrown;
  }
}

function errorAnswer(line: number, id: LineId, { code, message, hint }: HindcastError): Answer {
  const record = { schema_version: schemaVersion, type: "error", id, code, line, message, hint };
  return { text: `${JSON.stringify(record)}\n`, isError: true };
}

/** The time is written as it came: a number stays a number. */
function forecastText(line: NamedLine, forecast: LineForecast, levels: readonly number[]): string {
  const { grid, timeStyle, hasNumericTime, id } = line;
  const start = hasNumericTime ? forecast.start : formatStamp(timeStyle, grid.zone, forecast.start);
  const head = { schema_version: schemaVersion, type: "forecast", id, start };
  const quantiles = forecast.quantiles.map((values, i) => `"${levels[i]}":[${values.join(",")}]`);
  return `${JSON.stringify(head).slice(0, -1)},"forecast":[${forecast.point.join(",")}],"quantiles":{${quantiles.join(",")}}}\n`;
}

/** Says once what is left out of lines that are forecast all the same. */
function tell({ unknown, ignored }: NamedLine, told: { unknown: boolean; ignored: boolean }, io: Io): void {
  if (unknown.length > 0 && !told.unknown) {
    told.unknown = true;
    io.notify({ level: "note", text: `not seen in training, so taken for none that was: ${listNames(unknown)}, …` });
  }
  if (ignored.length > 0 && !told.ignored) {
    told.ignored = true;
    io.notify({ level: "note", text: `the model does not look at ${listNames(ignored)}` });
  }
}

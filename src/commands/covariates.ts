// What commands do about covariates beyond reading their columns. In: frames and flags. Out: frames that know what is ahead, and what
// is to be said of it.
import { HindcastError } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { listNames } from "../base/wording.js";
import { cells } from "../engine/kernels/cells.js";
import type { Frame } from "../series/frame.js";
import { requireFuture } from "../series/future.js";
import { fileSource, stdinSource } from "../series/source.js";
import type { ForecastArgs } from "./args.js";
import type { Io } from "./io.js";

/** Whether a model called so may look at covariates. */
export function mayUseCovariates(model: string): boolean {
  return ["auto", "pretrained", "linear", ...cells].includes(model);
}

/** @param used what is looked at after all */
export function noteIgnored(
  { covariates = [] }: Frame,
  answerer: string,
  notify: Notify,
  used: ReadonlySet<string> = new Set(),
): void {
  const ignored = covariates.map(({ name }) => name).filter((name) => !used.has(name));
  if (ignored.length > 0) notify({ level: "note", text: `${answerer} does not look at ${listNames(ignored)}` });
}

/**
 * Adds what is known of the horizon: the rows of `--future-data`, and holidays.
 * @returns undefined when all that was asked for is the template, which is written
 * @throws HindcastError "data" when `isNeeded` and a step is missing
 */
export async function completeFuture(
  frame: Frame,
  args: Pick<ForecastArgs, "csvSafe" | "futureData" | "futureTemplate" | "reading">,
  horizon: number,
  isNeeded: boolean,
  io: Io,
): Promise<Frame | undefined> {
  let known = frame;
  if (args.futureData !== undefined) {
    const { addFutureData } = await import("../series/future-data.js");
    const source = args.futureData === "-" ? stdinSource(io.stdin) : fileSource(args.futureData, io.signal);
    known = await addFutureData(known, source, args.reading, io.notify);
  }
  if (known.covariates?.some(({ place }) => place !== null)) {
    const { addHolidays } = await import("../features/holidays.js");
    known = await addHolidays(known, [], horizon);
  }
  if (args.futureTemplate !== undefined) {
    if (!known.covariates?.some(({ kind, place }) => kind === "future" && place === null))
      throw new HindcastError(
        "usage",
        "--future-template: no column is known ahead, so there is nothing to fill in",
        "name those that are: --future price,promo",
      );
    const { futureTable } = await import("../series/future.js");
    await io.writeTable(futureTable(known, horizon), { output: args.futureTemplate, csvSafe: args.csvSafe }, "csv");
    return undefined;
  }
  if (isNeeded) requireFuture(known, horizon);
  return known;
}

// What a forecast needs of the time to come. In: a frame whose covariates are known ahead, and a horizon. Out: the steps at which one
// is missing, as an error that names them or as a table to fill in.
import { HindcastError } from "../base/errors.js";
import type { Cell, Table } from "../base/table.js";
import { isGivenAhead } from "./covariates.js";
import { type Frame, type Series, seriesName } from "./frame.js";
import { stamper } from "./grid.js";
import { formatStamp } from "./stamp.js";

/** Series and stamps that a message lists. */
const listedSeries = 3;
const listedStamps = 3;

/** @throws HindcastError "data" when a covariate that is known ahead lacks a step of the horizon */
export function requireFuture(frame: Frame, horizon: number): void {
  const lacking = eachKey(frame).flatMap((series) => {
    const steps = missingSteps(frame, series, horizon);
    return steps.length === 0 ? [] : [{ series, steps }];
  });
  if (lacking.length === 0) return;
  const names = new Set(lacking.flatMap(({ steps }) => steps.flatMap((step) => step.columns)));
  const listed = lacking.slice(0, listedSeries).map(({ series, steps }) => {
    const stamps = steps.slice(0, listedStamps).map(({ stamp }) => stamp);
    const more = steps.length > listedStamps ? ` and ${steps.length - listedStamps} more` : "";
    return `${seriesName(frame, series)}: ${stamps.join(", ")}${more}`;
  });
  const more = lacking.length > listedSeries ? `; and ${lacking.length - listedSeries} more series` : "";
  throw new HindcastError(
    "data",
    `no value of ${[...names].join(", ")} ahead for ${listed.join("; ")}${more}`,
    "the same command with --future-template next.csv writes these rows; fill them in and give --future-data next.csv",
  );
}

/** A row for each key and step of the horizon: ids, time, and what is known ahead, empty where it is not yet. */
export function futureTable(frame: Frame, horizon: number): Table {
  const { ids, time } = frame.columns;
  const given = (frame.covariates ?? []).flatMap((covariate, c) => (isGivenAhead(covariate) ? [{ covariate, c }] : []));
  return {
    type: "future",
    columns: [...ids, time, ...given.map(({ covariate }) => covariate.name)],
    rows: eachKey(frame).flatMap((series) => {
      const stampOf = stampTexts(frame, series);
      return Array.from({ length: horizon }, (_, k): Cell[] => {
        const step = series.values.length + k;
        const cells = given.map(({ covariate, c }): Cell => {
          const value = series.covariates![c]![step] ?? Number.NaN;
          return Number.isNaN(value) ? null : (covariate.categories?.[value] ?? value);
        });
        return [...series.key, stampOf(step), ...cells];
      });
    }),
  };
}

interface MissingStep {
  readonly stamp: string;
  readonly columns: readonly string[];
}

function missingSteps(frame: Frame, series: Series, horizon: number): MissingStep[] {
  const stampOf = stampTexts(frame, series);
  return Array.from({ length: horizon }, (_, k) => series.values.length + k).flatMap((step) => {
    const columns = (frame.covariates ?? []).flatMap((covariate, c) =>
      isGivenAhead(covariate) && Number.isNaN(series.covariates![c]![step] ?? Number.NaN) ? [covariate.name] : [],
    );
    return columns.length === 0 ? [] : [{ stamp: stampOf(step), columns }];
  });
}

function stampTexts(frame: Frame, series: Series): (step: number) => string {
  const at = stamper(frame.grid, series.start);
  return (step) => formatStamp(frame.timeStyle, frame.grid.zone, at(step));
}

/** The targets of a key share what is known beside them. */
function eachKey(frame: Frame): Series[] {
  const seen = new Set<string>();
  return frame.series.filter(({ key }) => {
    const name = JSON.stringify(key);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

// An audit as tables. In: what `auditFrame` found. Out: the data as a whole, what each policy would do, and the series one by one:
// as columns for scripts, and for people as spans and sentences that fit a screen.
import type { Cell, Table } from "../base/table.js";
import { sparkline } from "../report/sparkline.js";
import type { Audit, SeriesAudit } from "../series/audit.js";
import { describeFrequency, parseFrequency } from "../series/frequency.js";
import { missingPolicies } from "../series/options.js";

export interface AuditTables {
  /** Properties of the data as a whole. */
  readonly overview: Table;
  /** A row a series, with all there is to say of it. */
  readonly series: Table;
  /** A row a series, with what it spans. */
  readonly spans: Table;
  /** A row a series, with how it goes in a line, where the screen shows it; of the first series only. */
  readonly outlines: Table;
  /** A row a finding: a series that is as it should be has none. */
  readonly findings: Table;
  /** What each choice of a flag would do to these data. */
  readonly policies: Table;
}

export function describeAudit(audit: Audit): AuditTables {
  return {
    overview: describeWhole(audit),
    series: describeSeries(audit),
    spans: describeSpans(audit),
    outlines: describeOutlines(audit),
    findings: describeFindings(audit),
    policies: describePolicies(audit),
  };
}

type CountName = {
  [K in keyof SeriesAudit]: SeriesAudit[K] extends number ? K : never;
}[keyof SeriesAudit];

function total(audit: Audit, name: CountName): number {
  return audit.series.reduce((sum, series) => sum + series[name], 0);
}

function describeWhole(audit: Audit): Table {
  const { series, seasons } = audit;
  const rows: Cell[][] = [
    ["series", series.length],
    ["rows", total(audit, "rowCount")],
    ["frequency", audit.frequency ?? `unknown; steps seen: ${audit.unknownFrequency?.seen}`],
    ["a step every", audit.frequency && describeFrequency(parseFrequency(audit.frequency))],
    ["zone", audit.zone],
    ["first", audit.first],
    ["last", audit.last],
    ["seasons", seasons.length > 0 ? seasons.join(", ") : "none found"],
    ["season strength", audit.seasonStrengths.map((strength) => strength.toFixed(2)).join(", ") || null],
    ["gaps", total(audit, "gapCount")],
    ["steps in gaps", total(audit, "missingStepCount")],
    ["longest gap", longestGap(audit)],
    ["empty cells", total(audit, "emptyCellCount")],
    ["repeated stamps", total(audit, "repeatCount")],
    ["rows out of order", total(audit, "outOfOrderCount")],
    ["rows off the grid", offGrid(audit)],
    ["negative values", total(audit, "negativeCount")],
    ["zeros", total(audit, "zeroCount")],
    ["outliers", outliers(audit)],
    ["constant series", series.filter((one) => one.isConstant).length],
    ["values a series needs", audit.leastObservedCount],
    ["series too short", series.filter((one) => one.isTooShort).length],
  ];
  return { type: "audit", columns: ["property", "value"], rows };
}

/** " (A)", where there are others. */
function nameAmong({ series }: Audit, { name }: SeriesAudit): string {
  return series.length > 1 ? ` (${name})` : "";
}

function longestGap(audit: Audit): Cell {
  let longest: SeriesAudit | undefined;
  for (const one of audit.series) if ((one.longestGap?.steps ?? 0) > (longest?.longestGap?.steps ?? 0)) longest = one;
  const gap = longest?.longestGap;
  return longest && gap ? `${countOf(gap.steps, "step")} after ${gap.after}${nameAmong(audit, longest)}` : null;
}

function offGrid(audit: Audit): Cell {
  const count = total(audit, "offGridCount");
  const first = audit.series.find((one) => one.firstOffGrid !== null)?.firstOffGrid;
  return first ? `${count}, the first ${first.stamp} at ${first.place}` : count;
}

function outliers(audit: Audit): Cell {
  const count = total(audit, "outlierCount");
  const one = audit.series.find((series) => series.extremeOutlier !== null);
  return one?.extremeOutlier
    ? `${count}, such as ${one.extremeOutlier.value} at ${one.extremeOutlier.stamp}${nameAmong(audit, one)}`
    : count;
}

function describeSeries(audit: Audit): Table {
  return {
    type: "series_audit",
    columns: [
      "series",
      "rows",
      "first",
      "last",
      "steps",
      "gaps",
      "steps_in_gaps",
      "longest_gap",
      "repeated",
      "out_of_order",
      "off_grid",
      "empty",
      "min",
      "mean",
      "max",
      "negative",
      "zeros",
      "outliers",
      "constant",
      "too_short",
    ],
    rows: audit.series.map((one) => [
      one.name,
      one.rowCount,
      one.first,
      one.last,
      one.stepCount,
      one.gapCount,
      one.missingStepCount,
      one.longestGap?.steps ?? 0,
      one.repeatCount,
      one.outOfOrderCount,
      one.offGridCount,
      one.emptyCellCount,
      one.min,
      one.mean,
      one.max,
      one.negativeCount,
      one.zeroCount,
      one.outlierCount,
      one.isConstant,
      one.isTooShort,
    ]),
  };
}

function describeSpans(audit: Audit): Table {
  return {
    type: "series_span",
    columns: ["series", "rows", "first", "last", "min", "mean", "max"],
    rows: audit.series.map(({ name, rowCount, first, last, min, mean, max }) => [
      name,
      rowCount,
      first,
      last,
      min,
      mean,
      max,
    ]),
  };
}

/** Of a large panel, more would push the rest off the screen. */
const mostOutlines = 20;

function describeOutlines(audit: Audit): Table {
  return {
    type: "series_outline",
    columns: ["series", "outline"],
    rows: audit.series.slice(0, mostOutlines).map(({ name, outline }) => [name, sparkline(outline)]),
  };
}

function describeFindings(audit: Audit): Table {
  return {
    type: "series_finding",
    columns: ["series", "finding"],
    rows: audit.series.flatMap((one) =>
      findingsOf(one, audit.leastObservedCount).map((finding) => [one.name, finding]),
    ),
  };
}

function findingsOf(one: SeriesAudit, leastObservedCount: number): string[] {
  const { longestGap: gap, firstOffGrid, extremeOutlier } = one;
  const observed = one.rowCount - one.emptyCellCount;
  const found = (count: number, name: string, more = "") => (count > 0 ? [`${countOf(count, name)}${more}`] : []);
  return [
    ...(gap
      ? [
          `${countOf(one.missingStepCount, "step")} in ${countOf(one.gapCount, "gap")}, the longest ${gap.steps} after ${gap.after}`,
        ]
      : []),
    ...found(one.repeatCount, "repeated stamp"),
    ...found(one.outOfOrderCount, "row", " out of order"),
    ...found(
      one.offGridCount,
      "row",
      firstOffGrid ? ` off the grid, the first ${firstOffGrid.stamp} at ${firstOffGrid.place}` : "",
    ),
    ...found(one.emptyCellCount, "empty cell"),
    ...found(
      one.outlierCount,
      "outlier",
      extremeOutlier ? `, such as ${extremeOutlier.value} at ${extremeOutlier.stamp}` : "",
    ),
    ...(one.isConstant ? ["constant"] : []),
    ...(one.isTooShort ? [`too short: ${countOf(observed, "value")}, ${leastObservedCount} needed`] : []),
  ];
}

function describePolicies(audit: Audit): Table {
  const { options } = audit;
  const rows: Cell[][] = [...missingEffects(audit), ...aggregateEffects(audit)];
  if (audit.unknownFrequency !== null)
    rows.push(["no --freq", `refused; try ${audit.unknownFrequency.suggestion}`, options.freq === undefined]);
  return { type: "policy", columns: ["choice", "effect", "chosen"], rows };
}

function missingEffects(audit: Audit): Cell[][] {
  const count = total(audit, "unobservedCount");
  if (count === 0) return [[`--missing ${audit.options.missing}`, "nothing to do", true]];
  const steps = countOf(count, "step");
  const effects = {
    mask: `${steps} left out of losses and scores`,
    interpolate: `${steps} filled on a line between their neighbours`,
    ffill: `${steps} filled with the value before`,
    zero: `${steps} filled with 0`,
    mean: `${steps} filled with the mean of their series`,
    error: `refused: ${steps} without a value`,
  };
  return missingPolicies.map((policy) => [`--missing ${policy}`, effects[policy], policy === audit.options.missing]);
}

function aggregateEffects(audit: Audit): Cell[][] {
  const { freq, aggregate } = audit.options;
  const repeatCount = total(audit, "repeatCount");
  const offGridCount = total(audit, "offGridCount");
  const problems = [
    ...(repeatCount > 0 ? [countOf(repeatCount, "repeated stamp")] : []),
    ...(offGridCount > 0 ? [`${countOf(offGridCount, "row")} off the grid`] : []),
  ];
  const isFine = problems.length === 0;
  const without: Cell[] = [
    "no --aggregate",
    isFine ? "nothing to do" : `refused: ${problems.join(", ")}`,
    aggregate === undefined,
  ];
  if (isFine && aggregate === undefined) return [without];
  const flag = `--aggregate ${aggregate ?? "mean"}`;
  const combined = `${countOf(repeatCount, "row")} combined with others of the same step`;
  if (offGridCount === 0) return [without, [flag, combined, aggregate !== undefined]];
  const resampled = `every row combined into the step it falls in, ${countOf(offGridCount, "row")} off the grid among them`;
  return [without, [`--freq ${freq ?? audit.frequency} ${flag}`, resampled, false]];
}

function countOf(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

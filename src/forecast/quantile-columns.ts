// Quantiles as columns. In: the intervals or quantiles asked for, or the names of columns. Out: a level for each column:
// `lo-80` and `hi-80` are the ends of the 80 % interval, `q0.1` is the quantile 0.1.

export interface QuantileColumn {
  readonly name: string;
  /** In (0, 1). */
  readonly level: number;
}

export interface AskedQuantiles {
  /** Coverage of intervals, in percent. */
  readonly level?: "none" | readonly number[] | undefined;
  readonly quantiles?: readonly number[] | undefined;
}

const defaultLevel = [80];

/** In the order they were asked for, each once; the 80 % interval when nothing was asked for. */
export function quantileColumns({ level, quantiles }: AskedQuantiles): QuantileColumn[] {
  const intervals = level === "none" ? [] : (level ?? (quantiles === undefined ? defaultLevel : []));
  const columns = [
    ...intervals.flatMap((percent) => [
      { name: `lo-${percent}`, level: endLevel(-percent) },
      { name: `hi-${percent}`, level: endLevel(percent) },
    ]),
    ...(quantiles ?? []).map((quantile) => ({ name: `q${quantile}`, level: quantile })),
  ];
  return columns.filter(({ name }, i) => columns.findIndex((other) => other.name === name) === i);
}

/** Rounded, as 99.9 % are not a binary fraction and the ends of an interval are to be each other's mirror. */
function endLevel(percent: number): number {
  return Number(((100 + percent) / 200).toFixed(12));
}

const endName = /^(lo|hi)-(\d+(?:\.\d+)?)$/;
const quantileName = /^q(0?\.\d+)$/;

/** @returns what a column called `name` holds; undefined when it is no quantile */
export function readQuantileName(name: string): QuantileColumn | undefined {
  const [, end, percent] = endName.exec(name) ?? [];
  const [, quantile] = quantileName.exec(name) ?? [];
  const level = quantile !== undefined ? Number(quantile) : endLevel(end === "lo" ? -Number(percent) : Number(percent));
  return level > 0 && level < 1 ? { name, level } : undefined;
}

export interface Interval {
  /** Share it is to hold, in percent. */
  readonly percent: number;
  /** Indices into the columns. */
  readonly low: number;
  readonly high: number;
}

/** The central intervals that columns span, in the order of their lower ends. */
export function intervalsOf(columns: readonly QuantileColumn[]): Interval[] {
  return columns.flatMap(({ level }, low) => {
    const high = columns.findIndex((other) => Math.abs(other.level + level - 1) < 1e-9);
    if (level >= 0.5 || high === -1) return [];
    const percent = Number((100 - 200 * level).toFixed(6));
    return columns.findIndex((other) => other.level === level) === low ? [{ percent, low, high }] : [];
  });
}

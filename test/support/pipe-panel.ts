// A small panel as rows and as lines of JSON, and the command that trains a network on some of it.

export interface PanelSeries {
  readonly id: string;
  readonly start: string;
  readonly target: readonly (number | null)[];
}

/** Daily series of different lengths, the last one shorter than the network's window, some with gaps. */
export const panel: readonly PanelSeries[] = Array.from({ length: 8 }, (_, s) => ({
  id: `s${s}`,
  start: `2024-01-0${1 + (s % 3)}`,
  target: Array.from({ length: s === 7 ? 9 : 60 + s }, (_, t) =>
    t % 17 === 3 && s % 2 === 1
      ? null
      : Number((10 + s + 4 * Math.sin(t / 1.114) + ((t * 7919 + s * 31) % 13) / 10).toFixed(2)),
  ),
}));

export function lineOf({ id, start, target }: PanelSeries): string {
  return JSON.stringify({ id, start, freq: "d", target });
}

/** A row for each step that has a value. */
export function rowsOf({ id, start, target }: PanelSeries): string[] {
  return target.flatMap((value, t) => {
    const stamp = new Date(Date.parse(start) + t * 86_400_000).toISOString().slice(0, 10);
    return value === null ? [] : [`${id},${stamp},${value}`];
  });
}

export const header = "unique_id,ds,y";

export function csvOf(series: readonly PanelSeries[]): string {
  return `${[header, ...series.flatMap(rowsOf)].join("\n")}\n`;
}

export const trainShell = "hindcast train some.csv -H 6 --model gru --window 14 --epochs 2 --seed 1 --out model -q";

// Small frames for tests of what stands on frames.
import { readFileSync } from "node:fs";
import type { Note } from "../../src/base/notes.js";
import type { FitContext } from "../../src/forecast/predictor.js";
import type { Frame } from "../../src/series/frame.js";

/** Daily series called a, b, c, … that all start on 2024-01-01. */
export function dailyFrame(...values: readonly (readonly number[] | Float64Array)[]): Frame {
  return {
    columns: { time: "day", ids: ["shop"], targets: ["sales"], wide: false },
    grid: { frequency: { kind: "day", count: 1 }, zone: "UTC" },
    timeStyle: { kind: "date" },
    series: values.map((series, s) => ({
      key: [String.fromCharCode(97 + s)],
      target: "sales",
      start: Date.UTC(2024, 0, 1),
      values: Float64Array.from(series),
    })),
  };
}

/** The 144 months of fixtures/air-passengers.csv. */
export function airPassengers(): Frame {
  const lines = readFileSync("fixtures/air-passengers.csv", "utf8").trim().split("\n").slice(1);
  return {
    columns: { time: "month", ids: [], targets: ["passengers"], wide: false },
    grid: { frequency: { kind: "month", count: 1, anchor: "day" }, zone: "UTC" },
    timeStyle: { kind: "month" },
    series: [
      {
        key: [],
        target: "passengers",
        start: Date.UTC(1949, 0, 1),
        values: Float64Array.from(lines, (line) => Number(line.split(",")[1])),
      },
    ],
  };
}

/** A context that keeps what it is told. */
export function listeningContext(
  signal = new AbortController().signal,
): FitContext & { notes: Note[]; stages: string[] } {
  const notes: Note[] = [];
  const stages: string[] = [];
  return {
    notes,
    stages,
    signal,
    notify: (note) => void notes.push(note),
    progress: { stage: (name) => void stages.push(name), update() {}, stop() {} },
  };
}

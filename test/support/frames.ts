// Small frames to fit models to.
import type { Frame } from "../../src/series/frame.js";

/** Series of integer time, called s0, s1, … @param rows NaN = not observed */
export function frameOf(...rows: (readonly number[])[]): Frame {
  return {
    columns: { time: "t", ids: ["id"], targets: ["y"], wide: false },
    grid: { frequency: { kind: "integer", step: 1 }, zone: "UTC" },
    timeStyle: { kind: "integer" },
    series: rows.map((values, s) => ({ key: [`s${s}`], target: "y", start: 1, values: Float64Array.from(values) })),
  };
}

/** Trend and a season of 4, positive. */
export function wave(length: number, phase = 0): number[] {
  return Array.from(
    { length },
    (_, t) => 20 + 0.2 * t + 5 * Math.sin(((t + phase) * Math.PI) / 2) + (((t * 37) % 11) - 5) / 10,
  );
}

// Small frames to fit models to.
import { seededRandom } from "../../src/base/random.js";
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

/** Hourly; sun from the eighth to the seventeenth hour of each day, and never at night. */
export function solar(days: number): number[] {
  const random = seededRandom(1);
  return Array.from({ length: 24 * days }, (_, t) => {
    const hour = t % 24;
    return hour >= 8 && hour < 18 ? (5 + 2 * random.uniform()) * Math.sin((Math.PI * (hour - 7)) / 11) : 0;
  });
}

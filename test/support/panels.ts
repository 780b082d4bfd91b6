// Small panels and scale choices for tests of preparation and windows.
import fc from "fast-check";
import { type ScaleConfig, scaleModes, scalerNames, transformNames } from "../../src/scale/config.js";

export { dailyFrame as dailyPanel } from "../evaluate/frames.js";

export const plainScale: ScaleConfig = {
  scale: "window",
  scaler: "standard",
  transform: "none",
  difference: 0,
  deseasonalize: false,
  season: 1,
};

/** Every combination of the choices. */
export const anyScale: fc.Arbitrary<ScaleConfig> = fc.record({
  scale: fc.constantFrom(...scaleModes),
  scaler: fc.constantFrom(...scalerNames),
  transform: fc.constantFrom(...transformNames),
  difference: fc.constantFrom(0, 1, 4),
  deseasonalize: fc.boolean(),
  season: fc.constantFrom(1, 4),
});

/** A series with gaps, its first and last value observed. */
export function gappy(value: fc.Arbitrary<number>, maxLength: number): fc.Arbitrary<Float64Array> {
  const step = fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
  return fc
    .tuple(value, fc.array(step, { maxLength: maxLength - 2 }), value)
    .map(([first, middle, last]) => Float64Array.of(first, ...middle, last));
}

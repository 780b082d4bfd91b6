// The pretrained weights as bytes, and the ones that the package ships.
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { newestCount, seriesFeatureCount } from "../../src/gate/features.js";
import { initialGate } from "../../src/gate/training.js";
import {
  decodeGates,
  decodeHalf,
  decodeWeights,
  encodeGates,
  encodeHalf,
  encodeWeights,
  gateLayout,
} from "../../src/gate/weights.js";

test("half precision keeps what it can hold and rounds the rest to the nearest", () => {
  for (let half = 0; half < 0x7c00; half++) {
    expect(encodeHalf(decodeHalf(half))).toBe(half);
    expect(encodeHalf(-decodeHalf(half))).toBe(half === 0 ? 0x8000 : half | 0x8000);
  }
  fc.assert(
    fc.property(fc.double({ min: -60000, max: 60000, noNaN: true }), (value) => {
      // Half of the last of eleven bits, or of the smallest step below 2^-14.
      const tolerance = Math.max(Math.abs(value) * 2 ** -11, 2 ** -25) * (1 + 1e-6);
      expect(Math.abs(decodeHalf(encodeHalf(value)) - value)).toBeLessThanOrEqual(tolerance);
    }),
  );
  expect(decodeHalf(encodeHalf(1e6))).toBe(Number.POSITIVE_INFINITY);
  expect(decodeHalf(encodeHalf(Number.NaN))).toBeNaN();
});

test("weights of before the newest values were looked at count for nothing there", () => {
  const network = initialGate({ width: 8, residual: false, units: 0 }, seededRandom(1));
  const bytes = encodeWeights([network]);
  const rows = seriesFeatureCount - newestCount;
  // The series' kernel stands first.
  const older = Buffer.concat([bytes.subarray(0, 2 * 8 * rows), bytes.subarray(2 * 8 * seriesFeatureCount)]);
  const [read] = decodeWeights(older, gateLayout([network]));
  const [whole] = decodeWeights(bytes, gateLayout([network]));
  for (const [name, values] of whole!.weights)
    expect(read!.weights.get(name), name).toEqual(name === "series.kernel" ? values.slice().fill(0, 8 * rows) : values);
  expect(() => decodeWeights(older.subarray(2), gateLayout([network]))).toThrow("bytes");
});

test("weights come back as written, to half precision, and a changed byte is refused", () => {
  const network = initialGate({ width: 8, residual: true, units: 2 }, seededRandom(1));
  const { bytes, description } = encodeGates([network, network], {});
  const [first, second] = decodeGates(bytes, description);
  expect(second).toEqual(first);
  for (const [name, values] of network.weights)
    values.forEach((value, i) => {
      expect(first!.weights.get(name)![i]).toBeCloseTo(value, 3);
    });
  bytes[5]! ^= 1;
  expect(() => decodeGates(bytes, description)).toThrow("checksum");
});

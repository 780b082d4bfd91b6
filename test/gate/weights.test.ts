// The pretrained weights as bytes, and the ones that the package ships.
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { newestCount } from "../../src/gate/features.js";
import { initialGate } from "../../src/gate/training.js";
import { decodeGates, decodeHalf, encodeGates, encodeHalf } from "../../src/gate/weights.js";

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

test("a network that does not look at the newest values has no weights for them", () => {
  const [without, withThem] = [false, true].map((newest) => {
    const network = initialGate({ width: 8, residual: false, units: 0, newest }, seededRandom(1));
    return encodeGates([network], {}).bytes.length;
  });
  expect(withThem! - without!).toBe(2 * 8 * newestCount);
});

test("weights come back as written, to half precision, and a changed byte is refused", () => {
  const network = initialGate({ width: 8, residual: true, units: 2, newest: true }, seededRandom(1));
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

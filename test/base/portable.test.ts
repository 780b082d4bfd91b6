// The elementary functions that round the same everywhere stay next to the engine's own.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  portableAsinh,
  portableCos,
  portableExp,
  portableLog,
  portableLog1p,
  portablePower,
  portableSin,
  portableSinh,
} from "../../src/base/portable.js";

/** Two units in the last place. */
const unit = 2 ** -51;
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

test("exp and log are right to two units in the last place", () => {
  fc.assert(
    fc.property(number(-700, 700), (x) => {
      expect(Math.abs(portableExp(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(unit);
      const positive = Math.exp(x);
      expect(Math.abs(portableLog(positive) - Math.log(positive))).toBeLessThanOrEqual(unit * Math.max(1, Math.abs(x)));
    }),
  );
});

test("log of numbers near 1 keeps its relative accuracy", () => {
  for (const x of [1 + 2 ** -52, 1 - 2 ** -53, 1 + 1e-9, 0.999])
    expect(Math.abs(portableLog(x) / Math.log(x) - 1)).toBeLessThanOrEqual(unit);
  expect(portableLog(1)).toBe(0);
});

test("cos counts in turns", () => {
  expect([0, 0.25, 0.5, 0.75, 1, -2.5].map(portableCos)).toEqual([1, 0, -1, 0, 1, -1].map((value) => value + 0));
  // 2π·turns is itself rounded for Math.cos: by 2⁻⁵² of at most 63.
  fc.assert(
    fc.property(number(-10, 10), (turns) => Math.abs(portableCos(turns) - Math.cos(2 * Math.PI * turns)) < 2e-14),
  );
});

test("powers of what is above 0 agree with the engine's", () => {
  fc.assert(
    // The error of the logarithm times the exponent: at most 8 · 14 units.
    fc.property(number(1e-6, 1e6), number(-8, 8), (x, y) => Math.abs(portablePower(x, y) / x ** y - 1) < 120 * unit),
  );
});

test("the ends are defined: 0, below 0, infinite, not a number", () => {
  expect(portableLog(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(portableLog(-1)).toBeNaN();
  expect(portableLog(Number.NaN)).toBeNaN();
  expect(portableLog(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
  expect(portableLog(5e-324)).toBeCloseTo(-744.44, 2);
  expect(portableExp(-1000)).toBe(0);
  expect(portableExp(1e9)).toBeLessThan(Number.POSITIVE_INFINITY);
  expect(portableExp(Number.NaN)).toBeNaN();
});

test("sin counts in turns too", () => {
  expect([0, 0.25, 0.5, -0.25].map(portableSin)).toEqual([0, 1, 0, -1].map((value) => value + 0));
  fc.assert(
    fc.property(number(-10, 10), (turns) => Math.abs(portableSin(turns) - Math.sin(2 * Math.PI * turns)) < 2e-14),
  );
});

test("log1p, sinh and its inverse are right near 0 and far from it", () => {
  const sizes = fc.double({ min: 1e-300, max: 1e300, noNaN: true });
  // The engine's own are right to a unit; an exponential's error is that of its argument, at most 2⁻⁴³ here.
  const isClose = (x: number, expected: number, units: number) => Math.abs(x / expected - 1) <= units * unit;
  fc.assert(
    fc.property(sizes, number(-0.999, 10), number(1e-9, 30), (size, x, argument) => {
      expect(isClose(portableAsinh(size), Math.asinh(size), 2)).toBe(true);
      expect(portableAsinh(-size)).toBe(-portableAsinh(size));
      if (x !== 0) expect(isClose(portableLog1p(x), Math.log1p(x), 3)).toBe(true);
      expect(isClose(portableSinh(argument), Math.sinh(argument), 4)).toBe(true);
      expect(portableSinh(-argument)).toBe(-portableSinh(argument));
    }),
  );
  expect([portableLog1p(0), portableSinh(0), portableAsinh(0)]).toEqual([0, 0, 0]);
  expect(portableLog1p(1e-20)).toBe(1e-20);
});

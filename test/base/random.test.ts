import fc from "fast-check";
import { expect, test } from "vitest";
import { portableRandom } from "../../src/base/distributions.js";
import { hashText, type Random, seededRandom } from "../../src/base/random.js";

test("the same seed gives the same numbers, another seed gives others", () => {
  const draw = (seed: number) => Array.from({ length: 8 }, seededRandom(seed).uniform);
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(new Set(draw(0)).size).toBe(8);
});

test("a fork depends on its label and not on what was drawn before", () => {
  const one = seededRandom(3);
  const two = seededRandom(3);
  two.uniform();
  expect(one.fork("a").uniform()).toBe(two.fork("a").uniform());
  expect(one.fork("a").uniform()).not.toBe(one.fork("b").uniform());
});

test("normal numbers have mean 0 and deviation 1", () => {
  const random = seededRandom(11);
  const draws = Float64Array.from({ length: 20_000 }, random.normal);
  const mean = draws.reduce((sum, value) => sum + value) / draws.length;
  const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
  // Five standard errors of each: 5/√20000 and 5·√(2/20000).
  expect(Math.abs(mean)).toBeLessThan(0.036);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test("integers stay below their limit and a shuffle keeps every value", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 200 }), (seed, count) => {
      const random = seededRandom(seed);
      const drawn = random.integer(count);
      const values = Int32Array.from({ length: count }, (_, i) => i);
      random.shuffle(values);
      return (
        drawn >= 0 &&
        drawn < count &&
        Array.from(values)
          .sort((a, b) => a - b)
          .every((value, i) => value === i)
      );
    }),
  );
});

test("the text hash is FNV-1a", () => {
  // Published test vectors of 32-bit FNV-1a.
  expect(hashText("") >>> 0).toBe(0x811c9dc5);
  expect(hashText("a") >>> 0).toBe(0xe40c292c);
  expect(hashText("foobar") >>> 0).toBe(0xbf9cf968);
});

test.each([
  ["a stream", seededRandom],
  ["a stream of portable numbers", portableRandom],
])("%s goes on from its state as it would have", (_, create) => {
  const draw = (random: Random, kinds: readonly boolean[]) =>
    kinds.map((isNormal) => (isNormal ? random.normal() : random.uniform()));
  const anyKinds = fc.array(fc.boolean(), { maxLength: 6 });
  fc.assert(
    fc.property(fc.integer(), anyKinds, anyKinds, (seed, before, after) => {
      const one = create(seed);
      draw(one, before);
      const state = one.exportState();
      const expected = draw(one, after);
      const other = create(0);
      other.normal();
      other.importState(state);
      expect(draw(other, after)).toEqual(expected);
    }),
  );
});

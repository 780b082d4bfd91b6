// Shards are the same for ever, and about as large as each other.
import fc from "fast-check";
import { expect, test } from "vitest";
import { originLimitOf } from "../../src/gate/predictor.js";
import { keepShard, shardOf } from "../../src/series/shard.js";
import { dailyPanel } from "../support/panels.js";

// From Python: int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") % count
test.each([
  { key: [], shards: [0, 1, 124] },
  { key: ["store-1"], shards: [0, 1, 384] },
  { key: ["北", "3"], shards: [1, 5, 381] },
])("the shard of $key never changes", ({ key, shards }) => {
  expect([2, 7, 1000].map((count) => shardOf(key, count))).toEqual(shards);
});

test.each([
  ["numbers", (i: number) => [String(i)]],
  ["names that differ in one digit", (i: number) => [`store-${String(i).padStart(6, "0")}`]],
  ["two columns", (i: number) => [`shop ${i % 100}`, `item ${Math.floor(i / 100)}`]],
])("ids that are %s spread evenly", (_, keyOf) => {
  for (const count of [2, 10, 16]) {
    const sizes = new Float64Array(count);
    for (let i = 0; i < 10_000; i++) sizes[shardOf(keyOf(i), count)]!++;
    const expected = 10_000 / count;
    const chiSquare = sizes.reduce((sum, size) => sum + (size - expected) ** 2 / expected, 0);
    // The 99.9 % quantile of χ² with count − 1 degrees of freedom, by Wilson and Hilferty.
    const df = count - 1;
    expect(chiSquare).toBeLessThan(df * (1 - 2 / (9 * df) + 3.09 * Math.sqrt(2 / (9 * df))) ** 3);
    // Nor evener than chance: the 0.1 % quantile; with one degree of freedom that is next to 0.
    if (df > 5) expect(chiSquare).toBeGreaterThan(df * (1 - 2 / (9 * df) - 3.09 * Math.sqrt(2 / (9 * df))) ** 3);
  }
});

test("every series is in one shard, and its place is kept", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.integer({ min: 1, max: 9 }), (ids, count) => {
      const one = dailyPanel(Float64Array.of(1, 2));
      const frame = { ...one, series: ids.map((id) => ({ ...one.series[0]!, key: [id] })) };
      const parts = Array.from({ length: count }, (_, index) => keepShard(frame, { index, count }));
      expect(parts.flatMap(({ positions }) => positions).sort((a, b) => a - b)).toEqual(ids.map((_, i) => i));
      for (const { frame: part, positions } of parts)
        expect(part.series.map(({ key }) => key[0])).toEqual(positions.map((i) => ids[i]));
    }),
  );
});

test("the pretrained model spends on a shard's series what it spends on them among all", () => {
  const one = dailyPanel(new Float64Array(10_000));
  const frame = { ...one, series: Array.from({ length: 10_000 }, (_, i) => ({ ...one.series[0]!, key: [String(i)] })) };
  const { frame: part } = keepShard(frame, { index: 0, count: 5000 });
  expect(originLimitOf(part)).toBe(originLimitOf(frame));
  const { panelValueCount: _, ...alone } = part;
  expect(originLimitOf(alone)).not.toBe(originLimitOf(frame));
});

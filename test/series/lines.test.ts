// Lines of a stream: the same whatever the chunks are.
import { setTimeout as wait } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gatherLines, type Line, splitLines } from "../../src/series/lines.js";

async function* chunksOf(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let i = 0, at = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const limits = { lineCount: 4, byteCount: 1000 };
const collect = async (batches: AsyncIterable<Line[]>) => {
  const all: Line[][] = [];
  for await (const batch of batches) all.push(batch);
  return all;
};

test("chunks change nothing; blank lines are left out and counted; a line over the limit is told and not held", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", " ", "é"), maxLength: 12 });
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), sizes, async (lines, chunks) => {
      const batches = await collect(
        gatherLines(splitLines(chunksOf(Buffer.from(lines.join("\n")), chunks), 10), limits),
      );
      const told = batches.flat().map(({ number, bytes }) => [number, bytes?.toString() ?? null]);
      const expected = lines.flatMap((text, i) => {
        const isLong = Buffer.byteLength(text) > 10;
        return text.trim() === "" && !isLong ? [] : [[i + 1, isLong ? null : text]];
      });
      expect(told).toEqual(expected);
      for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(limits.lineCount);
    }),
    { numRuns: 60 },
  );
});

test("a byte order mark is no part of the first line", async () => {
  const [batch] = await collect(gatherLines(splitLines(chunksOf(Buffer.from("\ufeffa\nb"), [2]), 10), limits));
  expect(batch?.map(({ bytes }) => bytes?.toString())).toEqual(["a", "b"]);
});

test("what comes at once is one batch, and a pause ends it", async () => {
  async function* slow(): AsyncGenerator<Buffer> {
    yield Buffer.from("a\n");
    yield Buffer.from("b\n");
    await wait(50);
    yield Buffer.from("c\n");
  }
  const batches = await collect(gatherLines(splitLines(slow(), 10), limits));
  expect(batches.map((batch) => batch.map(({ number }) => number))).toEqual([[1, 2], [3]]);
});

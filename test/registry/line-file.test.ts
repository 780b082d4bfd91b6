// Lines that are only ever added, on the real file system.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { appendLine } from "../../src/registry/line-file.js";
import { temporaryDirectory } from "../support/directory.js";

const isWhole = (line: string) => line.startsWith("w");
const isLinux = process.platform === "linux";

test("a line follows the last whole one, wherever blocks of the file end", async () => {
  const path = join(await temporaryDirectory(), "lines");
  const block = 4096;
  const length = fc.oneof(
    fc.nat(3),
    fc.constantFrom(1, 2, 3).chain((n) => fc.integer({ min: -3, max: 3 }).map((d) => n * block + d)),
  );
  const line = fc.record({ first: fc.constantFrom("w", "t"), length });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 3 }), fc.option(line), async (lines, last) => {
      const textOf = ({ first, length }: { first: string; length: number }) => first.padEnd(length, "x");
      const before = lines.map((one) => `${textOf(one)}\n`).join("");
      const end = last === null ? "" : textOf(last);
      writeFileSync(path, before + end);
      await appendLine(path, "new\n", isWhole);
      expect(readFileSync(path, "utf8")).toBe(`${before}${isWhole(end) ? `${end}\n` : ""}new\n`);
    }),
    { numRuns: 100, examples: [[[], null]] },
  );
});

test("the first line makes the file", async () => {
  const path = join(await temporaryDirectory(), "lines");
  for (const line of ["1\n", "2\n"]) await appendLine(path, line, isWhole);
  expect(readFileSync(path, "utf8")).toBe("1\n2\n");
});

test.runIf(isLinux)("what the file system refuses is thrown, and no file is left open", async () => {
  const openFiles = () => readdirSync("/proc/self/fd").length;
  const before = openFiles();
  const nowhere = join(await temporaryDirectory(), "nowhere/lines");
  await expect(appendLine(nowhere, "1\n", isWhole)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(appendLine("/dev/full", "1\n", isWhole)).rejects.toMatchObject({ code: "ENOSPC" });
  expect(openFiles()).toBe(before);
});

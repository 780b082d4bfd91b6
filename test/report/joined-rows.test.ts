// What several files hold, read as one, is what one file of everything holds.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cell, Table } from "../../src/base/table.js";
import { formats } from "../../src/report/formats/index.js";
import { joinRows } from "../../src/report/joined-rows.js";
import { temporaryDirectory } from "../support/directory.js";

const horizon = 3;

function textOf(format: "csv" | "tsv" | "ndjson" | "json", rows: readonly (readonly Cell[])[]): string {
  const table: Table = { type: "forecast", columns: ["id", "t", "forecast"], rows };
  return [...formats.get(format)(table, { width: 80, colour: false })].join("");
}

const awkward = fc.string({ unit: fc.constantFrom("a", '"', "\n", "\r", ",", "\t", "é", "🚲", " ", "}", "]", "\\") });

test.each(["csv", "tsv", "ndjson", "json"] as const)("%s, whatever the ids hold", async (format) => {
  const directory = await temporaryDirectory();
  const series = fc.record({ id: awkward, owner: fc.integer({ min: 0, max: 3 }), value: fc.double({ noNaN: true }) });
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 40 }), (all) => {
      // Owner 3 stands for a series without forecast.
      fc.pre(all.some(({ owner }) => owner < 3));
      const rowsOf = (kept: typeof all) =>
        kept.flatMap(({ id, value }) => Array.from({ length: horizon }, (_, k) => [id, k, value]));
      const paths = [0, 1, 2].map((index) => {
        const path = join(directory, `part-${index}`);
        writeFileSync(path, textOf(format, rowsOf(all.filter(({ owner }) => owner === index))));
        return path;
      });
      const owners = Uint32Array.from(all, ({ owner }) => owner);
      const whole = textOf(format, rowsOf(all.filter(({ owner }) => owner < 3)));
      expect([...joinRows({ format, paths, horizon, owners })].join("")).toBe(whole);
    }),
  );
});

test("rows are longer than what is read at once", async () => {
  const directory = await temporaryDirectory();
  const rows = Array.from({ length: 60 }, (_, i) => ["x".repeat(9_000), i, Math.floor(i / horizon)]);
  const paths = [0, 1].map((index) => {
    const path = join(directory, `part-${index}`);
    writeFileSync(
      path,
      textOf(
        "csv",
        rows.filter(([, , series]) => Number(series) % 2 === index),
      ),
    );
    return path;
  });
  const owners = Uint32Array.from({ length: 20 }, (_, s) => s % 2);
  expect([...joinRows({ format: "csv", paths, horizon, owners })].join("")).toBe(textOf("csv", rows));
});

// The promises of docs/reliability.md and what breaks them on purpose: each promise has a sabotage, which can still be made, and whose test
// is named beside it. `npm run test:promises` makes them.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/hindcast.js";

interface Sabotage {
  readonly promise: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  readonly test: string;
}

const { sabotages } = (await import(join(root, "scripts/promises-test/sabotages.mjs"))) as {
  readonly sabotages: readonly Sabotage[];
};
const rows = Array.from(
  readFileSync(join(root, "docs/reliability.md"), "utf8").matchAll(/^\| \*\*(.+?)\*\*.* \| (.*) \|$/gm),
  ([, promise, keepers]) => ({
    promise: promise!,
    keepers: Array.from(keepers!.matchAll(/`([^` ]+)[^`]*`/g), ([, path]) => path!),
  }),
);

test("each promise is broken on purpose, and no other", () => {
  expect(rows.length).toBeGreaterThan(10);
  expect([...new Set(sabotages.map(({ promise }) => promise))].sort()).toEqual(
    rows.map(({ promise }) => promise).sort(),
  );
});

test("the tests that keep a promise are there, and those that are to notice are among them", () => {
  for (const { promise, keepers } of rows) {
    for (const path of keepers) expect(existsSync(join(root, path)), path).toBe(true);
    for (const sabotage of sabotages) if (sabotage.promise === promise) expect(keepers).toContain(sabotage.test);
  }
});

test.each(sabotages)("$file can still be broken: $find", ({ file, find, put }) => {
  expect(readFileSync(join(root, file), "utf8").split(find)).toHaveLength(2);
  expect(put).not.toBe(find);
});

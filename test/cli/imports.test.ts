// The way the data go: a file imports from its own stage or an earlier one, never from a later one.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const stages = [
  "base",
  "series",
  "features",
  "scale",
  "windows",
  "classical",
  "linear",
  "engine",
  "model",
  "fit",
  "forecast",
  "gate",
  "effects",
  "evaluate",
  "explain",
  "choose",
  "parallel",
  "artifact",
  "export",
  "registry",
  "report",
  "commands",
  "cli.ts",
  "worker.ts",
];

test("the stages stand in the architecture as they do here", () => {
  const page = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");
  const folders = stages.filter((stage) => !stage.endsWith(".ts"));
  expect(page).toContain(` ${folders.join(" < ")} < cli\n`);
  expect(Array.from(page.matchAll(/^\| `(\w+)\/` \|/gm), ([, stage]) => stage)).toEqual(folders);
});

const source = fileURLToPath(new URL("../../src", import.meta.url));
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
const stageOf = (path: string) => stages.indexOf(path.split(/[\\/]/)[0]!);

/** `import … from "…"`, `export … from "…"`, `import("…")` and `import "…"`, of files only. */
const imported = /(?:\bfrom\s*|\bimport\s*\(?\s*)"(\.[^"]+)"/g;

function upwardImports(path: string, text: string): string[] {
  return Array.from(text.matchAll(imported), ([, target]) => relative(source, resolve(source, dirname(path), target!)))
    .filter((target) => stageOf(target.replace(/\.js$/, ".ts")) > stageOf(path))
    .map((target) => `${path} imports ${target}`);
}

test("every file belongs to a stage", () => {
  expect(files.filter((path) => stageOf(path) === -1)).toEqual([]);
});

test("no file imports from a later stage", () => {
  expect(files.flatMap((path) => upwardImports(path, readFileSync(join(source, path), "utf8")))).toEqual([]);
});

test("an upward import would be seen, in each way of writing it", () => {
  for (const line of [
    'import { a } from "../fit/fit.js";',
    'await import("../cli.js")',
    'export * from "../scale/config.js";',
  ])
    expect(upwardImports("series/frame.ts", line)).toHaveLength(1);
  expect(upwardImports("series/frame.ts", 'import { b } from "../base/errors.js";')).toEqual([]);
});

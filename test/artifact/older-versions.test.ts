// Models, registries and shards as each released version wrote them. In: fixtures/models/VERSION/, which scripts/keep-models.mjs makes
// and nobody changes later. Out: the same forecasts as then, up to the roundings of another processor.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const home = join(root, "fixtures/models");
/** A forecast goes through single precision, whose relative rounding is 6e-8, in sums of a few dozen terms. */
const tolerance = 1e-5;

/** Numbers as numbers, whatever else as it stands. */
function cellsOf(text: string): (string | number)[] {
  return text.split(/[,\n]/).map((cell) => (/^-?[\d.]+(?:e[-+]?\d+)?$/.test(cell) ? Number(cell) : cell));
}

describe.each(readdirSync(home))("what version %s wrote", (version) => {
  const directory = join(home, version);
  const commands = JSON.parse(readFileSync(join(directory, "commands.json"), "utf8")) as Record<string, string[]>;

  test.each(Object.keys(commands))("is read: %s", async (name) => {
    const elsewhere = await temporaryDirectory();
    const { stdout, stderr, exit } = await runShell(`hindcast ${commands[name]!.join(" ")}`, directory, {
      HOME: elsewhere,
      TMPDIR: elsewhere,
    });
    expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
    const [now, then] = [stdout, readFileSync(join(directory, "out", `${name}.csv`), "utf8")].map(cellsOf);
    expect(now).toHaveLength(then!.length);
    for (const [i, cell] of then!.entries()) {
      if (typeof cell === "number")
        expect(Math.abs(Number(now![i]) - cell)).toBeLessThanOrEqual(tolerance * Math.abs(cell));
      else expect(now![i]).toBe(cell);
    }
  });
});

test("every kind of model and every part of one is among them", () => {
  const manifests = readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("hindcast.json"))
    .map((path) => readFileSync(join(home, path), "utf8"));
  const kinds = manifests.flatMap((text) => Array.from(text.matchAll(/"kind": "([\w-]+)"/g), ([, kind]) => kind));
  for (const kind of ["network", "ensemble", "baseline", "pretrained", "linear", "combination"])
    expect(kinds).toContain(kind);
});

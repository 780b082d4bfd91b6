// Versions that come and go, on the real file system.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { versionPath } from "../../src/registry/champion.js";
import { emptyRun } from "../../src/registry/registry.js";
import { listVersions, pruneVersions, readNote, storeVersion, sweep } from "../../src/registry/versions.js";
import { registryOf, runSeed, storeEmptyVersion, writeEmptyModel } from "./registries.js";

const note = {
  settings: { model: "gru", epochs: 3, plain: true, layers: [4, 2], calendar: ["hour", "weekday"] },
  made: emptyRun(runSeed, "kept"),
};

describe("a version that is stored", () => {
  test("is the model with a note and the forecasts, and nothing is left beside it", async () => {
    const registry = await registryOf();
    await storeVersion(registry, 3, note, "time,forecast\n", writeEmptyModel);
    const path = versionPath(registry, 3);
    expect(readdirSync(path).sort()).toEqual(["forecast.csv", "hindcast.json", "version.json"]);
    expect(readFileSync(join(path, "forecast.csv"), "utf8")).toBe("time,forecast\n");
    expect(readFileSync(join(path, "version.json"), "utf8")).toBe(
      `${JSON.stringify({ schema_version: 1, type: "version", ...note }, null, 2)}\n`,
    );
    expect(readNote(registry, 3)).toEqual(note);
    expect(readdirSync(registry).sort()).toEqual(["registry.json", "versions"]);
  });

  test("is made where only its owner looks", async () => {
    const registry = await registryOf();
    let modes: number[] = [];
    await storeVersion(registry, 1, note, "", async (path) => {
      modes = readdirSync(registry)
        .filter((name) => name.startsWith(".staging-"))
        .map((name) => statSync(join(registry, name)).mode & 0o777);
      await writeEmptyModel(path);
    });
    expect(modes).toEqual([0o700]);
  });

  test("is not there at all when the model cannot be written, whose failure is passed on", async () => {
    const registry = await registryOf(1);
    const failure = new Error("no");
    await expect(storeVersion(registry, 2, note, "", () => Promise.reject(failure))).rejects.toBe(failure);
    expect(listVersions(registry)).toEqual([1]);
    expect(readdirSync(registry).sort()).toEqual(["registry.json", "versions"]);
  });

  test("never takes the place of another", async () => {
    const registry = await registryOf(1);
    await expect(storeVersion(registry, 1, note, "", writeEmptyModel)).rejects.toMatchObject({
      code: "output",
      message: expect.stringContaining(`${versionPath(registry, 1)} cannot be written: ENOTEMPTY`),
    });
    expect(readNote(registry, 1).settings).toEqual({ model: "naive" });
    expect(readdirSync(registry).sort()).toEqual(["registry.json", "versions"]);
  });
});

test("versions are the model directories with a number for a name, the oldest first", async () => {
  const registry = await registryOf(10, 9, 123_456_789_012_345);
  for (const name of ["0", "07", "1x", "x1", "1234567890123456"])
    await writeEmptyModel(join(registry, "versions", name));
  mkdirSync(versionPath(registry, 5));
  expect(listVersions(registry)).toEqual([9, 10, 123_456_789_012_345]);
  expect(listVersions(await registryOf())).toEqual([]);
});

test.each([
  ["settings.model: ", { ...note, settings: { model: null } }],
  ["settings.layers: ", { ...note, settings: { layers: [[1]] } }],
  ["made: ", { settings: {} }],
  ["made.action: ", { ...note, made: { ...note.made, action: "lost" } }],
])("a note is refused that does not fit at %s", async (place, changed) => {
  const registry = await registryOf(1);
  writeFileSync(join(versionPath(registry, 1), "version.json"), JSON.stringify(changed));
  expect(() => readNote(registry, 1)).toThrow(`version.json does not fit: ${place}`);
});

describe("what is pruned", () => {
  test("is all but the newest, the champion and the one before it, and leaves nothing behind", async () => {
    const versions = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(versions, fc.nat(6), fc.boolean(), async (numbers, keep, hasChampion) => {
        const registry = await registryOf();
        mkdirSync(join(registry, "versions"));
        for (const number of numbers) await writeEmptyModel(versionPath(registry, number));
        const [version, ...previous] = numbers;
        const pointer = hasChampion ? { version: version!, previous } : undefined;
        const ascending = numbers.toSorted((a, b) => a - b);
        const newest = ascending.slice(ascending.length - Math.min(keep, ascending.length));
        const needed = hasChampion ? numbers.slice(0, 2) : [];
        const kept = ascending.filter((one) => newest.includes(one) || needed.includes(one));
        const removed = ascending.filter((one) => !kept.includes(one));
        expect(await pruneVersions(registry, keep, pointer)).toEqual(removed);
        expect(listVersions(registry)).toEqual(kept);
        expect(readdirSync(registry).sort()).toEqual(["registry.json", "versions"]);
        rmSync(registry, { recursive: true });
      }),
      { numRuns: 25 },
    );
  });

  test("is nothing where there is nothing", async () => {
    expect(await pruneVersions(await registryOf(), 1, undefined)).toEqual([]);
  });
});

test("what dead runs left is swept away, and nothing else", async () => {
  const registry = await registryOf(1);
  for (const name of [".staging-1", ".new-1", "my.staging-1", "my.new-1"]) {
    mkdirSync(join(registry, name));
    writeFileSync(join(registry, name, "file"), "");
  }
  await sweep(registry);
  expect(readdirSync(registry).sort()).toEqual(["my.new-1", "my.staging-1", "registry.json", "versions"]);
  await storeEmptyVersion(registry, 2);
  expect(existsSync(versionPath(registry, 2))).toBe(true);
});

// Which version forecasts, on the real file system.
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  championPath,
  isRegistry,
  promote,
  readPointer,
  refuseLinkedVersions,
  versionPath,
} from "../../src/registry/champion.js";
import { temporaryDirectory } from "../support/directory.js";
import { registryOf } from "./registries.js";

test("a registry is what holds the file registry.json", async () => {
  const directory = await temporaryDirectory();
  expect(isRegistry(directory)).toBe(false);
  expect(isRegistry(join(directory, "nowhere"))).toBe(false);
  mkdirSync(join(directory, "registry.json"));
  expect(isRegistry(directory)).toBe(false);
  expect(isRegistry(await registryOf())).toBe(true);
});

describe("a promotion", () => {
  test("is one line, which is read back", async () => {
    const registry = await registryOf(1, 2);
    expect(readPointer(registry)).toBeUndefined();
    await promote(registry, 2, undefined);
    expect(readFileSync(join(registry, "champion.json"), "utf8")).toBe(
      '{"schema_version":1,"type":"champion","version":2,"previous":[]}\n',
    );
    expect(readPointer(registry)).toEqual({ version: 2, previous: [] });
    expect(championPath(registry)).toBe(join(registry, "versions/2"));
  });

  test("remembers the champions before it that are still there, each of them once and the newest first", async () => {
    const registry = await registryOf(1, 2, 3, 4);
    for (const [version, previous] of [
      [1, []],
      [2, [1]],
      [3, [2, 1]],
      [2, [3, 1]],
    ] as const) {
      await promote(registry, version, readPointer(registry));
      expect(readPointer(registry)).toEqual({ version, previous });
    }
    rmSync(versionPath(registry, 3), { recursive: true });
    await promote(registry, 4, readPointer(registry));
    expect(readPointer(registry)).toEqual({ version: 4, previous: [2, 1] });
  });

  test.each([
    [{ version: 0, previous: [] }, "version: "],
    [{ version: 1.5, previous: [] }, "version: "],
    [{ version: 1, previous: [2, 0] }, "previous.1: "],
    [{ version: 1 }, "previous: "],
    [[], "the whole: "],
  ])("that reads %j is refused", async (pointer, place) => {
    const registry = await registryOf(1);
    const path = join(registry, "champion.json");
    writeFileSync(path, JSON.stringify(pointer));
    expect(() => readPointer(registry)).toThrow(
      expect.objectContaining({
        code: "model",
        message: expect.stringContaining(`${path} does not fit: ${place}`),
        hint: "restore the registry from a copy, or begin a new one",
      }),
    );
  });
});

describe("there is no champion", () => {
  test("before the first promotion", async () => {
    const registry = await registryOf(1);
    expect(() => championPath(registry)).toThrow(
      expect.objectContaining({
        code: "model",
        message: `${registry} has no champion yet`,
        hint: `hindcast retrain ${registry} data.csv -H 12, or hindcast models ${registry} promote VERSION`,
      }),
    );
  });

  test("once its version is gone", async () => {
    const registry = await registryOf(1, 2);
    await promote(registry, 2, undefined);
    rmSync(versionPath(registry, 2), { recursive: true });
    expect(() => championPath(registry)).toThrow(
      expect.objectContaining({
        code: "model",
        message: `version 2, the champion of ${registry}, is not there`,
        hint: `promote another: hindcast models ${registry}, then hindcast models ${registry} promote VERSION`,
      }),
    );
  });
});

test.each(["versions", "versions/1", "versions/notes"])("a link at %s is refused, wherever it leads", async (name) => {
  const registry = await registryOf(1, 2);
  await promote(registry, 2, undefined);
  refuseLinkedVersions(registry);
  const path = join(registry, name);
  const elsewhere = join(registry, "elsewhere");
  if (name === "versions/notes") writeFileSync(elsewhere, "");
  else renameSync(path, elsewhere);
  symlinkSync(elsewhere, path);
  for (const look of [refuseLinkedVersions, championPath])
    expect(() => look(registry)).toThrow(
      expect.objectContaining({
        code: "model",
        message: `${path} is a link; a registry holds its own files`,
        hint: `look where it leads: ls -l ${path}`,
      }),
    );
});

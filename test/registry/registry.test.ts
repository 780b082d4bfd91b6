// A registry as it is made and opened for writing, on the real file system.
import { lchownSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Note } from "../../src/base/notes.js";
import { promote, writePointer } from "../../src/registry/champion.js";
import { appendRun, type Run, readHistory, runColumns } from "../../src/registry/history.js";
import type { LockRecord, Machine } from "../../src/registry/lock.js";
import {
  createRegistry,
  emptyRun,
  needRegistry,
  type OpenOptions,
  openRegistry,
  unrecordedVersions,
} from "../../src/registry/registry.js";
import { temporaryDirectory } from "../support/directory.js";
import { registryOf, runSeed, storeEmptyVersion, tooLong, writeEmptyModel } from "./registries.js";

const machine: Machine = {
  self: { host: "here", pid: 7, process_start: "100", boot_id: "boot", pid_space: "space" },
  startOf: (pid) => (pid === 7 ? "100" : "gone"),
  now: () => Date.parse("2024-05-02T12:00:00Z"),
};
const options: OpenOptions = {
  run: "mine",
  machine,
  lockWaitMs: 0,
  signal: new AbortController().signal,
  notify: (note) => expect(note).toBeUndefined(),
};
const runOf = (run: string, own: Partial<Run> = {}): Run => ({ ...emptyRun({ ...runSeed, run }, "kept"), ...own });
const historyOf = (registry: string) => readHistory(registry, options.notify);
const lockRecord = (registry: string, number: number) =>
  JSON.parse(readFileSync(join(registry, "lock", String(number)), "utf8")) as LockRecord;

test("a run that has done nothing yet knows of itself, and of nothing else", () => {
  const nothing = Object.fromEntries(runColumns.map((column) => [column, null]));
  expect(emptyRun(runSeed, "skipped")).toEqual({ ...nothing, ...runSeed, action: "skipped" });
});

describe("a registry is made", () => {
  test("with the directories above it, and a second time it stays as it is", async () => {
    const registry = join(await temporaryDirectory(), "of/sales");
    await createRegistry(registry);
    const mark = '{"schema_version":1,"type":"registry"}\n';
    expect(readdirSync(registry)).toEqual(["registry.json"]);
    expect(readFileSync(join(registry, "registry.json"), "utf8")).toBe(mark);
    writeFileSync(join(registry, "registry.json"), "as it is");
    await createRegistry(registry);
    expect(readFileSync(join(registry, "registry.json"), "utf8")).toBe("as it is");
  });

  test("where a run died that made it", async () => {
    const registry = await temporaryDirectory();
    writeFileSync(join(registry, ".new-1"), "");
    await createRegistry(registry);
    needRegistry(registry);
  });

  test("not where other files are, three of which are named", async () => {
    const directory = await temporaryDirectory();
    for (const name of ["a", "b", "c", "d"]) writeFileSync(join(directory, name), "");
    await expect(createRegistry(directory)).rejects.toMatchObject({
      code: "output",
      message: `${directory} holds other files (a, b, c) and no registry.json: it is no registry`,
      hint: "name a registry, or a new directory",
    });
    expect(readdirSync(directory)).toEqual(["a", "b", "c", "d"]);
  });

  test("not below a file", async () => {
    const file = join(await temporaryDirectory(), "file");
    writeFileSync(file, "");
    await expect(createRegistry(join(file, "registry"))).rejects.toMatchObject({
      code: "output",
      message: expect.stringContaining(`${join(file, "registry")} cannot be written: ENOTDIR`),
    });
  });

  test("not behind a link of another user's", async ({ skip }) => {
    if (process.getuid?.() !== 0) return skip("only root can make links for others");
    const directory = await temporaryDirectory();
    const link = join(directory, "link");
    symlinkSync("elsewhere", link);
    lchownSync(link, 65_534, 65_534);
    await expect(createRegistry(link)).rejects.toThrow(`${link} is a link that another user has put there`);
    expect(readdirSync(directory)).toEqual(["link"]);
  });
});

test("what is no registry is named, with how to make one", async () => {
  const directory = await temporaryDirectory();
  const refusal = (path: string, message: string) =>
    expect(() => needRegistry(path)).toThrow(
      expect.objectContaining({ code: "model", message, hint: `make one: hindcast retrain ${path} data.csv -H 12` }),
    );
  refusal(directory, `${directory} is no registry: it has no registry.json`);
  const nowhere = join(directory, "nowhere");
  refusal(nowhere, `there is no registry ${nowhere}`);
  needRegistry(await registryOf());
});

describe("a registry is opened", () => {
  test("as it is: empty, and its first version is 1", async () => {
    const registry = await registryOf();
    const { lock, ...rest } = await openRegistry(registry, options);
    expect(rest).toEqual({ pointer: undefined, settled: [], nextVersion: 1 });
    expect(lockRecord(registry, 1)).toMatchObject({ run: "mine", released: false });
    await lock.release();
    expect(lockRecord(registry, 1)).toMatchObject({ run: "mine", released: true });
    const again = await openRegistry(registry, options);
    expect(again.lock.takenOver).toBeUndefined();
    expect(await historyOf(registry)).toEqual([]);
    await again.lock.release();
  });

  test("and swept of what dead runs left", async () => {
    const registry = await registryOf(1);
    mkdirSync(join(registry, ".staging-1"));
    await (await openRegistry(registry, options)).lock.release();
    expect(readdirSync(registry).sort()).toEqual(["lock", "registry.json", "versions"]);
  });

  test("with the versions that are settled: the champion, and those whose run came to its end", async () => {
    const registry = await registryOf(1, 2, 3, 4);
    await promote(registry, 4, undefined);
    await appendRun(registry, runOf("a", { action: "promoted", version: 1 }));
    await appendRun(registry, runOf("b", { action: "kept", version: 2 }));
    await appendRun(registry, runOf("c", { action: "interrupted", version: 3 }));
    const { lock, settled, pointer } = await openRegistry(registry, options);
    expect(pointer).toEqual({ version: 4, previous: [] });
    expect(settled).toEqual([1, 2, 4]);
    await lock.release();
  });

  test.each([
    ["of those that are there", [2, 5], undefined, [], 6],
    ["of the champion, though it is gone", [2], { version: 7, previous: [] }, [], 8],
    ["of all that the history knows of", [2], undefined, [9, null, 3], 10],
  ] as const)("and its next version has a number above those %s", async (_, versions, pointer, recorded, next) => {
    const registry = await registryOf(...versions);
    if (pointer !== undefined) await writePointer(registry, { ...pointer, previous: [] });
    for (const version of recorded) await appendRun(registry, runOf("a", { version }));
    const { lock, nextVersion } = await openRegistry(registry, options);
    expect(nextVersion).toBe(next);
    await lock.release();
  });

  test("not while another run has the lock, and not by what is no lock", async () => {
    const registry = await registryOf();
    const { lock } = await openRegistry(registry, options);
    await expect(openRegistry(registry, options)).rejects.toMatchObject({ code: "locked" });
    await lock.release();
    rmSync(join(registry, "lock"), { recursive: true });
    writeFileSync(join(registry, "lock"), "");
    await expect(openRegistry(registry, options)).rejects.toMatchObject({
      code: "output",
      message: expect.stringContaining(`${join(registry, "lock")} cannot be written: EEXIST`),
    });
    rmSync(join(registry, "lock"));
    mkdirSync(join(registry, "elsewhere"));
    symlinkSync("elsewhere", join(registry, "lock"));
    await expect(openRegistry(registry, options)).rejects.toThrow(`${join(registry, "lock")} is a link`);
    const nowhere = join(registry, tooLong);
    await expect(openRegistry(nowhere, options)).rejects.toThrow("ENAMETOOLONG");
  });

  test("and given back when something in it cannot be read", async () => {
    const registry = await registryOf(1);
    writeFileSync(join(registry, "champion.json"), "{");
    await expect(openRegistry(registry, options)).rejects.toThrow("champion.json is not JSON");
    expect(lockRecord(registry, 1)).toMatchObject({ released: true });
  });

  test("and what it warns of is passed on", async () => {
    const registry = await registryOf();
    writeFileSync(join(registry, "history.ndjson"), "garbage\n");
    const notes: Note[] = [];
    const { lock } = await openRegistry(registry, { ...options, notify: (note) => void notes.push(note) });
    expect(notes).toEqual([
      { level: "warning", text: `${join(registry, "history.ndjson")} line 1 cannot be read and is passed over` },
    ]);
    await lock.release();
  });
});

describe("a run that died", () => {
  const dead: LockRecord = {
    ...machine.self,
    pid: 9,
    run: "dead",
    host: "there",
    started: "2024-05-01T00:00:00.000Z",
    heartbeat: "2024-05-01T00:00:00.000Z",
    released: false,
  };
  const die = (registry: string, own: Partial<LockRecord> = {}) => {
    mkdirSync(join(registry, "lock"));
    writeFileSync(join(registry, "lock/1"), JSON.stringify({ ...dead, ...own }));
  };
  const open = async (registry: string) => {
    const { lock } = await openRegistry(registry, options);
    expect(lock.takenOver?.pid).toBe(9);
    await lock.release();
    return historyOf(registry);
  };

  test("gets its line of the history from the next one", async () => {
    const registry = await registryOf(1);
    await promote(registry, 1, undefined);
    await appendRun(registry, runOf("another", { version: 1 }));
    die(registry);
    const seed = { run: "dead", started: dead.started, host: "there", hindcast: "", node: "" };
    const [, lost, ...others] = await open(registry);
    expect(lost).toEqual({
      ...emptyRun(seed, "interrupted"),
      reason: "killed",
      champion: 1,
      champion_before: 1,
    });
    expect(others).toEqual([]);
  });

  test("with what its version says of it, where it had written one", async () => {
    const registry = await registryOf(1);
    await promote(registry, 1, undefined);
    await storeEmptyVersion(registry, 2, { run: "dead", steps: 40 });
    die(registry);
    const made = { action: "interrupted", reason: "killed after it had written its version", version: 2 } as const;
    expect(await open(registry)).toEqual([runOf("dead", { ...made, steps: 40, champion: 1 })]);
  });

  test("before there was a champion", async () => {
    const registry = await registryOf();
    die(registry);
    expect(await open(registry)).toMatchObject([{ reason: "killed", champion: null, champion_before: null }]);
  });

  test.each([
    ["had written its own line", { run: "another" }],
    ["is not known by name", { run: "" }],
  ])("and %s adds nothing", async (_, own) => {
    const registry = await registryOf();
    await appendRun(registry, runOf("another"));
    die(registry, own);
    expect((await open(registry)).map(({ run }) => run)).toEqual(["another"]);
  });
});

test("versions without a line of the history are told by their notes, where these can be read", async () => {
  const registry = await registryOf(1, 2);
  await writeEmptyModel(join(registry, "versions/3"));
  const recorded = [runOf("run-1", { version: 1 })];
  expect(unrecordedVersions(registry, recorded, [1, 2, 3])).toEqual([
    runOf("run-2", { version: 2, action: "interrupted", reason: "killed after it had written its version" }),
  ]);
});

import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { acquireLock, isFree, type LockRecord, type Machine } from "../../src/registry/lock.js";
import { temporaryDirectory } from "../support/directory.js";

const minuteMs = 60_000;
const noon = Date.parse("2024-05-01T12:00:00Z");
const ago = (minutes: number) => new Date(noon - minutes * minuteMs).toISOString();

const self = { host: "here", pid: 7, process_start: "100", boot_id: "boot-1", pid_space: "pid:[1]" };

/** @param running when the process of each id started; null where the system does not tell */
function machine(
  running: Readonly<Record<number, string | null>> = { 7: "100" },
  own: Partial<typeof self> = {},
): Machine {
  return {
    self: { ...self, ...own },
    startOf: (pid) => (pid in running ? running[pid]! : "gone"),
    now: () => noon,
  };
}

const held: LockRecord = {
  ...self,
  pid: 9,
  process_start: "200",
  run: "r",
  started: ago(90),
  heartbeat: ago(0),
  released: false,
};
const never = new AbortController().signal;

async function lockDirectory(): Promise<string> {
  const directory = join(await temporaryDirectory(), "lock");
  mkdirSync(directory);
  return directory;
}

function writeLock(directory: string, number: number, record: LockRecord): void {
  writeFileSync(join(directory, String(number)), JSON.stringify(record));
}

describe("a lock is free", () => {
  test.each([
    ["when it was given back", { ...held, released: true }, { 9: "200" }, true],
    ["not while its process runs, however long it was silent", { ...held, heartbeat: ago(600) }, { 9: "200" }, false],
    ["when its process is gone, however young its heartbeat", held, {}, true],
    ["when another process has got its number", held, { 9: "999" }, true],
    ["not while its process may run, where starts are not told", held, { 9: null }, false],
    ["when that one was silent for half an hour", { ...held, heartbeat: ago(30) }, { 9: null }, true],
    ["not on another host that was heard of", { ...held, host: "there", boot_id: "b", heartbeat: ago(29) }, {}, false],
    [
      "on another host that was silent for half an hour",
      { ...held, host: "there", boot_id: "b", heartbeat: ago(30) },
      {},
      true,
    ],
    ["not in another container of this machine", { ...held, pid_space: "pid:[2]", heartbeat: ago(4) }, {}, false],
    ["once it was silent there for half an hour", { ...held, pid_space: "pid:[2]", heartbeat: ago(30) }, {}, true],
    ["not where only its start is not told", { ...held, process_start: null, heartbeat: ago(29) }, { 9: "200" }, false],
    ["when that one was silent, too", { ...held, process_start: null, heartbeat: ago(30) }, { 9: "200" }, true],
    ["not when its clock is ahead", { ...held, host: "there", boot_id: "b", heartbeat: ago(-600) }, {}, false],
    ["not at once after this machine was started anew", { ...held, boot_id: "boot-0", heartbeat: ago(4) }, {}, false],
    ["five minutes after that", { ...held, boot_id: "boot-0", heartbeat: ago(5) }, {}, true],
    [
      "not so soon on another host of another boot",
      { ...held, host: "there", boot_id: "b", heartbeat: ago(5) },
      {},
      false,
    ],
    ["by its process on a host that has got another name", { ...held, host: "renamed" }, { 9: "200" }, false],
    ["soon after this machine was started anew", { ...held, boot_id: "boot-0", heartbeat: ago(6) }, { 9: "200" }, true],
  ] as const)("%s", (_, record, running, expected) => {
    expect(isFree(record, machine(running))).toBe(expected);
  });
});

test("what cannot be known of a machine counts by its name", () => {
  const unknown = { boot_id: null, pid_space: null };
  const { boot_id: _, pid_space: __, ...rest } = held;
  const here: Machine = { ...machine(), self: { ...self, ...unknown } };
  expect(isFree({ ...rest, ...unknown }, here)).toBe(true);
  expect(isFree({ ...rest, ...unknown, host: "there" }, here)).toBe(false);
});

test("one of many takes it at a time, and all have their turn", async () => {
  const directory = await lockDirectory();
  const pids = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [i + 1, String(i)]));
  let inside = 0;
  let most = 0;
  const turns = Array.from({ length: 10 }, async (_, i) => {
    const own = machine(pids, { pid: i + 1, process_start: String(i) });
    const lock = await acquireLock(directory, `run-${i}`, own, 10 * minuteMs, never);
    most = Math.max(most, ++inside);
    await new Promise((done) => setTimeout(done, 5));
    lock.verify();
    inside--;
    await lock.release();
  });
  await Promise.all(turns);
  expect(most).toBe(1);
  expect(readdirSync(directory)).toHaveLength(1);
}, 30_000);

test("a living holder is named, and kept", async () => {
  const directory = await lockDirectory();
  writeLock(directory, 3, held);
  await expect(acquireLock(directory, "mine", machine({ 9: "200" }), 0, never)).rejects.toMatchObject({
    code: "locked",
    message: `${directory} is held by process 9 on here, since ${ago(90)}, last heard of at ${ago(0)}`,
    hint: "--lock-wait 5m waits for it; the lock of a dead process is taken over",
  });
  expect(readdirSync(directory)).toEqual(["3"]);
});

test.each([
  [0, 1],
  [250, 2],
  [251, 3],
])("a living holder that may be waited for %i ms is looked at %i times", async (waitMs, looks) => {
  const directory = await lockDirectory();
  writeLock(directory, 1, held);
  let lookCount = 0;
  const startOf = () => {
    lookCount++;
    return "200";
  };
  const waiting = acquireLock(directory, "mine", { ...machine(), startOf }, waitMs, never);
  await expect(waiting).rejects.toMatchObject({ code: "locked" });
  expect(lookCount).toBe(looks);
});

test("whoever waits takes it when it is given back", async () => {
  const directory = await lockDirectory();
  const first = await acquireLock(directory, "first", machine(), 0, never);
  const waiting = acquireLock(directory, "second", machine(), minuteMs, never);
  await first.release();
  const second = await waiting;
  expect(second.takenOver).toBeUndefined();
  second.verify();
  await second.release();
});

const readLock = (directory: string, number: number) =>
  JSON.parse(readFileSync(join(directory, String(number)), "utf8")) as LockRecord;

test("it says who has it and since when, every half minute that it is still held, and at last that it is given back", async () => {
  const directory = await lockDirectory();
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    let now = noon;
    const lock = await acquireLock(directory, "mine", { ...machine(), now: () => now }, 0, never);
    const record = { schema_version: 1, type: "lock", run: "mine", ...self, started: ago(0) };
    expect(readFileSync(join(directory, "1"), "utf8")).toBe(
      `${JSON.stringify({ ...record, heartbeat: ago(0), released: false })}\n`,
    );
    now += minuteMs;
    vi.advanceTimersByTime(30_000);
    const isThere = { ...record, heartbeat: ago(-1), released: false };
    await vi.waitFor(() => expect(readLock(directory, 1)).toEqual(isThere), 10_000);
    now += minuteMs;
    await lock.release();
    expect(readLock(directory, 1)).toEqual({ ...record, heartbeat: ago(-2), released: true });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("what was left below it is cleared away, and nothing else is", async () => {
  const directory = await lockDirectory();
  for (const number of [2, 9, 10]) writeLock(directory, number, { ...held, released: true });
  const others = ["0", "011", "12x", "x12", "1234567890123456"];
  for (const name of [".new-1", ...others]) writeFileSync(join(directory, name), "");
  const lock = await acquireLock(directory, "mine", machine(), 0, never);
  expect(readdirSync(directory).sort()).toEqual(["11", ...others].sort());
  await lock.release();
});

test("where it cannot be written or looked for, that is said", async () => {
  const nowhere = join(await lockDirectory(), "nowhere");
  await expect(acquireLock(nowhere, "mine", machine(), 0, never)).rejects.toMatchObject({
    code: "output",
    message: expect.stringContaining(`${nowhere} cannot be written: ENOENT`),
  });
});

test.runIf(process.platform === "linux")("where nobody may make files, that is said", async () => {
  await expect(acquireLock("/sys", "mine", machine(), 0, never)).rejects.toMatchObject({
    code: "output",
    message: expect.stringMatching(/^\/sys cannot be written: E(ACCES|PERM|ROFS)/),
  });
});

test("a dead holder's lock is taken over, by one of those who try", async () => {
  const directory = await lockDirectory();
  writeLock(directory, 3, held);
  const tries = Array.from({ length: 5 }, () => acquireLock(directory, "mine", machine(), 0, never));
  const results = await Promise.allSettled(tries);
  const won = results.filter((result) => result.status === "fulfilled");
  expect(won).toHaveLength(1);
  expect(won[0]?.value.takenOver).toEqual(held);
  expect(readdirSync(directory)).toEqual(["4"]);
  await won[0]?.value.release();
});

test("a holder that was taken over knows it, and takes nothing back", async () => {
  const directory = await lockDirectory();
  const lock = await acquireLock(directory, "mine", machine(), 0, never);
  writeLock(directory, 2, held);
  expect(() => lock.verify()).toThrow(
    expect.objectContaining({
      code: "locked",
      message: `the lock of ${directory} was taken over after this run had been silent for too long`,
      hint: "run it again",
    }),
  );
  await lock.release();
  for (const [number, run] of [
    [1, "mine"],
    [2, "r"],
  ] as const)
    expect(readLock(directory, number)).toMatchObject({ run, released: false });
});

test.each(["", "{}"])("an unreadable lock counts as held for half an hour: %j", async (text) => {
  const directory = await lockDirectory();
  const path = join(directory, "1");
  writeFileSync(path, text);
  utimesSync(path, noon / 1000, (noon - 29 * minuteMs) / 1000);
  await expect(acquireLock(directory, "mine", machine(), 0, never)).rejects.toMatchObject({ code: "model" });
  utimesSync(path, noon / 1000, (noon - 30 * minuteMs) / 1000);
  const lock = await acquireLock(directory, "mine", machine(), 0, never);
  const unknown = { run: "", host: "", pid: 0, process_start: null, boot_id: null, pid_space: null };
  expect(lock.takenOver).toEqual({ ...unknown, started: ago(30), heartbeat: ago(30), released: false });
  await lock.release();
});

test("a link in the lock's place is refused, and what it leads to stays as it is", async () => {
  const directory = await lockDirectory();
  const victim = join(await temporaryDirectory(), "victim");
  writeFileSync(victim, "mine");
  symlinkSync(victim, join(directory, "1"));
  await expect(acquireLock(directory, "mine", machine(), 0, never)).rejects.toThrow(
    `${join(directory, "1")} is a link`,
  );
  expect(readFileSync(victim, "utf8")).toBe("mine");
});

test("waiting ends when it is interrupted", async () => {
  const directory = await lockDirectory();
  writeLock(directory, 1, held);
  const interruption = new AbortController();
  const waiting = acquireLock(directory, "mine", machine({ 9: "200" }), minuteMs, interruption.signal);
  interruption.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});

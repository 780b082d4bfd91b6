import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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
    ["not when its clock is ahead", { ...held, host: "there", boot_id: "b", heartbeat: ago(-600) }, {}, false],
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
    message: expect.stringContaining("process 9 on here"),
  });
  expect(readdirSync(directory)).toEqual(["3"]);
});

test("a dead holder's lock is taken over, by one of those who try", async () => {
  const directory = await lockDirectory();
  writeLock(directory, 3, held);
  const tries = Array.from({ length: 5 }, () => acquireLock(directory, "mine", machine(), 0, never));
  const results = await Promise.allSettled(tries);
  const won = results.filter((result) => result.status === "fulfilled");
  expect(won).toHaveLength(1);
  expect(won[0]?.value.takenOver?.run).toBe("r");
  await won[0]?.value.release();
});

test("a holder that was taken over knows it, and takes nothing back", async () => {
  const directory = await lockDirectory();
  const lock = await acquireLock(directory, "mine", machine(), 0, never);
  writeLock(directory, 2, held);
  expect(() => lock.verify()).toThrow(/taken over/);
  await lock.release();
  expect(JSON.parse(readFileSync(join(directory, "2"), "utf8"))).toMatchObject({ run: "r", released: false });
});

test("an unreadable lock counts as held for half an hour", async () => {
  const directory = await lockDirectory();
  const path = join(directory, "1");
  writeFileSync(path, "");
  utimesSync(path, noon / 1000, (noon - 29 * minuteMs) / 1000);
  await expect(acquireLock(directory, "mine", machine(), 0, never)).rejects.toMatchObject({ code: "model" });
  utimesSync(path, noon / 1000, (noon - 31 * minuteMs) / 1000);
  const lock = await acquireLock(directory, "mine", machine(), 0, never);
  await lock.release();
});

test("a link in the lock's place is refused, and what it leads to stays as it is", async () => {
  const directory = await lockDirectory();
  const victim = join(await temporaryDirectory(), "victim");
  writeFileSync(victim, "mine");
  symlinkSync(victim, join(directory, "1"));
  await expect(acquireLock(directory, "mine", machine(), 0, never)).rejects.toThrow(/is a link/);
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

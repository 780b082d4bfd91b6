// One writer at a time. In: who wants to write. Out: the lock, or who has it. A holder that died leaves a lock that the next one
// takes over; one that lives, or may live, keeps it.
//
// lock/ holds numbered files, and the highest number counts. A lock is taken by linking a file at the next number, which only one
// can; it is given back by a file that says so in its place. Numbers never go down, so nobody can take a number that someone else
// has already taken, given back and cleared away: seeing a higher one, they withdraw.
import { promises, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { syncDirectory, writeSynced } from "../artifact/directory.js";
import { codeOf, HindcastError } from "../base/errors.js";
import * as z from "../base/schema.js";
import { statusOf } from "../base/status.js";
import { cannotWrite, isTemporaryName, linkRefusal, readJson, replaceFile, temporaryName } from "./files.js";

const lockSchema = z.object({
  run: z.string(),
  host: z.string(),
  pid: z.int(),
  /** When the process started, in the system's own count since its boot; null where that cannot be known. */
  process_start: z.string().nullable(),
  /** Of the boot and the space of process ids that `pid` belongs to; null where there are none. */
  boot_id: z.string().nullable(),
  pid_space: z.string().nullable(),
  started: z.string(),
  heartbeat: z.string(),
  released: z.boolean(),
});
export type LockRecord = z.infer<typeof lockSchema>;
export type Holder = Pick<LockRecord, "host" | "pid" | "process_start" | "boot_id" | "pid_space">;

/** What a lock has to know of the machine it is taken on. */
export interface Machine {
  readonly self: Holder;
  /** Of a process of this machine: "gone", when it started, or null where that cannot be known. */
  startOf(pid: number): string | "gone" | null;
  /** Milliseconds since the epoch. */
  now(): number;
}

const heartbeatMs = 30_000;
/** A holder elsewhere that has been silent for so long is dead. */
const silenceMs = 30 * 60_000;
/** One of the same name that ran before this machine's last boot need not be waited for so long. */
const silenceAfterBootMs = 10 * heartbeatMs;
const pollMs = 250;

export interface Lock {
  /** What a dead holder left, if one was taken over. */
  readonly takenOver: LockRecord | undefined;
  /** @throws HindcastError "locked" when someone else took the lock over, which a long sleep of the machine may cause */
  verify(): void;
  release(): Promise<void>;
}

/**
 * @param directory `lock/` of a registry, which is there
 * @param waitMs how long to wait for a living holder
 * @throws HindcastError "locked", "output"; the signal's reason when aborted
 */
export async function acquireLock(
  directory: string,
  run: string,
  machine: Machine,
  waitMs: number,
  signal: AbortSignal,
): Promise<Lock> {
  const started = timeText(machine);
  const record: LockRecord = { run, ...machine.self, started, heartbeat: started, released: false };
  let waitedMs = 0;
  for (;;) {
    signal.throwIfAborted();
    const last = highest(directory);
    const held = last === 0 ? undefined : readLock(directory, last, machine);
    if (held !== undefined && !isFree(held, machine)) {
      if (waitedMs >= waitMs) throw locked(directory, held);
      await sleep(pollMs, undefined, { signal });
      waitedMs += pollMs;
      continue;
    }
    const own = last + 1;
    if (!(await link(directory, own, record))) continue;
    if (highest(directory) > own) {
      await promises.rm(join(directory, String(own)), { force: true });
      continue;
    }
    await clearBelow(directory, own);
    const takenOver = held === undefined || held.released ? undefined : held;
    return holdLock(directory, own, record, machine, takenOver);
  }
}

function holdLock(
  directory: string,
  own: number,
  record: LockRecord,
  machine: Machine,
  takenOver: LockRecord | undefined,
): Lock {
  const path = join(directory, String(own));
  const verify = () => {
    const last = highest(directory);
    if (last !== own)
      throw new HindcastError(
        "locked",
        `the lock of ${directory} was taken over after this run had been silent for too long`,
        "run it again",
      );
  };
  const write = (released: boolean) =>
    replaceFile(path, lockText({ ...record, heartbeat: timeText(machine), released }));
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    // A missed beat costs nothing until many are missed; what cannot be written will be said by what has to be.
    beating = beating.then(() => write(false)).catch(() => {});
  }, heartbeatMs);
  timer.unref();
  return {
    takenOver,
    verify,
    async release() {
      clearInterval(timer);
      await beating;
      if (highest(directory) === own) await write(true);
    },
  };
}

/** @returns whether the number was free */
async function link(directory: string, number: number, record: LockRecord): Promise<boolean> {
  const temporary = join(directory, temporaryName());
  try {
    await writeSynced(temporary, lockText(record));
    await promises.link(temporary, join(directory, String(number)));
    await syncDirectory(directory);
    return true;
  } catch (error) {
    const code = codeOf(error);
    // ENOENT: another one, having got the lock, swept the temporary file away.
    if (code === "EEXIST" || code === "ENOENT") return false;
    throw cannotWrite(directory, error);
  } finally {
    await promises.rm(temporary, { force: true }).catch(() => {});
  }
}

/** What cannot be cleared away now is by the next one. */
async function clearBelow(directory: string, own: number): Promise<void> {
  for (const name of await promises.readdir(directory).catch(() => []))
    if (isTemporaryName(name) || (isNumber(name) && Number(name) < own))
      await promises.rm(join(directory, name), { force: true }).catch(() => {});
}

/** 0 when there is none. @throws HindcastError "output" */
function highest(directory: string): number {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    throw cannotWrite(directory, error);
  }
  return Math.max(0, ...names.filter(isNumber).map(Number));
}

function isNumber(name: string): boolean {
  return /^[1-9]\d{0,14}$/.test(name);
}

/** A lock that a power cut left unreadable is told by its file's age. @returns undefined when it has just been cleared away */
function readLock(directory: string, number: number, { now }: Machine): LockRecord | undefined {
  const path = join(directory, String(number));
  const stat = statusOf(path);
  if (stat === undefined) return undefined;
  if (stat.isSymbolicLink()) throw linkRefusal(path);
  try {
    return readJson(path, lockSchema);
  } catch (error) {
    if (statusOf(path) === undefined) return undefined;
    if (now() - stat.mtimeMs < silenceMs) throw error;
    const [host, run, time] = ["", "", stat.mtime.toISOString()];
    const unknown = { process_start: null, boot_id: null, pid_space: null };
    return { run, host, pid: 0, ...unknown, started: time, heartbeat: time, released: false };
  }
}

/** Whether nobody holds it any more. */
export function isFree(held: LockRecord, machine: Machine): boolean {
  if (held.released) return true;
  const { self } = machine;
  const silentMs = machine.now() - Date.parse(held.heartbeat);
  const isSameBoot = held.boot_id === self.boot_id && held.pid_space === self.pid_space;
  const isSameHost = isSameBoot && (held.boot_id !== null || held.host === self.host);
  if (!isSameHost) {
    const isBeforeBoot = held.host === self.host && held.boot_id !== self.boot_id;
    return silentMs >= (isBeforeBoot ? silenceAfterBootMs : silenceMs);
  }
  const start = machine.startOf(held.pid);
  if (start === "gone") return true;
  if (start === null || held.process_start === null) return silentMs >= silenceMs;
  return start !== held.process_start;
}

function locked(directory: string, { host, pid, started, heartbeat }: LockRecord): HindcastError {
  return new HindcastError(
    "locked",
    `${directory} is held by process ${pid} on ${host}, since ${started}, last heard of at ${heartbeat}`,
    "--lock-wait 5m waits for it; the lock of a dead process is taken over",
  );
}

function lockText(record: LockRecord): string {
  return `${JSON.stringify({ schema_version: 1, type: "lock", ...record })}\n`;
}

function timeText({ now }: Machine): string {
  return new Date(now()).toISOString();
}

// Temporary files beside what they are to become. In: a target. Out: a name that says whose it is, and, later, the removal of those that
// dead processes left: a kill cannot be caught, so the next run for the same target sweeps up.
import { createHash, randomUUID } from "node:crypto";
import { promises, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { codeOf } from "./errors.js";

let known: string | undefined;

/** Of this boot and this space of process ids, in which alone a process id means anything; "" where the system does not tell. */
function placeOf(): string {
  if (known === undefined)
    try {
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8") + readlinkSync("/proc/self/ns/pid");
      known = createHash("sha256").update(boot).digest("hex").slice(0, 12);
    } catch {
      known = "";
    }
  return known;
}

/** A hidden path beside `target`, which nobody else has. */
export function temporaryBeside(target: string): string {
  const owner = `${process.pid}-${placeOf() || "elsewhere"}`;
  return join(dirname(target), `.${basename(target)}.writing-${owner}-${randomUUID().slice(0, 8)}`);
}

/**
 * Removes what dead processes of this machine left beside `target`. What others may still write stays: of another machine or
 * container, of before the last boot, or where a living process has got the same number.
 */
export async function removeLeftovers(target: string): Promise<void> {
  const place = placeOf();
  if (place === "") return;
  const [directory, prefix] = [dirname(target), `.${basename(target)}.writing-`];
  const names = await promises.readdir(directory).catch(() => []);
  for (const name of names) {
    const [, pid] = name.startsWith(prefix) ? (/^(\d+)-/.exec(name.slice(prefix.length)) ?? []) : [];
    if (pid === undefined || !name.startsWith(`${prefix}${pid}-${place}-`) || isRunning(Number(pid))) continue;
    await promises.rm(join(directory, name), { recursive: true, force: true }).catch(() => {});
  }
}

/** Whether there is a process of that number. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, and therefore there.
    return codeOf(error) === "EPERM";
  }
}

// This process and its neighbours, as the lock of a registry tells them apart. In: the system. Out: who we are, and whether another
// process still runs.
import { readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { isRunning } from "../base/leftovers.js";
import type { Machine } from "../registry/lock.js";
import type { Io } from "./io.js";

export function thisMachine({ host, now }: Pick<Io, "host" | "now">): Machine {
  const { pid } = process;
  const start = startOf(pid);
  return {
    self: {
      host,
      pid,
      process_start: start === "gone" ? null : start,
      boot_id: attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
      pid_space: attempt(() => readlinkSync("/proc/self/ns/pid")),
    },
    startOf,
    now,
  };
}

/** Linux tells when a process started; elsewhere only whether there is one is known. */
function startOf(pid: number): string | "gone" | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The name, in brackets, may hold anything: proc(5), /proc/pid/stat. Field 3 is the state, field 22 the start.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A process that was killed and not yet waited for is there in name only.
  if (fields?.[0] === "Z" || fields?.[0] === "X") return "gone";
  return fields?.[19] ?? (isRunning(pid) ? null : "gone");
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}

// How many threads may compute at once. In: the processors this process may run on, and what its control groups (containers,
// batch systems) leave it of their time. Out: a number to divide among jobs and the threads of each.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";

/** @returns a file's text; undefined when it cannot be read */
type ReadText = (path: string) => string | undefined;

/**
 * @param processorCount that this process may run on
 * @returns 1 or more: a thread beyond the quota of a control group would be stopped in the middle of a step, and hold up the rest
 */
export function availableThreads(processorCount = availableParallelism(), read: ReadText = readText): number {
  return Math.max(1, Math.floor(Math.min(processorCount, ...quotas(read))));
}

/** Processors' worth of time that each control group above this process grants; version 2 and version 1 (Linux). */
function quotas(read: ReadText): number[] {
  return (read("/proc/self/cgroup") ?? "")
    .split("\n")
    .map((line) => line.split(":"))
    .flatMap(([, controllers, path = ""]) => {
      if (controllers === "") return ancestors(path).map((group) => quotaOf(read(`/sys/fs/cgroup${group}cpu.max`)));
      if (!controllers?.split(",").includes("cpu")) return [];
      return ancestors(path).map((group) => {
        const [quota, period] = ["quota", "period"].map((name) => read(`/sys/fs/cgroup/cpu${group}cpu.cfs_${name}_us`));
        return quotaOf(`${quota} ${period}`);
      });
    });
}

/** "/a/b" to "/", "/a/" and "/a/b/": inside a container, groups are seen from its own or from its host's root. */
function ancestors(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  return Array.from({ length: names.length + 1 }, (_, depth) => ["", ...names.slice(0, depth), ""].join("/"));
}

/** @param text "quota period" in microseconds; without a limit the quota is "max", or -1 */
function quotaOf(text = ""): number {
  const [quota, period] = text.split(" ").map(Number);
  const share = quota! / period!;
  return share > 0 ? share : Number.POSITIVE_INFINITY;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

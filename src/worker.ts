// A thread or a process of `--jobs`, started from a file of its own. In: what it begins with, and tasks. Out: reports on them.
import { readFileSync } from "node:fs";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import type { Start } from "./parallel/messages.js";
import { serve } from "./parallel/serve.js";

// As for the command line itself, Node's own warnings are no news for the user.
process.removeAllListeners("warning");
const meters = { now: () => performance.now(), peakBytes };
if (parentPort !== null) serve(parentPort, workerData, meters);
else serveProcess();

function serveProcess(): void {
  process.once("message", (start: Start) => {
    const postMessage = (report: unknown) => void process.send?.(report);
    serve({ postMessage, on: (_, listener) => process.on("message", listener) }, start, meters);
  });
  // It goes when the command line does, which is who hears of Ctrl-C.
  process.on("disconnect", () => process.exit());
  process.on("SIGINT", () => {});
}

/**
 * Of this process since it began. What the system counts for a child includes the process that it was forked from, where Linux's
 * own status file does not.
 */
function peakBytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  } catch {
    // Another system.
  }
  return process.resourceUsage().maxRSS * 1024;
}

// What all modes of the kill test share: a directory, random moments, and runs of hindcast that are cut off at them. In: a seed. Out: how
// runs ended and what they said.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../../bin/hindcast.js", import.meta.url));

export function startWork(seed) {
  const directory = mkdtempSync(join(tmpdir(), "hindcast-kill-"));
  const at = (name) => join(directory, name);
  let state = seed;
  /** Numerical Recipes' linear congruential generator; in [0, 1). */
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };

  /** @param cut when, from the start or from when what `begins` names is written, and by which signal (SIGKILL); never when left out */
  async function run(argv, cut, env = {}) {
    const begun = cut?.begins && whenWritten(at(cut.begins.within), cut.begins);
    const options = { cwd: directory, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] };
    const child = spawn(process.execPath, [binary, ...argv], options);
    const said = [];
    child.stdout.on("data", (chunk) => said.push(chunk));
    child.stderr.on("data", (chunk) => said.push(chunk));
    const closed = new Promise((done) => child.on("close", (code, signal) => done({ code, signal })));
    if (cut !== undefined) {
      if (begun !== undefined) await Promise.race([begun.now, closed]);
      await Promise.race([sleep(cut.afterMs), closed]);
      child.kill(cut.signal ?? "SIGKILL");
    }
    begun?.stop();
    return { ...(await closed), text: Buffer.concat(said).toString() };
  }

  async function timeOf(argv, env) {
    const started = performance.now();
    const { code, text } = await run(argv, undefined, env);
    if (code !== 0) throw new Error(`hindcast ${argv.join(" ")} does not work here: ${text}`);
    return performance.now() - started;
  }

  return {
    directory,
    at,
    random,
    run,
    timeOf,
    /** Half of the time anywhere, a little beyond the end too; the other half soon after what `begins` names is written. */
    momentOf: (durationMs, begins) =>
      random() < 0.5 ? { afterMs: 1.1 * random() * durationMs } : { begins, afterMs: random() ** 3 * 0.4 * durationMs },
    /** What killed runs were writing beside their targets. */
    strays: () => readdirSync(directory).filter((name) => name.startsWith(".")),
    clear: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** When a file whose name fits next comes, goes or is renamed ("rename"), or gets other bytes ("change"). */
function whenWritten(directory, { event, name }) {
  let watcher;
  const now = new Promise((done) => {
    watcher = watch(directory, (what, changed) => what === event && name.test(changed ?? "") && done());
  });
  return { now, stop: () => watcher.close() };
}

/** What happened, by name, beginning at 0; and losses that are said as they are found. */
export function createTally(subject, countNames, lossNames) {
  const zeros = (names) => Object.fromEntries(names.map((name) => [name, 0]));
  const counts = zeros(["kills", "hit", "too late", ...countNames]);
  const losses = zeros(lossNames);
  return {
    subject,
    counts,
    losses,
    /** @param outcome of a run that was to be killed */
    countKill({ signal }) {
      counts.kills++;
      counts[signal === "SIGKILL" ? "hit" : "too late"]++;
    },
    lose(loss, text) {
      losses[loss]++;
      console.error(`${subject}, ${counts.kills}: ${loss}: ${text}`);
    },
  };
}

// What all modes of the kill test share: a directory, random moments, and runs of hindcast that are cut off at them. In: a seed. Out: how
// runs ended and what they said.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../../bin/hindcast.js", import.meta.url));

export function startWork(seed) {
  const directory = mkdtempSync(join(tmpdir(), "hindcast-kill-"));
  let state = seed;
  /** Numerical Recipes' linear congruential generator; in [0, 1). */
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };

  /** @param cut when, and by which signal (SIGKILL); never when left out */
  async function run(argv, cut, env = {}) {
    const options = { cwd: directory, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] };
    const child = spawn(process.execPath, [binary, ...argv], options);
    const said = [];
    child.stdout.on("data", (chunk) => said.push(chunk));
    child.stderr.on("data", (chunk) => said.push(chunk));
    const closed = new Promise((done) => child.on("close", (code, signal) => done({ code, signal })));
    if (cut !== undefined) {
      await Promise.race([sleep(cut.afterMs), closed]);
      child.kill(cut.signal ?? "SIGKILL");
    }
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
    at: (name) => join(directory, name),
    random,
    run,
    timeOf,
    /** Up to a little beyond the end of what takes so long, and half of the time near it, where files are written. */
    momentOf: (durationMs) => durationMs * (random() < 0.5 ? 1.1 * random() : 0.7 + 0.4 * random()),
    /** What killed runs were writing beside their targets. */
    strays: () => readdirSync(directory).filter((name) => name.startsWith(".")),
    clear: () => rmSync(directory, { recursive: true, force: true }),
  };
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

// What all modes of the kill test share. In: how many kills, and a seed. Out: runs of hindcast, killed or not; counts, and the exit code.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const binary = fileURLToPath(new URL("../../bin/hindcast.js", import.meta.url));
const words = process.argv.slice(2).filter((word) => /^\d+$/.test(word));
export const killCount = Number(words[0] ?? 200);
let state = Number(words[1] ?? 1);

/** Numerical Recipes' linear congruential generator; in [0, 1). */
export function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** Removed at the end. */
export const directory = mkdtempSync(join(tmpdir(), "hindcast-kill-"));

/** @param killAfterMs never when left out */
export async function run(argv, killAfterMs, env = {}) {
  const options = { cwd: directory, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] };
  const child = spawn(process.execPath, [binary, ...argv], options);
  const said = [];
  child.stdout.on("data", (chunk) => said.push(chunk));
  child.stderr.on("data", (chunk) => said.push(chunk));
  const closed = new Promise((done) => child.on("close", (code, signal) => done({ code, signal })));
  if (killAfterMs !== undefined) {
    await Promise.race([sleep(killAfterMs), closed]);
    child.kill("SIGKILL");
  }
  return { ...(await closed), text: Buffer.concat(said).toString() };
}

export async function timeOf(argv, env) {
  const started = performance.now();
  const { code, text } = await run(argv, undefined, env);
  if (code !== 0) throw new Error(`hindcast ${argv.join(" ")} does not work here: ${text}`);
  return performance.now() - started;
}

/** Prints the counts; exit code 1 when anything was lost. */
export function end(counts, losses) {
  const lostCount = Object.values(losses).reduce((sum, count) => sum + count, 0);
  for (const [name, count] of Object.entries({ ...counts, ...losses })) console.log(`${name}: ${count}`);
  rmSync(directory, { recursive: true });
  process.exit(lostCount > 0 ? 1 : 0);
}

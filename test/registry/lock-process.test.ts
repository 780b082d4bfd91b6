// The lock of a registry as processes meet it: files that others left, of this host, of an earlier boot of it, and of another host.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LockRecord } from "../../src/registry/lock.js";
import { temporaryDirectory } from "../support/directory.js";
import { runShell } from "../support/hindcast.js";

const retrain = "hindcast retrain registry data.csv -H 4 --model naive --force";
const living = spawn("sleep", ["600"], { stdio: "ignore" });
afterAll(() => void living.kill());

let directory: string;
let released: LockRecord;
beforeAll(async () => {
  directory = await temporaryDirectory();
  const rows = Array.from({ length: 40 }, (_, t) => `${t},${(t * 7919) % 101}\n`);
  writeFileSync(join(directory, "data.csv"), `time,value\n${rows.join("")}`);
  expect(await runShell(retrain, directory)).toMatchObject({ stderr: "", exit: 0 });
  released = JSON.parse(readFileSync(join(directory, "registry/lock/1"), "utf8"));
});

/** Of a living process of this machine, unless `fields` say otherwise. @param minutes since it was last heard of */
function writeLock(minutes: number, fields: Partial<LockRecord>): void {
  const heartbeat = new Date(Date.now() - minutes * 60_000).toISOString();
  const [, stat = ""] = readFileSync(`/proc/${living.pid}/stat`, "utf8").split(") ");
  const own = { pid: living.pid, process_start: stat.split(" ")[19], started: heartbeat, heartbeat, released: false };
  for (const name of readdirSync(join(directory, "registry/lock"))) rmSync(join(directory, "registry/lock", name));
  writeFileSync(join(directory, "registry/lock/9"), JSON.stringify({ ...released, run: "other", ...own, ...fields }));
}

const boot = "00000000-0000-0000-0000-000000000000";

test.runIf(process.platform === "linux").each([
  ["of a living process is kept, however long it was silent", 600, {}, 11],
  ["of a process whose number another one has by now is taken over", 0, { process_start: "1" }, 0],
  ["of a process that is gone is taken over", 0, { pid: 2 ** 22 }, 0],
  ["of this host before it was started anew is kept for some minutes", 4, { boot_id: boot }, 11],
  ["of this host before it was started anew is taken over after them", 6, { boot_id: boot }, 0],
  ["of another host is kept for 29 minutes", 29, { host: "there", boot_id: boot }, 11],
  ["of another host is taken over after 31", 31, { host: "there", boot_id: boot }, 0],
] as const)("the lock %s", async (_, minutes, fields, exit) => {
  writeLock(minutes, fields);
  const outcome = await runShell(retrain, directory);
  expect(outcome.exit).toBe(exit);
  if (exit === 11) {
    expect(outcome.stderr).toContain(`held by process ${living.pid}`);
    expect(readdirSync(join(directory, "registry/lock"))).toEqual(["9"]);
  }
});

test.runIf(process.platform === "linux")(
  "--lock-wait waits for as long as it says, or until the holder is gone",
  async () => {
    writeLock(0, {});
    expect((await runShell(`${retrain} --lock-wait 1s`, directory)).exit).toBe(11);
    const waiting = runShell(`${retrain} --lock-wait 2m`, directory);
    living.kill();
    expect((await waiting).exit).toBe(0);
  },
);

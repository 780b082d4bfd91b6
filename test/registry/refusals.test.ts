// `retrain` where the system refuses: a full disk, an input that is gone, a clock that was set back. The registry stays what it was, the
// exit code says which side it was on, and the next run goes on.
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { runShell } from "../support/hindcast.js";

const retrain = "hindcast retrain registry data.csv -H 4 --model naive";

function addRows(directory: string, from: number, count: number): void {
  const rows = Array.from({ length: count }, (_, i) => `${from + i},${((from + i) * 7919) % 101}\n`);
  appendFileSync(join(directory, "data.csv"), rows.join(""));
}

/** A directory with data and a registry of one version. */
async function start(directory: string): Promise<string> {
  writeFileSync(join(directory, "data.csv"), "time,value\n");
  addRows(directory, 1, 40);
  expect(await runShell(retrain, directory)).toMatchObject({ stderr: "", exit: 0 });
  return directory;
}

async function rowsOf(directory: string): Promise<Record<string, unknown>[]> {
  const { stdout } = await runShell("hindcast models registry --format json", directory);
  return (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows;
}

const forecast = async (directory: string) => (await runShell("hindcast forecast --from registry", directory)).stdout;

test("an input that is gone is a failure of the data, in the history, and the champion stays", async () => {
  const directory = await start(await temporaryDirectory());
  const before = await forecast(directory);
  rmSync(join(directory, "data.csv"));
  const outcome = await runShell(retrain, directory);
  expect(outcome).toMatchObject({ stdout: "", exit: 4 });
  expect(outcome.stderr).toContain("data.csv");
  expect(outcome.stderr).not.toContain("\n    at ");
  expect(await forecast(directory)).toBe(before);
  expect(await rowsOf(directory)).toMatchObject([{ action: "promoted" }, { action: "failed", error_code: "data" }]);
});

test("after a clock was set back the next run is what it would have been", async () => {
  const directory = await start(await temporaryDirectory());
  // What a run of ten years later would have left.
  for (const name of ["history.ndjson", "versions/1/version.json", "lock/1"]) {
    const path = join(directory, "registry", name);
    const later = (_: string, year: string) => String(Number(year) + 10);
    writeFileSync(path, readFileSync(path, "utf8").replace(/(?<=")(20\d\d)(?=-\d\d-\d\dT)/g, later));
  }
  addRows(directory, 41, 4);
  expect(await runShell(retrain, directory)).toMatchObject({ stderr: "", exit: 0 });
  const rows = await rowsOf(directory);
  expect(rows).toMatchObject([
    { action: "promoted", version: 1 },
    { action: "promoted", version: 2, state: "champion" },
  ]);
  expect(rows.every(({ duration_ms }) => Number(duration_ms) >= 0)).toBe(true);
  expect(String(rows[0]?.started) > String(rows[1]?.started)).toBe(true);
});

const mounts: string[] = [];
afterAll(() => {
  for (const mount of mounts) spawnSync("umount", [mount]);
});

/** A file system of its own; undefined where this user may not mount one. */
function mountSmall(directory: string): string | undefined {
  const mount = join(directory, "small");
  mkdirSync(mount);
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", mount]);
  if (status !== 0) return undefined;
  mounts.push(mount);
  return mount;
}

describe("a disk that is full", () => {
  test("costs the run, with the reason, and nothing of what was there", async ({ skip }) => {
    const mount = mountSmall(await temporaryDirectory());
    if (mount === undefined) return skip("only root may mount a small file system");
    const directory = await start(mount);
    const before = await forecast(directory);
    addRows(directory, 41, 4);
    const filler = join(directory, "filler");
    // From no block left, so that not even a lock can be written, to some for a part of the version.
    for (const freeKib of [0, 4, 8, 12]) {
      spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=1k", "count=1000"]);
      if (freeKib > 0) spawnSync("truncate", ["-s", `-${freeKib}K`, filler]);
      const outcome = await runShell(retrain, directory, { TMPDIR: "/tmp" });
      expect(outcome, `${freeKib} KiB free`).toMatchObject({ stdout: "", exit: 8 });
      expect(outcome.stderr).toMatch(/(cannot be written|cannot write).*(no space|ENOSPC)/);
      expect(await forecast(directory)).toBe(before);
      rmSync(filler);
      expect(readdirSync(join(directory, "registry/versions"))).toEqual(["1"]);
    }
    expect(await runShell(retrain, directory)).toMatchObject({ stderr: "", exit: 0 });
    expect(readdirSync(join(directory, "registry")).filter((name) => name.startsWith("."))).toEqual([]);
    expect(await forecast(directory)).not.toBe(before);
  }, 60_000);
});

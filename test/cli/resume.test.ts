// Real trainings, real signals: what is cut off and goes on ends with the very bytes of one that ran through.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { cleanEnvironment, root, runShell } from "../support/hindcast.js";

const data = join(root, "fixtures/air-passengers.csv");
const recipe = ["-H", "6", "--model", "gru", "--epochs", "8", "--dropout", "0.1"];
/** After every step, so that a training this short leaves something. */
const env = { HINDCAST_CHECKPOINT_SECONDS: "0" };

let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory();
});

const train = (out: string, ...flags: string[]) => ["train", data, ...recipe, "--out", out, ...flags];
const runTrain = (out: string, ...flags: string[]) =>
  runShell(["hindcast", ...train(out, ...flags)].join(" "), directory, env);

/** All that a run may not change: run.json says when and where it was. */
const bytesOf = (out: string) =>
  Object.fromEntries(
    readdirSync(join(directory, out), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "run.json")
      .map((entry) => relative(join(directory, out), join(entry.parentPath, entry.name)))
      .map((name) => [name, readFileSync(join(directory, out, name)).toString("base64")]),
  );

/** Kills a training once so much of it is kept. @returns how it ended */
async function interrupt(args: readonly string[], checkpoint: string, signal: NodeJS.Signals, trainings: number) {
  const child: ChildProcess = spawn(process.execPath, [join(root, "bin/hindcast.js"), ...args], {
    cwd: directory,
    env: { ...cleanEnvironment(directory), ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  const isKept = () =>
    existsSync(checkpoint) && readdirSync(checkpoint).filter((name) => !/^\.|^check/.test(name)).length;
  while (child.exitCode === null && Number(isKept()) < trainings) await sleep(5);
  child.kill(signal);
  return { exit: await closed, stderr };
}

describe("a training that was cut off", () => {
  beforeAll(async () => {
    expect((await runTrain("whole")).exit).toBe(0);
    expect(readdirSync(directory)).toEqual(["whole"]);
  });

  test.each([
    ["SIGINT", 130, 1],
    ["SIGTERM", 143, 2],
    ["SIGKILL", null, 3],
  ] as const)(
    "by %s ends with %s, and with --resume with the same bytes (%i trainings begun)",
    async (signal, exit, count) => {
      const out = `${signal}-${count}`;
      const checkpoint = join(directory, `${out}.checkpoint`);
      const cut = await interrupt(train(out), checkpoint, signal, count);
      expect(cut.exit).toBe(exit);
      if (signal !== "SIGKILL")
        expect(cut.stderr).toContain(`${out}.checkpoint is kept; try: the same command with --resume`);
      expect(existsSync(join(directory, out))).toBe(false);
      const resumed = await runTrain(out, "--resume");
      expect(resumed.stderr).toContain(`goes on from ${out}.checkpoint`);
      expect(resumed.exit).toBe(0);
      expect(bytesOf(out)).toEqual(bytesOf("whole"));
      expect(existsSync(checkpoint)).toBe(false);
    },
  );

  test("again and again, each time a little later, comes to its end", async () => {
    const out = "stubborn";
    const checkpoint = join(directory, `${out}.checkpoint`);
    for (let count = 1; count <= 3; count++) await interrupt(train(out, "--resume"), checkpoint, "SIGKILL", count);
    expect((await runTrain(out, "--resume")).exit).toBe(0);
    expect(bytesOf(out)).toEqual(bytesOf("whole"));
  });

  test("is refused with other flags or other data, and gone on from with another --max-time", async () => {
    const out = "changed";
    await interrupt(train(out), join(directory, `${out}.checkpoint`), "SIGKILL", 1);
    expect(await runTrain(out, "--resume", "--seed", "2")).toMatchObject({
      exit: 2,
      stderr: expect.stringMatching(
        /--seed is 2, and was 1 when the training in changed\.checkpoint began\ntry: .*--resume/,
      ),
    });
    expect(await runTrain(out, "--resume", "--until", "1960-06")).toMatchObject({ exit: 2 });
    const line = `head -140 ${data} | hindcast train - ${recipe.join(" ")} --out ${out} --resume`;
    expect(await runShell(line, directory, env)).toMatchObject({
      exit: 4,
      stderr: expect.stringMatching(/144 values in 144 steps of 1 series then, 139 values.*now\ntry: .*--resume/),
    });
    expect((await runTrain(out, "--resume", "--max-time", "1h")).exit).toBe(0);
    expect(bytesOf(out)).toEqual(bytesOf("whole"));
  });
});

test("a retrain that was killed goes on by itself, and begins again where the data are new", async () => {
  const retrain = (registry: string, from: string) => ["retrain", registry, from, ...recipe, "--folds", "1"];
  const run = (line: string[]) => runShell(`hindcast ${line.join(" ")}`, directory, env);
  const older = join(directory, "older.csv");
  writeFileSync(older, readFileSync(data, "utf8").split("\n").slice(0, 139).join("\n"));
  const silence = { stdout: "", stderr: "", exit: 0 };
  expect(await run(retrain("registry", data))).toEqual(silence);
  for (const [registry, before] of [
    ["same", data],
    ["new", older],
  ] as const) {
    await interrupt(retrain(registry, before), join(directory, registry, "checkpoint"), "SIGKILL", 2);
    expect(existsSync(join(directory, registry, "checkpoint/checkpoint.json"))).toBe(true);
    expect(await run(retrain(registry, data))).toEqual(silence);
    const model = (of: string) => readFileSync(join(directory, of, "versions/1/weights.bin"));
    expect(model(registry).equals(model("registry"))).toBe(true);
    expect(existsSync(join(directory, registry, "checkpoint"))).toBe(false);
  }
});

test("what auto had decided is decided again as it was", async () => {
  const auto = (out: string) => ["train", data, "-H", "6", "--preset", "best", "--epochs", "4", "--out", out];
  const run = (line: string[]) => runShell(`hindcast ${line.join(" ")}`, directory, env);
  expect((await run(auto("auto"))).exit).toBe(0);
  await interrupt(auto("auto-cut"), join(directory, "auto-cut.checkpoint"), "SIGKILL", 5);
  expect(await run([...auto("auto-cut"), "--resume"])).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining("trainings done"),
  });
  expect(bytesOf("auto-cut")).toEqual(bytesOf("auto"));
});

test("--resume with nothing to go on from trains from the start, and says so", async () => {
  const { exit, stderr } = await runShell(`hindcast train ${data} -H 6 --model naive --out naive --resume`, directory);
  expect({ exit, stderr }).toEqual({
    exit: 0,
    stderr: "hindcast: note: there is no checkpoint naive.checkpoint to go on from: trains from the start\n",
  });
});

// What a run loads, which is what starting costs, and where it keeps what Node compiled.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { cleanEnvironment, root } from "../support/hindcast.js";

const hindcast = join(root, "bin/hindcast.js");
const data = join(root, "fixtures/air-passengers.csv");
let directory = "";
let model = "";

/** @returns stdout, and the files of dist/ and the modules of Node that were loaded for it */
function run(args: readonly string[], env: Record<string, string> = {}) {
  const hook = join(directory, "hook.cjs");
  const report = join(directory, "loaded.json");
  writeFileSync(
    hook,
    `process.on("exit", () => require("fs").writeFileSync(${JSON.stringify(report)}, JSON.stringify([
      Object.keys(require.cache), process.moduleLoadList.map((name) => name.replace("NativeModule ", "")),
    ])));`,
  );
  const stdout = execFileSync(process.execPath, ["--require", hook, hindcast, ...args], {
    env: { ...cleanEnvironment(directory), ...env },
    encoding: "utf8",
    stdio: "pipe",
  });
  const [files, modules]: [string[], string[]] = JSON.parse(readFileSync(report, "utf8"));
  const isOurs = (path: string) => basename(dirname(path)) === "dist";
  return {
    stdout,
    files: files.filter(isOurs).map((path) => basename(path)),
    packages: files.filter((path) => path.includes("node_modules")),
    modules: new Set(modules),
  };
}

beforeAll(async () => {
  directory = await temporaryDirectory();
  model = join(directory, "model");
  const training = ["-H", "3", "--model", "gru", "--layers", "4", "--epochs", "1", "--out", model];
  execFileSync(process.execPath, [hindcast, "train", data, ...training], {
    env: cleanEnvironment(directory),
    stdio: "ignore",
  });
});

/** Parts of Node that take a millisecond or more to load. */
const slow = ["fs/promises", "net", "tty", "zlib", "child_process", "worker_threads", "internal/crypto/webcrypto"];

test("the help is one file, and opens no stream", () => {
  for (const args of [["--help"], ["--version"]]) {
    const { files, packages, modules } = run(args);
    expect(files).toEqual(["cli.js"]);
    expect(packages).toEqual([]);
    expect([...slow, "stream", "crypto"].filter((name) => modules.has(name))).toEqual([]);
  }
});

test("a forecast from a model on UTC reads no data, parses no settings and knows no time zone", () => {
  const { stdout, files, packages, modules } = run(["forecast", "--from", model]);
  expect(stdout.split("\n")).toHaveLength(5);
  expect(files).toEqual(["cli.js", "forecast.js"]);
  expect(packages).toEqual([]);
  expect([...slow, "stream", "crypto"].filter((name) => modules.has(name))).toEqual([]);
});

test("what is read for it holds no package that it has no use for", () => {
  // Names that zod, luxon, csv-parse, yaml and cli-progress cannot do without.
  const marks = ["_zod", "IANAZone", "CSV_RECORD_INCONSISTENT", "LineCounter", "barsize"];
  const bundled = ["cli.js", "forecast.js"].map((file) => readFileSync(join(root, "dist", file), "utf8")).join("\n");
  expect(marks.filter((mark) => bundled.includes(mark))).toEqual([]);
  expect(readFileSync(join(root, "dist/reading.js"), "utf8")).toContain("CSV_RECORD_INCONSISTENT");
});

test("new data bring what reads them, and nothing of what trains", () => {
  expect(run(["forecast", data, "--from", model]).files).toEqual(["cli.js", "forecast.js", "reading.js"]);
});

const forecastKeeping = (caches: string) => run(["forecast", "--from", model], { XDG_CACHE_HOME: caches });

/** What is kept after a first run, by the files of dist/ that it is of. */
function keptAfterRun(name: string): { readonly caches: string; readonly files: string[]; readonly stdout: string } {
  const caches = join(directory, name);
  mkdirSync(caches);
  const { stdout } = forecastKeeping(caches);
  expect(readdirSync(caches)).toEqual(["hindcast"]);
  return { caches, files: readdirSync(join(caches, "hindcast")).map((file) => join(caches, "hindcast", file)), stdout };
}

test("what was compiled is kept in the user's cache directory, where there is one, and changes nothing", () => {
  const absent = join(directory, "absent");
  const { stdout } = forecastKeeping(absent);
  expect(existsSync(absent)).toBe(false);
  const { caches, files, stdout: first } = keptAfterRun("caches");
  expect(first).toBe(stdout);
  expect(files.map((file) => basename(file).split("-").slice(-3).join("-"))).toEqual(["forecast-from-forecast.js"]);
  const before = files.map((file) => [file, statSync(file).mtimeMs, statSync(file).mode & 0o777]);
  expect(before[0]![2]).toBe(0o600);
  const again = forecastKeeping(caches);
  expect([again.stdout, again.files]).toEqual([stdout, ["cli.js", "forecast.js"]]);
  expect(files.map((file) => [file, statSync(file).mtimeMs, statSync(file).mode & 0o777])).toEqual(before);
});

const damage: Record<string, (file: string, kept: Buffer) => void> = {
  "has a changed byte": (file, kept) => writeFileSync(file, kept.with(kept.length >> 2, kept[kept.length >> 2]! ^ 1)),
  "is cut off": (file, kept) => writeFileSync(file, kept.subarray(0, kept.length - 4096)),
  "is empty": (file) => writeFileSync(file, ""),
  "is something else, twice": (file, kept) => writeFileSync(file, Buffer.alloc(kept.length, "x")),
  "can be written by others": (file) => chmodSync(file, 0o666),
};

test.each(Object.keys(damage))("compiled code that %s is made again", (name) => {
  const { caches, files, stdout } = keptAfterRun(name.replaceAll(/\W/g, "-"));
  const [file = ""] = files;
  const kept = readFileSync(file);
  damage[name]!(file, kept);
  utimesSync(file, 1e9, 1e9);
  expect(forecastKeeping(caches).stdout).toBe(stdout);
  const { mtimeMs, mode, size } = statSync(file);
  expect([mtimeMs > 1e12 + 1, mode & 0o777, size > kept.length / 2]).toEqual([true, 0o600, true]);
});

test("compiled code is not read through a link, and what is older than a month goes when more is kept", () => {
  const { caches, files, stdout } = keptAfterRun("links");
  const [file = ""] = files;
  const elsewhere = join(directory, "elsewhere.js");
  writeFileSync(elsewhere, readFileSync(file), { mode: 0o600 });
  execFileSync("rm", [file]);
  symlinkSync(elsewhere, file);
  const old = join(caches, "hindcast/0123456789ab-v20.0.0-x64-forecast-forecast.js");
  const foreign = join(caches, "hindcast/notes");
  for (const path of [old, foreign]) {
    writeFileSync(path, "");
    utimesSync(path, 1e9, 1e9);
  }
  expect(forecastKeeping(caches).stdout).toBe(stdout);
  expect(readdirSync(join(caches, "hindcast")).sort()).toEqual([basename(file), "notes"].sort());
  expect(statSync(file).isFile()).toBe(true);
});

test("code that loads packages only where they are asked for does so when it was kept", () => {
  const caches = join(directory, "packages");
  mkdirSync(caches);
  const args = ["forecast", data, "-H", "3", "--model", "seasonal-naive", "--holidays", "US"];
  const outcomes = [1, 2].map(() => run(args, { XDG_CACHE_HOME: caches }));
  expect(outcomes[1]!.stdout).toBe(outcomes[0]!.stdout);
  for (const { files, packages } of outcomes) {
    expect(files).toContain("commands.js");
    expect(packages.some((path) => path.includes("date-holidays"))).toBe(true);
  }
});

test.each(["/proc", "/dev/null", "relative", hindcast])("a cache directory %s is no obstacle", (caches) => {
  expect(run(["forecast", "--from", model], { XDG_CACHE_HOME: caches }).stdout).toMatch(/^month,forecast/);
});

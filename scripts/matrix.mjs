// The tests of what computes, on every Node and with every build of the kernels: `npm run test:matrix`. In: --nodes 20,22,24 --kernels native,relaxed,simd,js,
// and paths of tests (by default those of the kernels, the networks and the models). Each Node comes from npm's `node` package, into .tmp/. Out: a line for each run,
// and a dated CSV in bench/results/.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { writeResults } from "./results.mjs";
import { nodeOf, root, temporary } from "./tools.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nodes: { type: "string", default: "20,22,24" },
    kernels: { type: "string", default: "native,relaxed,simd,js" },
  },
});
const tests =
  positionals.length > 0 ? positionals : ["test/engine", "test/model", "test/fit", "test/choose", "test/gate"];

mkdirSync(temporary, { recursive: true });
const rows = [];
for (const major of options.nodes.split(","))
  for (const kernels of options.kernels.split(",")) {
    const binary = nodeOf(major);
    const report = join(temporary, "matrix.json");
    // Relaxed SIMD is behind a flag before Node 22, and vitest hands flags on to its threads only so.
    const flags = kernels === "relaxed" && major === "20" ? ["--execArgv=--experimental-wasm-relaxed-simd"] : [];
    const vitest = join(root, "node_modules/vitest/vitest.mjs");
    const began = performance.now();
    spawnSync(binary, [vitest, "run", ...tests, ...flags, "--reporter=json", `--outputFile.json=${report}`], {
      cwd: root,
      env: { ...process.env, HINDCAST_KERNELS: kernels },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    const seconds = Math.round((performance.now() - began) / 1000);
    rows.push({ node: major, kernels, passed: numPassedTests, failed: numFailedTests, seconds });
    console.log(`Node ${major}, ${kernels}: ${numPassedTests} passed, ${numFailedTests} failed, ${seconds} s`);
    if (numFailedTests > 0) process.exitCode = 1;
  }
writeResults("matrix", rows);

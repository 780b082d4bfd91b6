// The whole suite on every Node and with every build of the kernels: `npm run test:matrix`. In: --nodes 20,22,24 --kernels native,relaxed,simd,js --engines wasm,native
// --threads all,1 (HINDCAST_THREADS), and paths of tests, by default all. Each Node runs each build once, with engines and threads so dealt out that each pair of two
// settings meets; --every runs each combination. Each Node comes from npm's `node` package, into .tmp/. Out: a line for each run with the names of what failed, and a
// dated CSV in bench/results/.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { writeResults } from "./results.mjs";
import { nodeOf, root, temporary } from "./tools.mjs";

const { values: options, positionals: tests } = parseArgs({
  allowPositionals: true,
  options: {
    nodes: { type: "string", default: "20,22,24" },
    kernels: { type: "string", default: "native,relaxed,simd,js" },
    engines: { type: "string", default: "wasm,native" },
    threads: { type: "string", default: "all,1" },
    every: { type: "boolean", default: false },
  },
});
const [nodes, builds, engines, threadCounts] = [options.nodes, options.kernels, options.engines, options.threads].map(
  (list) => list.split(","),
);
const data = join(temporary, "matrix-data");
const vitest = join(root, "node_modules/vitest/vitest.mjs");

/** Of a Node and a build: every engine with every number of threads, or one of each, in turn. */
function companions(n, k) {
  if (options.every) return engines.flatMap((engine) => threadCounts.map((threads) => ({ engine, threads })));
  const inTurn = (list, turn) => list[turn % list.length];
  return [{ engine: inTurn(engines, n + k), threads: inTurn(threadCounts, n + (k >> 1)) }];
}

function runTests({ node, kernels, engine, threads }) {
  const report = join(temporary, "matrix.json");
  // Relaxed SIMD is behind a flag before Node 22, and vitest hands flags on to its threads only so.
  const flags = kernels === "relaxed" && node === "20" ? ["--execArgv=--experimental-wasm-relaxed-simd"] : [];
  const began = performance.now();
  spawnSync(nodeOf(node), [vitest, "run", ...tests, ...flags, "--reporter=json", `--outputFile.json=${report}`], {
    cwd: root,
    env: {
      ...process.env,
      XDG_DATA_HOME: data,
      HINDCAST_ENGINE: engine,
      HINDCAST_KERNELS: kernels,
      ...(threads !== "all" && { HINDCAST_THREADS: threads }),
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === "failed").map(({ fullName }) => fullName);
    // A file may fail as a whole.
    return (failed.length === 0 && status === "failed" ? [message] : failed).map((text) => `${name}: ${text}`);
  });
  const seconds = Math.round((performance.now() - began) / 1000);
  return { passed: numPassedTests, failed: Math.max(numFailedTests, failures.length), seconds, failures };
}

mkdirSync(temporary, { recursive: true });
if (engines.includes("native"))
  spawnSync(process.execPath, [join(root, "bin/hindcast.js"), "engine", "install"], {
    env: { ...process.env, XDG_DATA_HOME: data },
    stdio: ["ignore", 2, 2],
  });
/** Every Node early on, each with another build. */
const combinations = builds.flatMap((_, turn) =>
  nodes.flatMap((node, n) => {
    const k = (n + turn) % builds.length;
    return companions(n, k).map((rest) => ({ node, kernels: builds[k], ...rest }));
  }),
);
const rows = [];
for (const combination of combinations) {
  const { failures, ...counts } = runTests(combination);
  const { node, kernels, engine, threads } = combination;
  const run = `Node ${node}, ${kernels} kernels, ${engine} engine, ${threads} threads`;
  console.log(`${run}: ${counts.passed} passed, ${counts.failed} failed, ${counts.seconds} s`);
  for (const failure of failures) console.log(`  ${failure}`);
  if (counts.failed > 0) process.exitCode = 1;
  rows.push({ ...combination, ...counts });
  // Kept as far as it came.
  writeResults("matrix", rows);
}

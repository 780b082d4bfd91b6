// What a full training step costs, ours beside others': forward, loss, backpropagation through time and Adam, for one recurrent
// layer and a dense head. Every implementation runs in a process of its own, and they take turns, so that all of them meet the
// same machine. In: --cells lstm,gru,rnn --sizes 32,24,1,32/32,48,1,64 (B,T,I,H) --impl NAME,… --rounds N. Out: a table with the
// ratio to PyTorch, or with --json a row for each measurement; and a dated CSV in bench/results/.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { pythonWithTorch } from "./pytorch.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    cells: { type: "string", default: "lstm,gru,rnn" },
    sizes: { type: "string", default: "32,24,1,32/32,48,1,64/64,96,8,128" },
    impl: { type: "string", default: "hindcast-native,hindcast-wasm-relaxed,hindcast-wasm-simd,pytorch,tfjs-wasm" },
    rounds: { type: "string", default: "5" },
  },
});
const rounds = Number(options.rounds);
/** Milliseconds that one turn of one implementation takes at least, and its steps at most. */
const turnMs = 150;
const turnSteps = 40;

async function bundleOurs() {
  const outfile = `${root}.tmp/bench-hindcast.mjs`;
  const entry = `${root}bench/peers/hindcast.mjs`;
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm", logLevel: "error" });
  return outfile;
}

/** Relaxed SIMD is on by default from Node 22 on. */
const relaxedFlags = Number(process.versions.node.split(".")[0]) < 22 ? ["--experimental-wasm-relaxed-simd"] : [];
const ours = await bundleOurs();
const threadCounts = [...new Set([1, cpus().length])];
const peers = {
  "hindcast-native": () =>
    threadCounts.map((threads) => ({ threads, command: [process.execPath, ours, "native", String(threads)] })),
  "hindcast-wasm-relaxed": () => [{ threads: 1, command: [process.execPath, ...relaxedFlags, ours, "relaxed", "1"] }],
  "hindcast-wasm-simd": () => [{ threads: 1, command: [process.execPath, ours, "simd", "1"] }],
  "hindcast-js": () => [{ threads: 1, command: [process.execPath, ours, "js", "1"] }],
  pytorch: () =>
    threadCounts.map((threads) => ({
      threads,
      command: [pythonWithTorch(), `${root}bench/peers/pytorch.py`, String(threads)],
    })),
  "tfjs-wasm": () => [{ threads: 1, command: [process.execPath, `${root}bench/peers/tfjs-wasm.mjs`] }],
};

/** Starts a peer: a process that answers each line {cell, size, ms, steps} with the milliseconds of its steps. */
function start(impl, { threads, command }) {
  const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (cell, size) => {
    child.stdin.write(`${JSON.stringify({ cell, size, ms: turnMs, steps: turnSteps })}\n`);
    const { value, done } = await answers.next();
    if (done) throw new Error(`${impl} ended without an answer`);
    return JSON.parse(value);
  };
  return { impl, threads, ask, stop: () => child.stdin.end() };
}

function median(sorted) {
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const running = options.impl.split(",").flatMap((impl) => {
  if (peers[impl] === undefined)
    throw new Error(`no implementation ${impl}; there are ${Object.keys(peers).join(", ")}`);
  return peers[impl]().map((peer) => start(impl, peer));
});
const rows = [];
for (const size of options.sizes.split("/"))
  for (const cell of options.cells.split(",")) {
    const times = new Map(running.map((peer) => [peer, []]));
    // The first round warms up and is not counted.
    for (let round = 0; round <= rounds; round++)
      for (const peer of running) {
        const measured = await peer.ask(cell, size.split(",").map(Number));
        if (round > 0) times.get(peer).push(...measured);
      }
    for (const [{ impl, threads }, all] of times) {
      const sorted = all.sort((a, b) => a - b);
      const row = { impl, cell, size, threads, median_ms: median(sorted), min_ms: sorted[0] };
      rows.push(row);
      if (options.json) console.log(JSON.stringify(row));
    }
    if (!options.json) printTable(rows.filter((row) => row.size === size && row.cell === cell));
  }
for (const peer of running) peer.stop();
saveCsv();

function printTable(measured) {
  const { cell, size } = measured[0];
  const torch = measured.filter(({ impl }) => impl === "pytorch").map((row) => row.median_ms);
  console.log(`${cell} ${size}`);
  for (const { impl, threads, median_ms, min_ms } of measured) {
    const ratio = torch.length > 0 ? (median_ms / Math.min(...torch)).toFixed(3) : "";
    const label = `${impl}, ${threads} thread${threads > 1 ? "s" : ""}`;
    console.log(
      `  ${label.padEnd(34)} ${median_ms.toFixed(3).padStart(10)} ms ${min_ms.toFixed(3).padStart(10)} min ${ratio.padStart(8)}`,
    );
  }
}

function saveCsv() {
  const directory = `${root}bench/results`;
  mkdirSync(directory, { recursive: true });
  const columns = ["impl", "cell", "size", "threads", "median_ms", "min_ms"];
  const lines = rows.map((row) =>
    columns.map((column) => (column === "size" ? `"${row.size}"` : row[column])).join(","),
  );
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(`${directory}/kernels-${date}.csv`, `${[columns.join(","), ...lines].join("\n")}\n`);
}

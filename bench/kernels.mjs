// What a full training step costs, ours beside others': forward, loss, backpropagation through time and Adam, for one recurrent
// layer and a dense head. Every implementation runs in processes of its own, and they take turns, so that all of them meet the
// same machine. Whose turn it is not is stopped, so that no idle thread of it spins, whatever its settings (which costs PyTorch
// nothing: an LSTM of 64,96,8,128 on two threads took it 45.0 ms so, and 45.3 ms left alone). In: --cells lstm,gru,rnn --sizes
// 32,24,1,32/32,48,1,64 (B,T,I,H) --impl NAME,… --rounds N. Out: a table with the ratio to PyTorch at its best number of threads,
// or with --json a row for each measurement; and, when nothing was left out, a dated CSV in bench/results/.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { bundle, directoryWithBrain, median, nativePackage, pythonWith, relaxedFlags, root } from "./environments.mjs";

const node = process.execPath;
const threadCounts = [...new Set([1, availableParallelism()])];
const eachThreadCount = (command) => threadCounts.map((threads) => ({ threads, command: [...command, threads] }));

async function ours(name, flags = []) {
  const peer = await bundle("bench/peers/hindcast.mjs");
  return eachThreadCount([node, ...flags, peer, name]);
}

async function graph(kind) {
  return eachThreadCount([node, await bundle("bench/peers/tensorflow-graph.mjs"), kind, await nativePackage()]);
}

/** How each is started; `cells` are those it has, `isSequence` that its step is one of the batch's sequences. */
const peers = {
  "hindcast-native": { start: () => ours("native") },
  "hindcast-wasm-relaxed": { start: () => ours("relaxed", relaxedFlags) },
  "hindcast-wasm-simd": { start: () => ours("simd") },
  "hindcast-js": { start: async () => (await ours("js")).slice(0, 1) },
  pytorch: { start: () => eachThreadCount([pythonWith("pytorch"), `${root}bench/peers/pytorch.py`]) },
  keras: { start: () => eachThreadCount([pythonWith("keras"), `${root}bench/peers/keras_layers.py`]) },
  "tensorflow-block": { start: () => graph("block"), cells: ["lstm"] },
  "tfjs-node": {
    start: async () => eachThreadCount([node, await bundle("bench/peers/tfjs-node.mjs"), await nativePackage()]),
  },
  "tfjs-wasm": { start: () => [{ threads: 1, command: [node, `${root}bench/peers/tfjs-wasm.mjs`] }] },
  "brain.js": {
    start: () => [{ threads: 1, command: [node, `${root}bench/peers/brain.mjs`, directoryWithBrain()] }],
    isSequence: true,
  },
  // Our kernels inside TensorFlow.js's automatic differentiation, beside tensorflow-block; only where asked for.
  "hindcast-tfjs-node": { start: () => graph("hindcast"), isExtra: true },
};

const full = {
  cells: "lstm,gru,rnn",
  sizes: "32,24,1,32/32,48,1,64/64,96,8,128/256,168,16,256",
  impl: Object.keys(peers)
    .filter((impl) => !peers[impl].isExtra)
    .join(),
};
const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    cells: { type: "string", default: full.cells },
    sizes: { type: "string", default: full.sizes },
    impl: { type: "string", default: full.impl },
    rounds: { type: "string", default: "5" },
  },
});
const rounds = Number(options.rounds);
/** Milliseconds that one turn takes at least, and its steps at most. */
const turn = { ms: 150, most: 40 };
const least = 3;
const oneStep = { ms: 0, least: 1, most: 1 };
/** Where a step takes longer than this, a turn is one step. */
const longMs = 500;
/** Where a warm one still takes longer than this, it is the only one measured. */
const slowMs = 5000;
/** Where the very first one takes longer than this, it is the one that is measured: to be warm would change little. */
const hopelessMs = 20_000;

const children = new Set();
// A stopped process does not notice that its input has ended.
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
process.on("SIGINT", () => process.exit(130));

/** Starts a peer: a process that answers a line with the milliseconds of its steps, and is stopped until then. */
function start({ impl, threads, command }) {
  const [program, ...args] = command;
  const child = spawn(program, args.map(String));
  child.kill("SIGSTOP");
  children.add(child);
  // TensorFlow greets at length; what a peer says is news only where it fails.
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    impl,
    threads,
    /** @returns milliseconds of each step; undefined when the process has ended */
    async ask(request) {
      child.kill("SIGCONT");
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value } = await answers.next();
      child.kill("SIGSTOP");
      if (value === undefined) console.error(`${said}${impl} ended without an answer to ${JSON.stringify(request)}`);
      return value === undefined ? undefined : JSON.parse(value);
    },
    end() {
      child.kill("SIGKILL");
      children.delete(child);
    },
  };
}

/** Has the peers take turns. @returns a row for each that lived, in their order */
async function measure(cell, size, starts) {
  const shape = { cell, size: size.split(",").map(Number) };
  const running = starts.map((one) => ({ ...start(one), times: [], least, isMeasured: false, hasEnded: false }));
  const take = async (peer, request) => {
    const measured = await peer.ask({ ...shape, ...request });
    peer.hasEnded = measured === undefined;
    return measured ?? [];
  };
  for (const peer of running) {
    let [ms] = await take(peer, oneStep);
    if (ms > slowMs && ms < hopelessMs) [ms] = await take(peer, oneStep);
    if (peer.hasEnded) continue;
    if (ms > slowMs) {
      console.error(`${describe(peer)}: a step of ${cell} ${size} takes ${(ms / 1000).toFixed(0)} s; one is measured`);
      peer.times.push(ms);
      peer.isMeasured = true;
    } else {
      if (ms > longMs) peer.least = 1;
      await take(peer, { ...turn, least: peer.least });
    }
  }
  for (let round = 0; round < rounds; round++)
    for (const peer of running)
      if (!peer.isMeasured && !peer.hasEnded) peer.times.push(...(await take(peer, { ...turn, least: peer.least })));
  for (const peer of running) peer.end();
  return running
    .filter(({ hasEnded }) => !hasEnded)
    .map(({ impl, threads, times }) => {
      const repeats = peers[impl].isSequence ? shape.size[0] : 1;
      return { impl, cell, size, threads, median_ms: repeats * median(times), min_ms: repeats * Math.min(...times) };
    });
}

const starts = [];
for (const impl of options.impl.split(",")) {
  if (peers[impl] === undefined)
    throw new Error(`no implementation ${impl}; there are ${Object.keys(peers).join(", ")}`);
  for (const one of await peers[impl].start()) starts.push({ impl, ...one });
}
const rows = [];
for (const size of options.sizes.split("/"))
  for (const cell of options.cells.split(",")) {
    const able = starts.filter(({ impl }) => peers[impl].cells?.includes(cell) ?? true);
    const measured = await measure(cell, size, able);
    rows.push(...measured);
    if (options.json) for (const row of measured) console.log(JSON.stringify(row));
    else printTable(measured);
  }
if (Object.entries(full).every(([name, value]) => options[name] === value)) saveCsv();

function describe({ impl, threads }) {
  return `${impl}, ${threads} thread${threads > 1 ? "s" : ""}`;
}

function printTable(measured) {
  if (measured.length === 0) return;
  const { cell, size } = measured[0];
  const torch = measured.filter(({ impl }) => impl === "pytorch").map((row) => row.median_ms);
  console.log(`${cell} ${size}`);
  for (const row of measured) {
    const ratio = torch.length > 0 ? (row.median_ms / Math.min(...torch)).toFixed(3) : "";
    const [median_ms, min_ms] = [row.median_ms, row.min_ms].map((ms) => ms.toFixed(3).padStart(10));
    console.log(`  ${describe(row).padEnd(34)} ${median_ms} ms ${min_ms} min ${ratio.padStart(8)}`);
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

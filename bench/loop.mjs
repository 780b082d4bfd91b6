// What the training loop costs around the kernels: a whole training, validation included, with the time inside the kernels'
// steps and forecasts taken apart. In: --cells lstm,gru,rnn --size 32,24,1,32 (B,T,I,H) --threads 1,2 --kernels auto --epochs N
// --rounds N. Out: for each cell and number of threads, of the fastest round, microseconds a step, and the share that is not the
// kernels'.
import { cpus } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { importParts } from "./environments.mjs";

const { values: options } = parseArgs({
  options: {
    cells: { type: "string", default: "lstm,gru,rnn" },
    size: { type: "string", default: "32,24,1,32" },
    threads: { type: "string", default: [...new Set([1, cpus().length])].join() },
    kernels: { type: "string", default: "auto" },
    epochs: { type: "string", default: "16" },
    rounds: { type: "string", default: "5" },
  },
});
process.env.HINDCAST_KERNELS = options.kernels;

const { loadKernels, kernelTrainers, fitNetwork } = await importParts(
  "loop",
  `
      export { loadKernels } from "./src/engine/kernels/fused/load.ts";
      export { kernelTrainers } from "./src/fit/kernel-trainer.ts";
      export { fitNetwork } from "./src/fit/fit.ts";`,
);

const [batch, window, inputs, units] = options.size.split(",").map(Number);
const horizon = 12;
const stepsPerEpoch = 64;
// Calendar channels come in pairs of a sine and a cosine, the gap indicator alone.
const calendar = ["weekday", "day-of-month", "month", "day-of-year"].slice(0, inputs >> 1);
const channels = { gapIndicator: inputs % 2 === 0, calendar };

let insideMs = 0;
let stepCount = 0;
const timed =
  (work) =>
  (...args) => {
    const begin = performance.now();
    const result = work(...args);
    insideMs += performance.now() - begin;
    return result;
  };
const { kernels } = loadKernels();
const { openNetwork } = kernels;
kernels.openNetwork = (shape) => {
  const network = openNetwork(shape);
  const step = timed(network.step);
  const countedStep = (given) => {
    stepCount++;
    return step(given);
  };
  return { ...network, step: countedStep, predict: timed(network.predict) };
};

/** A noisy wave over days, long enough for the windows of an epoch and a tenth more to validate on. */
function waveFrame() {
  const length = Math.ceil(1.1 * stepsPerEpoch * batch) + window + horizon;
  const values = Float64Array.from({ length }, (_, i) => 100 + 20 * Math.sin(i / 5) + 10 * ((i * 0.618034) % 1));
  return {
    columns: { time: "day", ids: [], targets: ["value"], wide: false },
    grid: { frequency: { kind: "day", count: 1 }, zone: "UTC" },
    timeStyle: { kind: "date" },
    series: [{ key: [], target: "value", start: 0, values }],
  };
}

const frame = waveFrame();
console.log(`kernels ${kernels.name}, ${options.size}, horizon ${horizon}`);
for (const cell of options.cells.split(","))
  for (const threads of options.threads.split(",").map(Number)) {
    const network = { kind: "recurrent", cell, layers: [units], bidirectional: false, decoder: "direct" };
    const settings = {
      network: { ...network, dropout: 0, truncate: 0, window, horizon },
      channels,
      scale: { scale: "window", scaler: "last", transform: "none", difference: 0, deseasonalize: false, season: 1 },
      training: {
        loss: "huber",
        epochs: Number(options.epochs),
        batch,
        stepsPerEpoch,
        learningRate: 1e-3,
        schedule: "one-cycle",
        clip: 1,
        weightDecay: 0,
        patience: 0,
        seed: 1,
      },
      rivals: [],
      validationSteps: Math.floor(frame.series[0].values.length / 11),
    };
    const context = {
      createTrainer: kernelTrainers(threads).create,
      notify: () => {},
      signal: new AbortController().signal,
      isTimeUp: () => false,
      onEpoch: () => {},
    };
    let fastest = { wholeMs: Number.POSITIVE_INFINITY, insideMs: 0, stepCount: 1 };
    // The first training warms up.
    for (let round = 0; round <= Number(options.rounds); round++) {
      insideMs = 0;
      stepCount = 0;
      const begin = performance.now();
      await fitNetwork(frame, settings, context);
      const wholeMs = performance.now() - begin;
      if (round > 0 && wholeMs / stepCount < fastest.wholeMs / fastest.stepCount)
        fastest = { wholeMs, insideMs, stepCount };
    }
    const perStep = (ms) => ((1000 * ms) / fastest.stepCount).toFixed(1).padStart(8);
    const share = (100 * (1 - fastest.insideMs / fastest.wholeMs)).toFixed(1).padStart(6);
    console.log(
      `  ${cell.padEnd(4)} ${threads} thread${threads > 1 ? "s" : " "} ${perStep(fastest.wholeMs)} µs a step ${perStep(fastest.insideMs)} in the kernels ${share} % the loop's`,
    );
  }

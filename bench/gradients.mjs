// How far back a gradient reaches in each recurrent cell, and what gating, initialisation and clipping do about it, on the kernels that
// training uses. In: --seeds N --steps N --only reach,recall,marked,spikes,explode. Out: tables, and, when nothing was left out, a dated CSV in
// bench/results/ with a row a measurement: the median over the seeds, the least and the most.
//   reach   the size of the gradient of one number said of the last state, k steps back, as a share of its size at the last step
//   recall  the error of a network trained to say what it was shown k steps ago, in noise of variance 1: 1 knows nothing
//   marked  the same of one step that a second input marks, anywhere in the window: what is to be kept is told when it comes
//           and once more the reach, in networks that have learnt that over windows of 80
//   spikes  the largest norm of the gradient and the error that is left where one target in a hundred is off by 100, up or down
//   explode the same of a simple RNN that recalls over 20 steps, its recurrent weights too large at the start
import { parseArgs } from "node:util";
import { importParts, median } from "./environments.mjs";
import { keepResults } from "./measuring.mjs";

const { values: options } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    steps: { type: "string", default: "2000" },
    only: { type: "string", default: "reach,recall,marked,spikes,explode" },
  },
});
const { loadKernels, gateCounts, recurrentForward, tapeViews, initialise, learningRateFactor, seededRandom } =
  await importParts(
    "gradients",
    `
      export { loadKernels } from "./src/engine/kernels/fused/load.ts";
      export { gateCounts } from "./src/engine/kernels/cells.ts";
      export { recurrentForward } from "./src/engine/kernels/recurrent.ts";
      export { tapeViews } from "./src/engine/kernels/problem.ts";
      export { initialise } from "./src/model/initialisers.ts";
      export { learningRateFactor } from "./src/fit/schedule.ts";
      export { seededRandom } from "./src/base/random.ts";`,
  );
const { kernels } = loadKernels();

const cells = ["rnn", "lstm", "gru"];
const [units, batch] = [32, 32];
const learningRate = 5e-3;
const seeds = Array.from({ length: Number(options.seeds) }, (_, i) => i + 1);

/** Where the weights start. `usual` is what hindcast does; the others leave one part of it out. */
const starts = {
  usual: () => {},
  /** Every recurrent weight drawn alike, as small as the others: no orthogonal matrix. */
  "uniform recurrent": (layer, random) => {
    const limit = 1 / Math.sqrt(units);
    layer.recurrent.forEach((_, i) => {
      layer.recurrent[i] = (2 * random.uniform() - 1) * limit;
    });
  },
  "recurrent halved": (layer) => scale(layer.recurrent, 0.5),
  "recurrent × 1.5": (layer) => scale(layer.recurrent, 1.5),
  "recurrent × 3": (layer) => scale(layer.recurrent, 3),
  /** lstm: a forget gate that begins half shut. */
  "no forget bias": (layer) => layer.bias.fill(0),
};
const startsOf = {
  rnn: ["usual", "uniform recurrent", "recurrent halved", "recurrent × 1.5"],
  lstm: ["usual", "no forget bias"],
  gru: ["usual"],
};

function scale(values, factor) {
  values.forEach((value, i) => {
    values[i] = value * factor;
  });
}

function drawLayer(cell, start, inputs, random) {
  const gates = gateCounts[cell];
  const layer = {
    kernel: initialise({ shape: [inputs, gates * units], role: "kernel" }, random),
    recurrent: initialise({ shape: [units, gates * units], role: "recurrentKernel" }, random),
    bias: initialise({ shape: [gates * units], role: cell === "lstm" ? "forgetBias" : "bias" }, random),
  };
  starts[start](layer, random);
  return layer;
}

const rows = [];
/** @param valuesOf one measurement's numbers by name, for a seed */
function measure(what, valuesOf) {
  const found = seeds.map(valuesOf);
  for (const name of Object.keys(found[0])) {
    const values = found.map((one) => one[name]);
    const row = { ...what, name, median: median(values), least: Math.min(...values), most: Math.max(...values) };
    rows.push(row);
  }
  console.error(Object.values(what).join(", "));
}

/**
 * A unit vector is read off the last state of each row: how large is its gradient at the state k steps before?
 * @param inputs of which all but the first are 0 @param layerOf its weights, for a seed
 */
function reachOf(cell, inputs, layerOf, lags) {
  return (seed) => {
    const random = seededRandom(seed);
    const time = Math.max(...lags) + 50;
    const layer = layerOf(seed);
    const x = new Float32Array(batch * time * inputs);
    for (let i = 0; i < x.length; i += inputs) x[i] = random.normal();
    const direction = Float32Array.from({ length: batch * units }, () => random.normal());
    for (let row = 0; row < batch; row++) {
      const own = direction.subarray(row * units, (row + 1) * units);
      scale(own, 1 / Math.hypot(...own));
    }
    const problem = { cell, batch, time, inputs, units, reverse: false, sequences: false, truncate: 0 };
    const arrays = { x, kernel: layer.kernel, recurrentKernel: layer.recurrent, bias: layer.bias, mask: null };
    const { tape } = recurrentForward(problem, { ...arrays, initialState: null });
    const { hidden, carry } = tapeViews(problem, tape);
    const size = batch * units;
    const shares = lags.map((lag) => {
      // The last steps alone, from the state that the first ones led to.
      const from = time - lag;
      const end = { ...problem, time: lag };
      const rowsOf = (row) => x.subarray((row * time + from) * inputs, (row + 1) * time * inputs);
      const given = {
        ...arrays,
        x: Float32Array.from(Array.from({ length: batch }, (_, row) => [...rowsOf(row)]).flat()),
        initialState: Float32Array.from([
          ...hidden.subarray(from * size, (from + 1) * size),
          ...carry.subarray(from * size, carry.length === 0 ? 0 : (from + 1) * size),
        ]),
      };
      const { tape: own } = kernels.forward(end, given);
      const { initialState } = kernels.backward(end, given, own, direction);
      // Of h and c together, for each row; the rows' mean.
      const norms = Array.from({ length: batch }, (_, row) => {
        let sum = 0;
        for (let i = 0; i < initialState.length; i++)
          if (Math.floor(i / units) % batch === row) sum += initialState[i] ** 2;
        return Math.sqrt(sum);
      });
      return norms.reduce((sum, norm) => sum + norm, 0) / batch;
    });
    return Object.fromEntries(lags.map((lag, i) => [`lag ${lag}`, shares[i]]));
  };
}

/** Trains as hindcast does: Adam, one cycle, clipping. @param fill writes a batch @returns what `fill` made, learnt */
function train(cell, start, { inputs = 1, time, clip, seed, fill }) {
  const random = seededRandom(seed);
  const shape = { cell, layers: [units], bidirectional: false, inputs, time, outputs: 1, batch, truncate: 0 };
  const network = kernels.openNetwork({ ...shape, trains: true, threads: 1 });
  const { kernel, recurrent, bias } = drawLayer(cell, start, inputs, random.fork("weights"));
  const head = initialise({ shape: [units, 1], role: "kernel" }, random.fork("head"));
  network.parameters.set([...kernel, ...recurrent, ...bias, ...head, 0]);
  network.loadParameters();
  network.weights.fill(1);
  const draws = random.fork("batches");
  const stepCount = Number(options.steps);
  let largest = 0;
  for (let step = 1; step <= stepCount; step++) {
    fill(network, draws);
    const rate = learningRate * learningRateFactor("one-cycle", step - 1, stepCount);
    const how = {
      count: batch,
      masked: false,
      scaled: false,
      loss: "mse",
      learningRate: rate,
      clip,
      weightDecay: 0,
      step,
    };
    const { gradientNorm } = network.step(how);
    largest = Math.max(largest, gradientNorm);
  }
  return { network, draws, largest };
}

/** Mean squared error over batches that were never trained on. */
function testError(network, draws, fill) {
  let sum = 0;
  const rounds = 30;
  for (let round = 0; round < rounds; round++) {
    fill(network, draws);
    network.predict(batch, false);
    for (let row = 0; row < batch; row++) sum += (network.output[row] - network.targets[row]) ** 2;
  }
  network.close();
  return sum / (rounds * batch);
}

function recallOf(cell, start, lag, clip = 1) {
  const fill = ({ inputs, targets }, draws) => {
    for (let row = 0; row < batch; row++) {
      for (let t = 0; t < lag; t++) inputs[row * lag + t] = draws.normal();
      targets[row] = inputs[row * lag];
    }
  };
  return (seed) => {
    const { network, draws, largest } = train(cell, start, { time: lag, clip, seed, fill });
    return { "largest norm": largest, error: testError(network, draws, fill) };
  };
}

function trainMarked(cell, start, time, seed) {
  const fill = ({ inputs, targets }, draws) => {
    inputs.fill(0);
    for (let row = 0; row < batch; row++) {
      const marked = draws.integer(time);
      for (let t = 0; t < time; t++) inputs[2 * (row * time + t)] = draws.normal();
      inputs[2 * (row * time + marked) + 1] = 1;
      targets[row] = inputs[2 * (row * time + marked)];
    }
  };
  return { ...train(cell, start, { inputs: 2, time, clip: 1, seed, fill }), fill };
}

function markedOf(cell, start, time) {
  return (seed) => {
    const { network, draws, fill } = trainMarked(cell, start, time, seed);
    return { error: testError(network, draws, fill) };
  };
}

function trainedLayer(cell, time, seed) {
  const { network } = trainMarked(cell, "usual", time, seed);
  network.storeParameters();
  const width = gateCounts[cell] * units;
  const [inner, bias] = [2 * width, (2 + units) * width];
  const layer = {
    kernel: network.parameters.slice(0, inner),
    recurrent: network.parameters.slice(inner, bias),
    bias: network.parameters.slice(bias, bias + width),
  };
  network.close();
  return layer;
}

/** The next value of a wave in noise, where now and then what is to be learnt is wrong by a hundred times as much. */
function spikesOf(cell, clip) {
  const time = 48;
  const filled =
    (hasSpikes) =>
    ({ inputs, targets }, draws) => {
      for (let row = 0; row < batch; row++) {
        const phase = 2 * Math.PI * draws.uniform();
        const at = (t) => Math.sin(0.5 * t + phase);
        for (let t = 0; t < time; t++) inputs[row * time + t] = at(t) + 0.1 * draws.normal();
        targets[row] = at(time);
        const spike = draws.uniform();
        if (hasSpikes && spike < 0.01) targets[row] += spike < 0.005 ? 100 : -100;
      }
    };
  return (seed) => {
    const { network, draws, largest } = train(cell, "usual", { time, clip, seed, fill: filled(true) });
    return { "largest norm": largest, error: testError(network, draws, filled(false)) };
  };
}

const wanted = options.only.split(",");
const reachLags = [1, 5, 10, 20, 50, 100];
if (wanted.includes("reach"))
  for (const cell of cells)
    for (const start of startsOf[cell])
      measure(
        { measure: "reach", cell, start, clip: "", lag: "" },
        reachOf(cell, 1, (seed) => drawLayer(cell, start, 1, seededRandom(seed).fork("weights")), reachLags),
      );
if (wanted.includes("recall"))
  for (const lag of [5, 10, 20, 40, 80, 160])
    for (const cell of cells)
      for (const start of startsOf[cell].filter((one) => one !== "recurrent × 1.5" || lag <= 40))
        measure({ measure: "recall", cell, start, clip: 1, lag }, recallOf(cell, start, lag));
if (wanted.includes("marked"))
  for (const lag of [10, 20, 40, 80, 160])
    for (const cell of cells)
      for (const start of startsOf[cell].filter((one) => !one.startsWith("recurrent")))
        measure({ measure: "marked", cell, start, clip: 1, lag }, markedOf(cell, start, lag));
if (wanted.includes("marked"))
  for (const cell of cells)
    measure(
      { measure: "reach after marked", cell, start: "usual", clip: 1, lag: 80 },
      reachOf(cell, 2, (seed) => trainedLayer(cell, 80, seed), reachLags),
    );
if (wanted.includes("spikes"))
  for (const cell of cells)
    for (const clip of [0, 1])
      measure({ measure: "spikes", cell, start: "usual", clip, lag: "" }, spikesOf(cell, clip));

if (wanted.includes("explode"))
  for (const start of ["recurrent × 1.5", "recurrent × 3"])
    for (const clip of [0, 1])
      measure({ measure: "explode", cell: "rnn", start, clip, lag: 20 }, recallOf("rnn", start, 20, clip));

if (wanted.length === 5) keepResults("gradients", rows);
else console.table(rows);

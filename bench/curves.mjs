// Whether our training is PyTorch's: the loss curves of 200 Adam steps from the same first weights on the same batch. In: the
// names of implementations (HINDCAST_KERNELS), all that run here when there are none. Out: for each cell and implementation the
// largest relative difference; the exit code is 1 when one is above 1e-4.
import { execFileSync } from "node:child_process";
import process from "node:process";
import { importParts, pythonWith, root } from "./environments.mjs";

const { listKernels, fillUniform } = await importParts(
  "curves",
  `export { listKernels } from "./src/engine/kernels/fused/load.ts"; export { fillUniform } from "./bench/peers/answer.mjs";`,
);

const steps = 200;
const tolerance = 1e-4;
const [batch, time, inputs, units] = [32, 24, 1, 32];
const wanted = process.argv.slice(2);
for (const cell of ["lstm", "rnn", "gru"]) {
  let expected;
  for (const kernels of listKernels()) {
    if (wanted.length > 0 && !wanted.includes(kernels.name)) continue;
    const shape = { cell, layers: [units], bidirectional: false, inputs, time, outputs: 1, batch, truncate: 0 };
    const network = kernels.openNetwork({ ...shape, trains: true, threads: 1 });
    fillUniform(network.parameters, 1 / Math.sqrt(units));
    network.loadParameters();
    network.weights.fill(1);
    // A noisy wave and its next value, a different phase for each row.
    network.inputs.forEach((_, i) => {
      network.inputs[i] = Math.sin(0.4 * (i % time) + Math.floor(i / time)) + 0.1 * (((i * 0.618034) % 1) - 0.5);
    });
    network.targets.forEach((_, row) => {
      network.targets[row] = Math.sin(0.4 * time + row);
    });
    expected ??= askTorch({
      cell,
      size: [batch, time, inputs, units],
      steps,
      parameters: [...network.parameters],
      x: [...network.inputs],
      y: [...network.targets],
    });
    const options = {
      count: batch,
      masked: false,
      scaled: false,
      loss: "mse",
      learningRate: 1e-3,
      clip: 0,
      weightDecay: 0,
    };
    let largest = 0;
    for (let step = 1; step <= steps; step++) {
      const { loss } = network.step({ ...options, step });
      largest = Math.max(largest, Math.abs(loss / expected[step - 1] - 1));
    }
    console.log(
      `${cell} ${kernels.name}: ${largest.toExponential(1)} (loss ${expected[0].toFixed(3)} → ${expected.at(-1).toFixed(4)})`,
    );
    if (!(largest <= tolerance)) process.exitCode = 1;
  }
}

function askTorch(request) {
  const script = `${root}bench/peers/pytorch_curve.py`;
  return JSON.parse(execFileSync(pythonWith("pytorch"), [script], { input: JSON.stringify(request), maxBuffer: 1e8 }));
}

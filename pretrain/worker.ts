// A thread of the pretraining: builds windows, or trains one network. In: a task. Out: its result, as one message.
import { parentPort, workerData } from "node:worker_threads";
import { seededRandom } from "../src/base/random.js";
import { startEngine } from "../src/engine/engine.js";
import { initialGate, trainGate } from "../src/gate/training.js";
import { scoreGates } from "./score.js";
import type { Task } from "./tasks.js";
import { buildWindows } from "./windows.js";

const task = workerData as Task;

switch (task.kind) {
  case "windows":
    parentPort!.postMessage(buildWindows(task.seed, task.from, task.to, task.stepCount, task.late));
    break;
  case "network": {
    await startEngine("wasm", { dataDirectory: "", notify: () => {} });
    const random = seededRandom(task.seed).fork(`network ${task.member}`);
    const curve: { step: number; loss: number }[] = [];
    let sum = 0;
    const network = await trainGate(initialGate(task.config, random.fork("start")), task.windows, {
      ...task.training,
      random: random.fork("training"),
      signal: new AbortController().signal,
      onStep(step, loss) {
        sum += loss;
        if ((step + 1) % task.curveSteps !== 0) return;
        curve.push({ step: step + 1, loss: Number((sum / task.curveSteps).toFixed(5)) });
        parentPort!.postMessage({
          progress: `network ${task.member}: step ${step + 1}, loss ${(sum / task.curveSteps).toFixed(4)}`,
        });
        sum = 0;
      },
    });
    const heldOut = scoreGates([network], task.heldOut);
    parentPort!.postMessage({ network, curve, heldOut });
    break;
  }
  default:
    throw task satisfies never;
}

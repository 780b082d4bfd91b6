// The tasks of the pretraining, shared out to threads. In: tasks in order. Out: their results in the same order, whichever thread
// took them.
import { Worker } from "node:worker_threads";
import type { GateNetwork } from "../src/gate/network.js";
import type { GateConfig } from "../src/gate/schema.js";
import type { GateTraining } from "../src/gate/training.js";
import type { GateWindows } from "../src/gate/windows.js";
import type { GateScore } from "./score.js";

export type Task =
  | {
      readonly kind: "windows";
      readonly seed: number;
      readonly from: number;
      readonly to: number;
      readonly stepCount: number;
      readonly late: boolean;
    }
  | {
      readonly kind: "network";
      readonly seed: number;
      readonly member: number;
      readonly config: GateConfig;
      readonly windows: GateWindows;
      readonly heldOut: GateWindows;
      readonly training: Pick<
        GateTraining,
        "stepCount" | "batch" | "learningRate" | "weightDecay" | "candidateDropout"
      >;
      /** Steps between two points of the learning curve. */
      readonly curveSteps: number;
    };

export interface TrainedNetwork {
  readonly network: GateNetwork;
  readonly curve: readonly { readonly step: number; readonly loss: number }[];
  readonly heldOut: GateScore;
}

/** @param worker the bundled worker.ts */
export async function runTasks<Result>(
  worker: URL,
  tasks: readonly Task[],
  threadCount: number,
  tell: (text: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const runOne = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(worker, { workerData: tasks[index] });
      thread.on("message", (message: Result | { progress: string }) => {
        if (typeof message === "object" && message !== null && "progress" in message) return tell(message.progress);
        results[index] = message as Result;
      });
      thread.on("error", reject);
      thread.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a task ended with exit code ${code}`))));
    });
  const runMany = async () => {
    for (let index = next++; index < tasks.length; index = next++) await runOne(index);
  };
  await Promise.all(Array.from({ length: Math.min(threadCount, tasks.length) }, runMany));
  return results;
}

// Windows built by several threads at once. In: a range of synthetic series. Out: their windows in one piece, in memory that
// threads share.
import { type GateWindows, joinWindows } from "../src/gate/windows.js";
import { runTasks, type Task } from "./tasks.js";

/** Windows of one task: small enough that threads end together. */
const chunk = 500;

/** @param worker the bundled worker.ts @param from the first series @param steps of each window @param late as generateSeries takes it */
export async function buildAll(
  worker: URL,
  threadCount: number,
  seed: number,
  from: number,
  count: number,
  steps: number,
  tell: (text: string) => void,
  late = false,
): Promise<GateWindows> {
  const tasks: Task[] = [];
  for (let at = from; at < from + count; at += chunk)
    tasks.push({ kind: "windows", seed, from: at, to: Math.min(at + chunk, from + count), stepCount: steps, late });
  return shareWindows(joinWindows(await runTasks<GateWindows>(worker, tasks, threadCount, tell), steps));
}

export function shareWindows(made: GateWindows): GateWindows {
  const share = (values: Float32Array) => {
    const shared = new Float32Array(new SharedArrayBuffer(values.byteLength));
    shared.set(values);
    return shared;
  };
  const { series, steps, recent, targets, weights } = made;
  const features = { series: share(series), steps: share(steps), recent: share(recent) };
  return { ...made, ...features, targets: share(targets), weights: share(weights) };
}

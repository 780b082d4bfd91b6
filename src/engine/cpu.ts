// The plain JavaScript backend, for machines without WebAssembly. In: nothing. Out: it is TensorFlow.js's backend.
import { version_cpu } from "@tensorflow/tfjs-backend-cpu";
import { type Backend, useBackend } from "./backend.js";

export async function startCpu(): Promise<Backend> {
  await useBackend("cpu");
  return { name: "cpu", version: version_cpu, facts: "plain JavaScript; threads: 1" };
}

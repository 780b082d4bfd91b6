// The WebAssembly backend. In: nothing; its binaries lie in its own package, so no network is needed. Out: it is TensorFlow.js's
// backend, with SIMD where the processor has it.
import process from "node:process";
import { version_wasm } from "@tensorflow/tfjs-backend-wasm";
import { env } from "@tensorflow/tfjs-core";
import { type Backend, useBackend } from "./backend.js";

const events = ["uncaughtException", "unhandledRejection"] as const;

export async function startWasm(): Promise<Backend> {
  const before = events.map((event) => process.rawListeners(event));
  await useBackend("wasm");
  // Emscripten's start-up code adds listeners that rethrow: they would turn any bug into Node's exit code 7, which here means
  // "engine", and hide its stack.
  events.forEach((event, e) => {
    for (const listener of process.rawListeners(event))
      if (!before[e]!.includes(listener)) process.off(event, listener as (...args: unknown[]) => void);
  });
  const simd = await env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return { name: "wasm", version: version_wasm, facts: `WebAssembly ${simd ? "with" : "without"} SIMD; threads: 1` };
}

// Which TensorFlow.js backend computes. In: the user's choice and the data directory. Out: the backend, started and silent, with
// the fused recurrent kernels registered on it, and the reason why a better one was not taken.
import { HindcastError, messageOf } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import type { Backend } from "./backend.js";
import { findNative, startNative } from "./native.js";

/** Best first. native: tfjs-node, which is TensorFlow's C library. wasm: ships with the package. cpu: plain JavaScript. */
export const engineNames = ["native", "wasm", "cpu"] as const;
export type EngineName = (typeof engineNames)[number];

export interface Engine {
  readonly name: EngineName;
  /** Of the TensorFlow.js package that computes. */
  readonly version: string;
  /** Why a better engine was not taken; absent for the best one, and for one that was asked for. */
  readonly reason?: string;
}

export interface EngineOptions {
  /** hindcast's own directory for the user's data, where `hindcast engine install` puts the native engine. */
  readonly dataDirectory: string;
  /** Threads of one operation on the native engine, all cores when absent; fixed by the first start in a process. */
  readonly threads?: number;
  readonly notify: Notify;
}

/**
 * Starts one engine and makes it the backend of every TensorFlow.js operation from here on; a second call switches.
 * @throws HindcastError "engine" when the engine asked for is missing or does not start
 */
export async function startEngine(choice: "auto" | EngineName, options: EngineOptions): Promise<Engine> {
  if (choice !== "auto") {
    const { version } = await start(choice, options);
    return { name: choice, version };
  }
  const reasons: string[] = [];
  for (const name of engineNames) {
    try {
      const { version } = await start(name, options);
      return reasons.length === 0 ? { name, version } : { name, version, reason: reasons.join("; ") };
    } catch (error) {
      if (!(error instanceof HindcastError)) throw error;
      reasons.push(error.message);
      if (error.cause !== undefined) options.notify({ level: "warning", text: `${error.message}; try: ${error.hint}` });
    }
  }
  throw new HindcastError("engine", reasons.join("; "), "hindcast engine status");
}

export interface EngineStatus {
  readonly name: EngineName;
  /** Whether it starts here. */
  readonly available: boolean;
  /** Whether `auto` takes it. */
  readonly chosen: boolean;
  readonly version: string | null;
  /** What it makes of this machine; or why it does not start, and what to do. */
  readonly detail: string;
}

/** Tries every engine, best first. */
export async function describeEngines(options: Omit<EngineOptions, "notify">): Promise<EngineStatus[]> {
  const rows: EngineStatus[] = [];
  for (const name of engineNames) {
    try {
      const { version, facts } = await start(name, options);
      rows.push({ name, available: true, chosen: rows.every((row) => !row.available), version, detail: facts });
    } catch (error) {
      if (!(error instanceof HindcastError)) throw error;
      rows.push({
        name,
        available: false,
        chosen: false,
        version: null,
        detail: `${error.message}; try: ${error.hint}`,
      });
    }
  }
  return rows;
}

/** @throws HindcastError "engine", with a cause when the engine is here but does not start */
async function start(name: EngineName, options: Omit<EngineOptions, "notify">): Promise<Backend> {
  try {
    const backend = await startBackend(name, options);
    const { registerRecurrentKernels } = await import("./kernels/register.js");
    registerRecurrentKernels(backend.name);
    return backend;
  } catch (error) {
    if (error instanceof HindcastError) throw error;
    const hint = name === "native" ? "hindcast engine install" : "another --engine, or install hindcast again";
    throw new HindcastError("engine", `the ${name} engine does not start: ${messageOf(error)}`, hint, { cause: error });
  }
}

async function startBackend(name: EngineName, options: Omit<EngineOptions, "notify">): Promise<Backend> {
  switch (name) {
    case "native": {
      const directory = findNative(options.dataDirectory);
      if (directory === undefined)
        throw new HindcastError("engine", "the native engine is not installed", "hindcast engine install");
      return startNative(directory, options.threads);
    }
    case "wasm":
      return (await import("./wasm.js")).startWasm();
    case "cpu":
      return (await import("./cpu.js")).startCpu();
    default:
      throw name satisfies never;
  }
}

// Which trainer trains. In: the user's choice of an engine. Out: the kernels' own, or TensorFlow.js's on a started engine; only the
// one that is used is loaded.
import { type EngineName, type EngineOptions, startEngine } from "../engine/engine.js";
import type { TrainerSource } from "./trainer.js";

/**
 * "auto" is the kernels, which know every network there is; a named engine trains through TensorFlow.js.
 * @throws HindcastError "engine" when the engine asked for is missing or does not start
 */
export async function openTrainer(choice: "auto" | EngineName, options: EngineOptions): Promise<TrainerSource> {
  if (choice === "auto") {
    const { kernelTrainers } = await import("./kernel-trainer.js");
    return kernelTrainers(options.threads ?? 1);
  }
  const engine = await startEngine(choice, options);
  const { openTensorTrainers } = await import("./tensor-trainer.js");
  return { name: engine.name, create: await openTensorTrainers() };
}

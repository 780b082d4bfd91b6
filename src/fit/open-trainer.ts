// Which trainer trains. In: the user's choice of an engine. Out: the kernels' own, or TensorFlow.js's on a started engine; only the
// one that is used is loaded.
import { type EngineName, type EngineOptions, startEngine } from "../engine/engine.js";
import { trainsFused } from "../model/config.js";
import type { CreateTrainer, TrainerSource } from "./trainer.js";

/**
 * "auto" is the kernels, and TensorFlow.js on the best engine there is for a network that they do not know as a whole; a named engine
 * trains every network through TensorFlow.js.
 * @throws HindcastError "engine" when the engine asked for is missing or does not start
 */
export async function openTrainer(choice: "auto" | EngineName, options: EngineOptions): Promise<TrainerSource> {
  if (choice !== "auto") return openTensors(choice, options);
  const { kernelTrainers } = await import("./kernel-trainer.js");
  const kernels = kernelTrainers(options.threads ?? 1);
  let tensors: Promise<TrainerSource> | undefined;
  let { name } = kernels;
  return {
    get name() {
      return name;
    },
    async create(...network: Parameters<CreateTrainer>) {
      if (trainsFused(network[0])) return kernels.create(...network);
      tensors ??= openTensors("auto", options);
      const source = await tensors;
      // The recurrent layers are the kernels' there too.
      name = `${kernels.name}, ${source.name}`;
      return source.create(...network);
    },
  };
}

async function openTensors(choice: "auto" | EngineName, options: EngineOptions): Promise<TrainerSource> {
  const engine = await startEngine(choice, options);
  const { openTensorTrainers } = await import("./tensor-trainer.js");
  return { name: engine.name, create: await openTensorTrainers() };
}

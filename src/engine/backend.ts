// What starting any backend has in common. In: its name. Out: it answers every TensorFlow.js operation.
import { enableProdMode, setBackend } from "@tensorflow/tfjs-core";

/** A running backend, as TensorFlow.js knows it. */
export interface Backend {
  /** Name to register kernels under. */
  readonly name: string;
  /** Of its package. */
  readonly version: string;
  /** What it makes of this machine, for people. */
  readonly facts: string;
}

/**
 * @param load loads the package that registers the backend, where it is not loaded yet
 * @throws Error when the backend does not initialise
 */
export async function useBackend(name: string, load: () => void = () => {}): Promise<void> {
  // In production mode TensorFlow.js keeps its greetings and warnings off the console.
  enableProdMode();
  load();
  if (!(await setBackend(name))) throw new Error(`TensorFlow.js could not initialise its backend "${name}"`);
}

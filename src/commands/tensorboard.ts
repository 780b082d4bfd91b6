// Curves of a training on their way to TensorBoard. In: a directory, and epochs as they end. Out: an event file for each training, which
// grows while it runs.
import { appendFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { encodeScalars, encodeVersion } from "../export/event-file.js";
import type { Epoch } from "../fit/loop.js";
import type { Io } from "./io.js";
import { cannotWrite } from "./stream.js";

/** @param model what is trained, for the name of the run @throws HindcastError "output" */
export function openCurves(directory: string, model: string, io: Io): (epoch: Epoch) => void {
  const stamp = new Date(io.now()).toISOString().slice(0, 19).replaceAll(":", "");
  const runs = resolve(io.cwd, directory);
  const seconds = () => io.now() / 1000;
  const attempt = (write: () => void) => {
    try {
      write();
    } catch (error) {
      throw cannotWrite(directory, error);
    }
  };
  attempt(() => mkdirSync(runs, { recursive: true }));
  let trainings = 0;
  let last = Number.POSITIVE_INFINITY;
  let file = "";
  return ({ epoch, loss, validationLoss, learningRate }) =>
    attempt(() => {
      if (epoch <= last) {
        const name = `${++trainings}-${validationLoss === undefined ? "everything" : "held-back"}`;
        const own = join(runs, `${model}-${stamp}`, name);
        mkdirSync(own, { recursive: true });
        file = join(own, `events.out.tfevents.${Math.floor(seconds())}.${io.host}`);
        appendFileSync(file, encodeVersion(seconds()));
      }
      last = epoch;
      const scalars = {
        loss,
        ...(validationLoss !== undefined && { validation_loss: validationLoss }),
        learning_rate: learningRate,
      };
      appendFileSync(file, encodeScalars(scalars, epoch, seconds()));
    });
}

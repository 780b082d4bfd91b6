// What `--warm-start` goes with. In: its value, the models asked for, and the command. Out: nothing, or why not.
import { HindcastError } from "../base/errors.js";
import { cells } from "../engine/kernels/cells.js";

/**
 * @param goesOn whether a command can go on from a network at all
 * @throws HindcastError "usage" where nothing that is asked for can be fine-tuned, or gone on from
 */
export function checkWarmStart(warmStart: string | undefined, models: readonly string[], goesOn = false): void {
  if (warmStart === undefined) return;
  if (warmStart === "pretrained") {
    if (models.some((model) => model === "auto" || model === "pretrained")) return;
    throw new HindcastError(
      "usage",
      `--warm-start pretrained fine-tunes the pretrained model, and --model is ${models.join(",")}`,
      "--model pretrained, or leave --warm-start out",
    );
  }
  if (!goesOn)
    throw new HindcastError(
      "usage",
      `--warm-start ${warmStart} is for train and retrain`,
      "--warm-start pretrained, or leave it out",
    );
  if (models.every((model) => cells.some((cell) => cell === model))) return;
  throw new HindcastError(
    "usage",
    `--warm-start ${warmStart} goes on from a network, and --model is ${models.join(",")}`,
    `--model ${cells.join(", --model ")}, or leave --warm-start out`,
  );
}

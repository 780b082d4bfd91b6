// How a scoring command ends. In: the gates that were asked for and the overall scores. Out: an exit code, each failed gate said.
import { exitCodes } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import { failedGates, type Gate } from "../evaluate/gates.js";
import type { OverallScores } from "../evaluate/score-table.js";

/** @param asked the models that a gate without a model holds for @returns undefined when every gate holds */
export function exitCodeOf(
  gates: readonly Gate[],
  overall: OverallScores,
  asked: readonly string[],
  notify: Notify,
): number | undefined {
  const failed = failedGates(gates, overall, asked);
  for (const { gate, model, value } of failed)
    notify({ level: "warning", text: `--fail-if "${gate.text}": ${model} has ${gate.score} ${value ?? "undefined"}` });
  return failed.length > 0 ? exitCodes.gate : undefined;
}

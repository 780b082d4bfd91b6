// `--fail-if`: scores as an exit code. In: conditions as text, and the overall score rows. Out: the conditions that came true.
import { HindcastError } from "../base/errors.js";
import { metrics } from "./metrics.js";
import type { OverallScores } from "./score-table.js";

const comparisons = {
  ">=": (value: number, bound: number) => value >= bound,
  "<=": (value: number, bound: number) => value <= bound,
  ">": (value: number, bound: number) => value > bound,
  "<": (value: number, bound: number) => value < bound,
} as const;
type Comparison = keyof typeof comparisons;

export interface Gate {
  /** As the user wrote it. */
  readonly text: string;
  /** Without it the condition holds for every model asked for, not for the baselines beside them. */
  readonly model?: string;
  /** A column of the score table. */
  readonly score: string;
  readonly comparison: Comparison;
  readonly bound: number;
}

export interface FailedGate {
  readonly gate: Gate;
  readonly model: string;
  /** null: the score is undefined, or the model has none, so that the condition could not be ruled out. */
  readonly value: number | null;
}

/** What a gate may look at: the metrics, those of the first interval, of bins, and the skill that stands beside them. */
export const gateScores: readonly string[] = [
  ...metrics.names,
  "pinball",
  "crps",
  "coverage",
  "winkler",
  "perplexity",
  "skill",
];
/** Of further intervals. */
const furtherScore = /^(coverage|winkler)-\d+(\.\d+)?$/;

const form = /^\s*(?:(?<model>.*\S)\.)?(?<score>[A-Za-z][\w-]*(?:\.\d+)?)\s*(?<comparison>[<>]=?)\s*(?<bound>\S+)\s*$/;

/** Reads `mase>1`, `lstm.mse>=0.5`, `skill<0`. @throws HindcastError "usage" */
export function parseGate(text: string): Gate {
  const { model, score, comparison, bound } = form.exec(text)?.groups ?? {};
  if (score === undefined || !isComparison(comparison) || !Number.isFinite(Number(bound)))
    throw new HindcastError(
      "usage",
      `--fail-if "${text}" is not a condition`,
      "write it as 'mase>1' or 'lstm.mse>=0.5'",
    );
  if (!gateScores.includes(score) && !furtherScore.test(score))
    throw new HindcastError(
      "usage",
      `--fail-if "${text}": there is no score "${score}"`,
      `one of: ${gateScores.join(", ")}`,
    );
  return { text, ...(model === undefined ? {} : { model }), score, comparison, bound: Number(bound) };
}

/** To be called before the long work. @throws HindcastError "usage" for a gate on a model that is not scored */
export function checkGates(gates: readonly Gate[], models: readonly string[]): void {
  for (const { text, model } of gates)
    if (model !== undefined && !models.includes(model))
      throw new HindcastError(
        "usage",
        `--fail-if "${text}": no model "${model}" is scored`,
        `one of: ${models.join(", ")}`,
      );
}

/**
 * The gates that came true, or that an undefined score leaves open.
 * @param asked the models that a gate without a model holds for
 */
export function failedGates(gates: readonly Gate[], overall: OverallScores, asked: readonly string[]): FailedGate[] {
  return gates.flatMap((gate) =>
    (gate.model === undefined ? asked : [gate.model]).flatMap((model) => {
      const value = overall.get(model)?.get(gate.score) ?? null;
      const fails = value === null || comparisons[gate.comparison](value, gate.bound);
      return fails ? [{ gate, model, value }] : [];
    }),
  );
}

function isComparison(text: string | undefined): text is Comparison {
  return text !== undefined && Object.hasOwn(comparisons, text);
}

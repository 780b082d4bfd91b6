// What a page tells of the model that forecasts. In: a fitted model. Out: facts.
import { answererOf, type FittedModel, networksOf } from "../choose/fitted.js";
import type { TrainingRecord } from "../fit/config.js";
import type { FittedNetwork } from "../fit/fit.js";
import { parameterCount } from "../model/parameters.js";
import type { Fact } from "../report/html/source.js";

export interface ToldModel {
  readonly asked: string;
  readonly chose: string;
  readonly reason: string | undefined;
  readonly seed: number;
  readonly network?: Pick<FittedNetwork, "config" | "training" | "record">;
}

/** @param seed that it was fitted with */
export function toldOf(fitted: FittedModel, seed: number): ToldModel {
  const { asked, reason } = fitted;
  const [network] = networksOf(fitted);
  return { asked, chose: answererOf(fitted), reason, seed, ...(network && { network }) };
}

export function modelFacts({ asked, chose, reason, seed, network }: ToldModel): Fact[] {
  return [
    ["asked for", asked],
    ["answers", chose],
    ...(reason === undefined ? [] : [["why", reason] as const]),
    ...(network === undefined ? [] : networkFacts(network)),
    ["seed", String(seed)],
  ];
}

function networkFacts({ config, training, record }: NonNullable<ToldModel["network"]>): Fact[] {
  return [
    ["window", `${config.window} steps`],
    ["layers", `${config.layers.join(", ")} units`],
    ["parameters", String(parameterCount(config))],
    ["says", config.head?.kind ?? "a point, with intervals from past errors"],
    ["loss", training.loss],
    ["learning rate", `${training.learningRate}, ${training.schedule}`],
    ["batch", `${training.batch} windows`],
    ["windows", `${record.trainingWindowCount} to train on, ${record.validationWindowCount} held back`],
    ["epochs", `${record.loss.length}, of which ${record.bestEpoch} are kept`],
  ];
}

/** What the learning curves are drawn from. */
export function recordOf({ network }: ToldModel): { training?: TrainingRecord } {
  return network === undefined ? {} : { training: network.record };
}

// Networks whose training goes on with newer data. In: older networks, what they have seen, and the settings of a new one. Out: the older
// one's form and weights to begin with; or the settings as they are, where too little is new.
import type { Frame } from "../series/frame.js";
import { knownSteps } from "../series/known-steps.js";
import type { NetworkSettings } from "./defaults.js";
import type { FittedNetwork } from "./fit.js";

export interface OlderNetworks {
  /** Of one cell and horizon, at least one. */
  readonly networks: readonly FittedNetwork[];
  /** The end of what they were trained on. */
  readonly seen: Frame;
}

/**
 * What is held back has to be what the older network has not seen: else its weights would know it, and tell nothing of when to stop and
 * how far forecasts are off. So it is gone on from where a horizon or more is new in every series that it knows; which also keeps
 * it out of everything that is fitted to an earlier part of its own data.
 */
export function goOnFrom({ networks, seen }: OlderNetworks, frame: Frame, settings: NetworkSettings): NetworkSettings {
  const { training, validationSteps } = settings;
  const unseen = unseenSteps(frame, seen);
  if (unseen < settings.network.horizon) return settings;
  // Members of an ensemble go on from themselves.
  const older = networks.find((one) => one.training.seed === training.seed) ?? networks[0]!;
  const { config, weights, channels, preparation } = older;
  return {
    network: config,
    rivals: [],
    scale: preparation.config,
    channels,
    training,
    validationSteps: Math.min(validationSteps, unseen),
    start: weights,
  };
}

/** Of the series that were known, the fewest steps that came since; 0 where none was known. */
export function unseenSteps(frame: Frame, seen: Frame): number {
  const known = knownSteps(frame, seen);
  const unseen = frame.series.flatMap(({ values }, s) => (known[s]! > 0 ? [values.length - known[s]!] : []));
  return unseen.reduce((least, steps) => Math.min(least, steps), unseen[0] ?? 0);
}

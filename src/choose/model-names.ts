// What `--model` takes, listed apart from the models themselves so that reading the command line loads none of them.

export const modelNames = [
  "auto",
  "pretrained",
  "linear",
  "rnn",
  "lstm",
  "gru",
  "naive",
  "seasonal-naive",
  "drift",
  "mean",
  "ets",
  "theta",
  "mstl",
  "croston",
  "climatology",
] as const;

/** Whether networks are trained for it, or may be. */
export function trainsNetworks(name: string): boolean {
  return ["auto", "rnn", "lstm", "gru"].includes(name);
}

/** How much time `auto` may spend. */
export const presets = ["fast", "good", "best"] as const;
export type Preset = (typeof presets)[number];

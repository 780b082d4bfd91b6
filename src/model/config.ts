// What a network is, as data: all that is needed to build it, save it and read it back. Dimensions are named once, here:
// B batch, T time (the window), I inputs (channels), H units, G gates (rnn 1, gru 3, lstm 4), K horizon.
import { z } from "zod";

export const cells = ["rnn", "lstm", "gru"] as const;
export type CellKind = (typeof cells)[number];

/** Gates of each cell, in the order in which stock layers store them: lstm i, f, c, o; gru z, r, h. */
export const gateCounts: Readonly<Record<CellKind, number>> = { rnn: 1, lstm: 4, gru: 3 };

export const networkConfigSchema = z.strictObject({
  kind: z.literal("recurrent"),
  cell: z.enum(cells),
  /** Units of each stacked layer, the first one nearest the input. */
  layers: z.array(z.int().min(1).max(8192)).min(1).max(32),
  bidirectional: z.boolean(),
  /** direct: the last layer says all K steps at once; recursive: one step, fed back K times. */
  decoder: z.enum(["direct", "recursive"]),
  /** Share of the last layer's outputs (and of the outputs between stacked layers) dropped while training. */
  dropout: z.number().min(0).max(0.95),
  /** I */
  inputs: z.int().min(1),
  /** T */
  window: z.int().min(1),
  /** K */
  horizon: z.int().min(1),
});

export type NetworkConfig = z.infer<typeof networkConfigSchema>;

/** Width of the last layer. */
export function outputCount(config: NetworkConfig): number {
  return config.decoder === "direct" ? config.horizon : 1;
}

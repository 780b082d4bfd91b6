// What a network is, as data: all that is needed to build it, save it and read it back. In: nothing. Out: a schema, its type.
import * as z from "../base/schema.js";
import { cells } from "../engine/kernels/cells.js";

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
  /** Steps that backpropagation goes back from the end of the window; 0 for all. */
  truncate: z.int().min(0),
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

// What a network is, as data: all that is needed to build it, save it and read it back. In: nothing. Out: a schema, its type.
import * as z from "../base/schema.js";
import { cells } from "../engine/kernels/cells.js";
import type { WindowShape } from "../windows/gather.js";
import { headConfigSchema } from "./heads/config.js";

export const attentionKinds = ["additive", "dot"] as const;
export type AttentionKind = (typeof attentionKinds)[number];

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
  /** N: so many steps of the window make one step of the recurrent layers; absent for 1. The window is a multiple of it. */
  segment: z.int().min(1).optional(),
  /** A convolution over the steps in front of the recurrent layers, with a relu; absent or null for none. */
  conv: z
    .strictObject({ filters: z.int().min(1).max(8192), width: z.int().min(1).max(1024) })
    .nullable()
    .optional(),
  /** Over the states of the last recurrent layer; absent or null for none. */
  attention: z.enum(attentionKinds).nullable().optional(),
  /** Seasons in steps whose naive forecasts a learnt mix adds to what the head says; absent or empty for no mix. */
  mix: z.array(z.int().min(1)).optional(),
  /** What the last layer says of a step beside one number; absent for a point forecast. */
  head: headConfigSchema.optional(),
});

export type NetworkConfig = z.infer<typeof networkConfigSchema>;

/** Steps that the recurrent layers take: segments of the window. */
export function stepCount({ window, segment = 1 }: Pick<NetworkConfig, "window" | "segment">): number {
  return window / segment;
}

/** Numbers in one of them. */
export function stepWidth({ inputs, segment = 1 }: Pick<NetworkConfig, "inputs" | "segment">): number {
  return inputs * segment;
}

/** Whether the kernels train such a network: they know the losses of points alone, and a mix between two walks that drop nothing. */
export function trainsFused(config: NetworkConfig): boolean {
  const { head, mix = [], dropout } = config;
  return head === undefined && (mix.length === 0 || dropout === 0) && isFused({ ...config, mix: [] });
}

/** Whether the kernels compute a whole forecast of such a network in one call. */
export function isFused({ conv = null, attention = null, mix = [] }: NetworkConfig): boolean {
  return conv === null && attention === null && mix.length === 0;
}

/**
 * How the windows for a network are laid out. A convolution and attention know no mask: padding repeats the first step instead.
 * @param horizon steps that the candidates of a mix are wanted for
 */
export function windowShape(config: NetworkConfig, horizon = outputCount(config)): WindowShape {
  const { window, segment = 1, conv = null, attention = null, mix = [] } = config;
  return { window, segment, repeatsPadding: conv !== null || attention !== null, lags: mix, horizon };
}

/** Width of the last layer. */
export function outputCount(config: NetworkConfig): number {
  return config.decoder === "direct" ? config.horizon : 1;
}

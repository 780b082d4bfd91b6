// Which part of a panel one machine of several forecasts. In: a series' key, and how many parts there are. Out: the part it is in, the
// same on every machine and in every version, so that the parts of any two runs fit together.
import { hash } from "node:crypto";
import { type Frame, panelValueCount } from "./frame.js";

/** Part `index` of `count`, from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The first six bytes of the SHA-256 of the key, its columns joined by "/", in UTF-8, as a big-endian number, modulo `count`. Fixed for
 * ever, and easily said again in any language.
 * @param key values of the id columns; the targets of a key stay together
 */
export function shardOf(key: readonly string[], count: number): number {
  return hash("sha256", key.join("/"), "buffer").readUIntBE(0, 6) % count;
}

/** The frame's series that are in the shard, in their order. @returns also their places among all series */
export function keepShard(frame: Frame, { index, count }: Shard): { frame: Frame; positions: number[] } {
  const positions = frame.series.flatMap(({ key }, s) => (shardOf(key, count) === index ? [s] : []));
  const series = positions.map((s) => frame.series[s]!);
  return { frame: { ...frame, series, panelValueCount: panelValueCount(frame) }, positions };
}

// The pretrained weights as a file: what the package ships, and what fine-tuning starts from. In: networks and the record of their training. Out: half-precision bytes beside a
// description, and back.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findInPackage } from "../base/installation.js";
import { sha256 } from "../base/sha256.js";
import { candidateNames } from "../classical/candidates.js";
import { type GateNetwork, gateParameters } from "./network.js";
import type { GateConfig } from "./schema.js";

/** What stands in gate.json. */
export interface GateDescription {
  readonly schema_version: 1;
  /** The names of the candidates, in the order of the weights. */
  readonly candidates: readonly string[];
  readonly networks: readonly GateConfig[];
  /** SHA-256 of gate.bin. */
  readonly sha256: string;
  /** How the weights came about; for people. */
  readonly record: unknown;
}

/** @returns the bytes of gate.bin and its description */
export function encodeGates(
  networks: readonly GateNetwork[],
  record: unknown,
): { readonly bytes: Uint8Array; readonly description: GateDescription } {
  const bytes = encodeWeights(networks);
  const description: GateDescription = {
    schema_version: 1,
    ...gateLayout(networks),
    sha256: sha256(bytes),
    record,
  };
  return { bytes, description };
}

/** What is needed to make sense of the bytes. */
export type GateLayout = Pick<GateDescription, "candidates" | "networks">;

export function gateLayout(networks: readonly GateNetwork[]): GateLayout {
  return { candidates: candidateNames, networks: networks.map(({ config }) => config) };
}

/** @returns the bytes of all networks, in half precision */
export function encodeWeights(networks: readonly GateNetwork[]): Uint8Array {
  const halves = networks.flatMap(({ config, weights }) =>
    gateParameters(config).flatMap(({ name }) => Array.from(weights.get(name)!, encodeHalf)),
  );
  const bytes = new Uint8Array(2 * halves.length);
  const view = new DataView(bytes.buffer);
  for (const [i, half] of halves.entries()) view.setUint16(2 * i, half, true);
  return bytes;
}

/** @throws Error when the bytes are too few or too many for the layout, or it lists other candidates than this version has */
export function decodeWeights(bytes: Uint8Array, description: GateLayout): GateNetwork[] {
  if (description.candidates.join() !== candidateNames.join())
    throw new Error(`the gate's weights are for other candidates: ${description.candidates.join(", ")}`);
  const sizes = description.networks.flatMap((config) =>
    gateParameters(config).map(({ shape }) => shape.reduce((product, size) => product * size, 1)),
  );
  const expected = 2 * sizes.reduce((sum, size) => sum + size, 0);
  if (bytes.length !== expected) throw new Error(`the gate's weights take ${bytes.length} bytes, not ${expected}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return description.networks.map((config) => {
    const weights = new Map<string, Float32Array>();
    for (const { name, shape } of gateParameters(config)) {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
      for (let i = 0; i < values.length; i++, at += 2) values[i] = decodeHalf(view.getUint16(at, true));
      weights.set(name, values);
    }
    return { config, weights };
  });
}

/** @throws Error when the bytes are not those of the description, or it lists other candidates than this version has */
export function decodeGates(bytes: Uint8Array, description: GateDescription): GateNetwork[] {
  if (sha256(bytes) !== description.sha256)
    throw new Error("the pretrained weights are damaged: their checksum differs");
  return decodeWeights(bytes, description);
}

let shipped: GateNetwork[] | undefined;

/** The networks that the package ships, read once. @throws Error when this installation lacks them */
export function pretrainedGates(): readonly GateNetwork[] {
  shipped ??= readGates();
  return shipped;
}

function readGates(): GateNetwork[] {
  const path = findInPackage(dirname(fileURLToPath(import.meta.url)), join("pretrained", "gate.json"));
  if (path === undefined) throw new Error("this installation has no pretrained/");
  const description = JSON.parse(readFileSync(path, "utf8")) as GateDescription;
  return decodeGates(readFileSync(join(dirname(path), "gate.bin")), description);
}

const word = new DataView(new ArrayBuffer(4));
const singleBits = new Uint32Array(1);
const single = new Float32Array(singleBits.buffer);

/** IEEE 754 binary16, rounded to the nearest, ties to even; out of range becomes infinite. */
export function encodeHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  const fraction = bits & 0x7fffff;
  if (exponent === 128) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent > 15) return sign | 0x7c00;
  if (exponent >= -14) return sign | roundShift(((exponent + 15) << 23) | fraction, 13);
  return exponent < -25 ? sign : sign | roundShift(0x800000 | fraction, -exponent - 1);
}

/** bits / 2^shift, rounded to the nearest, ties to even */
function roundShift(bits: number, shift: number): number {
  const kept = bits >>> shift;
  const rest = bits & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0);
}

export function decodeHalf(half: number): number {
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return (half & 0x8000 ? -1 : 1) * fraction * 2 ** -24;
  // A single-precision exponent is biased by 112 more.
  singleBits[0] = ((half & 0x8000) << 16) | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  return single[0]!;
}

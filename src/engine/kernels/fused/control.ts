// What a caller and the compiled kernels tell each other: a block of memory begins with these numbers, all float64, in the
// order of kernels/control.h. In: a block's first bytes. Out: its fields and arrays by name.

const shapeFields = [
  "cell",
  "batch",
  "time",
  "inputs",
  "layers",
  "bidirectional",
  "reverse",
  "outputs",
  "sequences",
  "truncate",
  "trains",
  "hasInputGradient",
] as const;
const maxLayers = 32;
const runFields = [
  "count",
  "hasMask",
  "hasInitialState",
  "hasScales",
  "lossKind",
  "learningRate",
  "epsilon",
  "beta1",
  "beta2",
  "clip",
  "weightDecay",
  "step",
] as const;
const resultFields = ["byteCount", "parameterCount", "shardCount", "missing", "loss", "gradientNorm"] as const;

type RunField = (typeof runFields)[number];
type ResultField = (typeof resultFields)[number];

/** Arrays of a block; kernels/control.h says what each one holds. */
export const regionNames = [
  "inputs",
  "mask",
  "initialState",
  "parameters",
  "output",
  "tape",
  "outputGradient",
  "inputGradient",
  "initialStateGradient",
  "gradients",
  "moments",
  "targets",
  "weights",
  "scales",
  "team",
] as const;
export type RegionName = (typeof regionNames)[number];

/** A network to lay out in a block; flags are 0 or 1. */
export type BlockShape = Readonly<Record<(typeof shapeFields)[number], number>> & { readonly units: readonly number[] };

const unitsAt = shapeFields.length;
const runAt = unitsAt + maxLayers;
const resultAt = runAt + runFields.length;
const regionsAt = resultAt + resultFields.length;
export const controlLength = regionsAt + 2 * regionNames.length;

/** @param control the first `controlLength` numbers of a block */
export function writeShape(control: Float64Array, shape: BlockShape): void {
  shapeFields.forEach((field, index) => {
    control[index] = shape[field];
  });
  control.set(shape.units, unitsAt);
}

export function writeField(control: Float64Array, field: RunField, value: number): void {
  control[runAt + runFields.indexOf(field)] = value;
}

export function readResult(control: Float64Array, field: ResultField): number {
  return control[resultAt + resultFields.indexOf(field)]!;
}

/** @returns where an array lies: bytes from the block's begin, and its count of float32 numbers */
export function readRegion(control: Float64Array, name: RegionName): { offset: number; length: number } {
  const at = regionsAt + 2 * regionNames.indexOf(name);
  return { offset: control[at]!, length: control[at + 1]! };
}

// The dense layers of a head's parts as one, so that kernels with one dense layer compute them all. In: the parts' weights. Out: one
// kernel and bias; and of what they give, the numbers of one step.

interface Weights {
  readonly values: Float32Array;
}

/** Dense layers of one state. */
export interface DenseParts {
  readonly inputs: number;
  /** Of all parts. */
  readonly outputs: number;
  /** How wide each one is, and its kernel's place among the parameters, which the bias follows. */
  readonly parts: readonly { readonly outputs: number; readonly first: number }[];
}

/** @returns kernel [S × outputs] and bias [outputs], the parts side by side */
export function joinParts(
  { inputs, outputs, parts }: DenseParts,
  weights: readonly Weights[],
): { kernel: Float32Array; bias: Float32Array } {
  const [only] = parts;
  if (parts.length === 1) return { kernel: weights[only!.first]!.values, bias: weights[only!.first + 1]!.values };
  const kernel = new Float32Array(inputs * outputs);
  const bias = new Float32Array(outputs);
  let at = 0;
  for (const { first, outputs: width } of parts) {
    const own = weights[first]!.values;
    for (let i = 0; i < inputs; i++) kernel.set(own.subarray(i * width, (i + 1) * width), i * outputs + at);
    bias.set(weights[first + 1]!.values, at);
    at += width;
  }
  return { kernel, bias };
}

/**
 * The way back.
 * @param joined all parameters of a network, which end in the parts' kernel and bias
 * @returns them part by part, as a network's weights stand one after the other
 */
export function splitParts({ inputs, outputs, parts }: DenseParts, joined: Float32Array): Float32Array {
  const split = joined.slice();
  const begin = joined.length - (inputs + 1) * outputs;
  let [column, at] = [0, begin];
  for (const { outputs: width } of parts) {
    for (let row = 0; row <= inputs; row++, at += width)
      split.set(joined.subarray(begin + row * outputs + column, begin + row * outputs + column + width), at);
    column += width;
  }
  return split;
}

/**
 * Where the numbers of a step stand in a row of what the dense layers give: part by part, and in a part step by step.
 * @param widths of the parts, numbers a step @param stepCount that a row holds
 * @param raw [P] is written
 */
export function takeStep(
  row: Float32Array,
  widths: readonly number[],
  stepCount: number,
  step: number,
  raw: Float64Array,
): void {
  let from = 0;
  let i = 0;
  for (const width of widths) {
    for (let j = 0; j < width; j++) raw[i++] = row[from + step * width + j]!;
    from += stepCount * width;
  }
}

/** The way back: writes them to the same places. */
export function putStep(
  values: Float64Array,
  widths: readonly number[],
  stepCount: number,
  step: number,
  row: Float32Array,
): void {
  let from = 0;
  let i = 0;
  for (const width of widths) {
    for (let j = 0; j < width; j++) row[from + step * width + j] = values[i++]!;
    from += stepCount * width;
  }
}

// The linear part of a cell, a = [h, x, 1] · [U; W; b] for some of its gates, one matrix product a step; and its transpose and
// weight gradients for the backward pass. In: a window of weight columns. Out: float64 pre-activations; gradients.
import { gateCounts } from "./cells.js";
import { allocatePanels, leftWidth, multiplyPanels, packColumns, packRows, panelCount, rightWidth } from "./panels.js";
import type { RecurrentArrays, RecurrentGradients, RecurrentProblem } from "./problem.js";

/** The gates that a projection is for: columns [from, to) of the weights. */
export interface Columns {
  readonly from: number;
  readonly to: number;
}

export interface Projection {
  /** Pre-activations of the last `apply` [B × stride] */
  readonly out: Float64Array;
  readonly stride: number;
  /** @param state holds h [B, H] from `offset` on  @param t time step of x */
  apply(state: Float32Array, offset: number, t: number): void;
}

export function projectForward(problem: RecurrentProblem, arrays: RecurrentArrays, columns: Columns): Projection {
  const { cell, batch, time, inputs, units } = problem;
  const weightStride = gateCounts[cell] * units;
  const width = columns.to - columns.from;
  const depth = units + inputs + 1;
  const leftPanels = panelCount(batch, leftWidth);
  const rightPanels = panelCount(width, rightWidth);
  const stride = rightPanels * rightWidth;

  const weights = allocatePanels(width, rightWidth, depth);
  const block = { offset: columns.from, stride: weightStride, columns: width };
  packColumns({ ...block, values: arrays.recurrentKernel, rows: units }, weights, rightWidth, depth, 0, 0);
  packColumns({ ...block, values: arrays.kernel, rows: inputs }, weights, rightWidth, depth, units, 0);
  packColumns({ ...block, values: arrays.bias, rows: 1 }, weights, rightWidth, depth, units + inputs, 0);

  const left = allocatePanels(batch, leftWidth, depth);
  const ones = new Float32Array(batch).fill(1);
  packRows({ values: ones, offset: 0, stride: 1, rows: batch, columns: 1 }, left, leftWidth, depth, depth - 1, 0);
  const out = new Float64Array(leftPanels * leftWidth * stride);
  const rows = { rows: batch };
  return {
    out,
    stride,
    apply(state, offset, t) {
      packRows({ ...rows, values: state, offset, stride: units, columns: units }, left, leftWidth, depth, 0, 0);
      const x = { ...rows, values: arrays.x, offset: t * inputs, stride: time * inputs, columns: inputs };
      packRows(x, left, leftWidth, depth, units, 0);
      multiplyPanels(left, leftPanels, weights, rightPanels, depth, out, false);
    },
  };
}

export interface BackProjection {
  /** Gradient of the pre-activations [B × (to - from)] */
  readonly dGates: Float32Array;
  /** Gradient of [h, x] after `apply` [B × stride], which needs `dGates` filled */
  readonly out: Float64Array;
  readonly stride: number;
  /** @param state what `apply` was given in the forward pass */
  apply(state: Float32Array, offset: number, t: number): void;
  /** dHidden [B, H] += the gradient of h */
  addHidden(dHidden: Float64Array): void;
  /** dx [B, T, I] at time `t` += the gradient of x */
  addInputs(dx: Float32Array, t: number): void;
  /** Writes the weight gradients into their columns. */
  finish(gradients: RecurrentGradients): void;
}

/** Rows that a product of the weight gradients is made of: enough to pay for reading and writing its result. */
const chunkRows = 128;

/** @param stepCount how often `apply` will be called */
export function projectBackward(
  problem: RecurrentProblem,
  arrays: RecurrentArrays,
  columns: Columns,
  stepCount: number,
): BackProjection {
  const { cell, batch, time, inputs, units } = problem;
  const weightStride = gateCounts[cell] * units;
  const width = columns.to - columns.from;

  // d[h, x] = da · [U; W]ᵀ
  const leftPanels = panelCount(batch, leftWidth);
  const rightPanels = panelCount(units + inputs, rightWidth);
  const stride = rightPanels * rightWidth;
  const weights = allocatePanels(units + inputs, rightWidth, width);
  const block = { offset: columns.from, stride: weightStride, columns: width };
  packRows({ ...block, values: arrays.recurrentKernel, rows: units }, weights, rightWidth, width, 0, 0);
  packRows({ ...block, values: arrays.kernel, rows: inputs }, weights, rightWidth, width, 0, units);
  const left = allocatePanels(batch, leftWidth, width);
  const dGates = new Float32Array(batch * width);
  const out = new Float64Array(leftPanels * leftWidth * stride);

  // d[U; W; b] = [h, x, 1]ᵀ · da, summed over rows of the batch and steps, a chunk of steps at a time.
  const sumRows = units + inputs + 1;
  const chunkSteps = Math.min(stepCount, Math.ceil(chunkRows / batch));
  const sumLeftPanels = panelCount(sumRows, leftWidth);
  const sumRightPanels = panelCount(width, rightWidth);
  const sumStride = sumRightPanels * rightWidth;
  const sumLeft = allocatePanels(sumRows, leftWidth, chunkSteps * batch);
  const sumRight = allocatePanels(width, rightWidth, chunkSteps * batch);
  const sum = new Float64Array(sumLeftPanels * leftWidth * sumStride);
  const ones = new Float32Array(batch).fill(1);
  let done = 0;

  const rows = { rows: batch };
  const addToSum = (state: Float32Array, offset: number, t: number) => {
    const place = done % chunkSteps;
    const depth = Math.min(chunkSteps, stepCount - done + place) * batch;
    const k0 = place * batch;
    const h = { ...rows, values: state, offset, stride: units, columns: units };
    const x = { ...rows, values: arrays.x, offset: t * inputs, stride: time * inputs, columns: inputs };
    packColumns(h, sumLeft, leftWidth, depth, k0, 0);
    packColumns(x, sumLeft, leftWidth, depth, k0, units);
    packColumns(
      { ...rows, values: ones, offset: 0, stride: 1, columns: 1 },
      sumLeft,
      leftWidth,
      depth,
      k0,
      sumRows - 1,
    );
    packColumns(
      { ...rows, values: dGates, offset: 0, stride: width, columns: width },
      sumRight,
      rightWidth,
      depth,
      k0,
      0,
    );
    if (k0 + batch === depth) multiplyPanels(sumLeft, sumLeftPanels, sumRight, sumRightPanels, depth, sum, true);
    done++;
  };

  return {
    dGates,
    out,
    stride,
    apply(state, offset, t) {
      const da = { ...rows, values: dGates, offset: 0, stride: width, columns: width };
      packRows(da, left, leftWidth, width, 0, 0);
      multiplyPanels(left, leftPanels, weights, rightPanels, width, out, false);
      addToSum(state, offset, t);
    },
    addHidden(dHidden) {
      for (let row = 0; row < batch; row++) {
        const from = row * stride;
        for (let unit = 0; unit < units; unit++) dHidden[row * units + unit]! += out[from + unit]!;
      }
    },
    addInputs(dx, t) {
      for (let row = 0; row < batch; row++) {
        const from = row * stride + units;
        const to = (row * time + t) * inputs;
        for (let input = 0; input < inputs; input++) dx[to + input]! += out[from + input]!;
      }
    },
    finish(gradients) {
      const write = (target: Float32Array, count: number, first: number) => {
        for (let row = 0; row < count; row++) {
          const from = (first + row) * sumStride;
          const to = row * weightStride + columns.from;
          for (let column = 0; column < width; column++) target[to + column] = sum[from + column]!;
        }
      };
      write(gradients.recurrentKernel, units, 0);
      write(gradients.kernel, inputs, units);
      write(gradients.bias, 1, units + inputs);
    },
  };
}

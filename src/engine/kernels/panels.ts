// Matrix products over typed arrays, the inner loop of every recurrent kernel. In: operands copied ("packed") into panels, so
// that the product reads both of them contiguously. Out: a float64 matrix. A product over `depth` k is left[k, j] · right[k, j'];
// an operand lies in panels of `width` j: element (k, j) at ((j / width | 0) · depth + k) · width + j % width.

/** Widths of the panels, and so the tile held in registers: 2 × 4 leaves V8 no spills on x86-64 (16 vector registers). */
export const leftWidth = 2;
export const rightWidth = 4;

/** Count of `width`-wide panels that hold `count` items. */
export function panelCount(count: number, width: number): number {
  return Math.ceil(count / width);
}

/** Room for `count` × `depth` items in panels. */
export function allocatePanels(count: number, width: number, depth: number): Float64Array {
  return new Float64Array(panelCount(count, width) * width * depth);
}

/** A window of a row-major matrix: `rows` × `columns` values, rows `stride` apart, the first one at `offset`. */
export interface Block {
  readonly values: Float32Array;
  readonly offset: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

/** Packs a block whose columns are j and whose rows are k, from (k0, j0) on. */
export function packColumns(block: Block, panels: Float64Array, width: number, depth: number, k0: number, j0: number) {
  const { values, offset, stride, rows, columns } = block;
  const step = depth * width;
  for (let row = 0; row < rows; row++) {
    let from = offset + row * stride;
    let lane = j0 % width;
    let to = Math.floor(j0 / width) * step + (k0 + row) * width;
    for (let column = 0; column < columns; column++) {
      panels[to + lane] = values[from++]!;
      if (++lane === width) {
        lane = 0;
        to += step;
      }
    }
  }
}

/** Packs a block whose rows are j and whose columns are k (the transpose of `packColumns`), from (k0, j0) on. */
export function packRows(block: Block, panels: Float64Array, width: number, depth: number, k0: number, j0: number) {
  const { values, offset, stride, rows, columns } = block;
  for (let row = 0; row < rows; row++) {
    const j = j0 + row;
    let from = offset + row * stride;
    let to = (Math.floor(j / width) * depth + k0) * width + (j % width);
    for (let column = 0; column < columns; column++) {
      panels[to] = values[from++]!;
      to += width;
    }
  }
}

/**
 * out = leftᵀ right, or out += leftᵀ right when `accumulate`. What stands in the padding of a panel only reaches the padding of
 * `out`, whose rows are `rightPanels` · 4 long.
 * @param out [leftPanels · 2 × rightPanels · 4]
 */
export function multiplyPanels(
  left: Float64Array,
  leftPanels: number,
  right: Float64Array,
  rightPanels: number,
  depth: number,
  out: Float64Array,
  accumulate: boolean,
): void {
  const stride = rightPanels * rightWidth;
  for (let n = 0; n < rightPanels; n++) {
    for (let m = 0; m < leftPanels; m++) {
      let l = m * depth * leftWidth;
      let r = n * depth * rightWidth;
      const top = m * leftWidth * stride + n * rightWidth;
      const bottom = top + stride;
      let t0 = 0;
      let t1 = 0;
      let t2 = 0;
      let t3 = 0;
      let b0 = 0;
      let b1 = 0;
      let b2 = 0;
      let b3 = 0;
      if (accumulate) {
        t0 = out[top]!;
        t1 = out[top + 1]!;
        t2 = out[top + 2]!;
        t3 = out[top + 3]!;
        b0 = out[bottom]!;
        b1 = out[bottom + 1]!;
        b2 = out[bottom + 2]!;
        b3 = out[bottom + 3]!;
      }
      for (let k = 0; k < depth; k++) {
        const x = left[l]!;
        const y = left[l + 1]!;
        const r0 = right[r]!;
        const r1 = right[r + 1]!;
        const r2 = right[r + 2]!;
        const r3 = right[r + 3]!;
        t0 += x * r0;
        t1 += x * r1;
        t2 += x * r2;
        t3 += x * r3;
        b0 += y * r0;
        b1 += y * r1;
        b2 += y * r2;
        b3 += y * r3;
        l += leftWidth;
        r += rightWidth;
      }
      out[top] = t0;
      out[top + 1] = t1;
      out[top + 2] = t2;
      out[top + 3] = t3;
      out[bottom] = b0;
      out[bottom + 1] = b1;
      out[bottom + 2] = b2;
      out[bottom + 3] = b3;
    }
  }
}

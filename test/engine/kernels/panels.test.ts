import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  allocatePanels,
  leftWidth,
  multiplyPanels,
  packColumns,
  packRows,
  panelCount,
  rightWidth,
} from "../../../src/engine/kernels/panels.js";
import { normals } from "./reference.js";

const size = fc.integer({ min: 1, max: 11 });

test("a product of packed operands is the product of the matrices, whatever their sizes and however often summed up", () => {
  fc.assert(
    fc.property(size, size, size, fc.nat(), (rows, columns, depth, seed) => {
      const a = normals(seed, "a", rows * depth, 1);
      const b = normals(seed, "b", depth * columns, 1);
      const left = allocatePanels(rows, leftWidth, depth);
      const right = allocatePanels(columns, rightWidth, depth);
      packRows({ values: a, offset: 0, stride: depth, rows, columns: depth }, left, leftWidth, depth, 0, 0);
      packColumns({ values: b, offset: 0, stride: columns, rows: depth, columns }, right, rightWidth, depth, 0, 0);
      const stride = panelCount(columns, rightWidth) * rightWidth;
      const out = new Float64Array(panelCount(rows, leftWidth) * leftWidth * stride).fill(123);
      const panels = [panelCount(rows, leftWidth), panelCount(columns, rightWidth)] as const;
      multiplyPanels(left, panels[0], right, panels[1], depth, out, false);
      multiplyPanels(left, panels[0], right, panels[1], depth, out, true);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++) {
          let sum = 0;
          for (let k = 0; k < depth; k++) sum += a[row * depth + k]! * b[k * columns + column]!;
          // The same products in the same order, summed twice: rounding of a float64 apart.
          expect(out[row * stride + column]).toBeCloseTo(2 * sum, 12);
        }
    }),
  );
});

test("packing rows is packing the columns of the transpose, from any place on", () => {
  fc.assert(
    fc.property(
      size,
      size,
      fc.nat(3),
      fc.nat(5),
      fc.constantFrom(leftWidth, rightWidth),
      (rows, columns, k0, j0, width) => {
        const values = normals(rows * 100 + columns, "values", rows * columns, 1);
        const transposed = values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);
        const depth = k0 + columns;
        const byRows = allocatePanels(j0 + rows, width, depth);
        const byColumns = allocatePanels(j0 + rows, width, depth);
        packRows({ values, offset: 0, stride: columns, rows, columns }, byRows, width, depth, k0, j0);
        const block = { values: transposed, offset: 0, stride: rows, rows: columns, columns: rows };
        packColumns(block, byColumns, width, depth, k0, j0);
        expect(byRows).toEqual(byColumns);
      },
    ),
  );
});

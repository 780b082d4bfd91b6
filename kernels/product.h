// Matrix products on panels, where almost all of a training step's time goes. A left operand lies [panel][row][PANEL], a right
// one [panel][k][PANEL]: element (row, k) of the left is left[k / PANEL][row][k % PANEL].
#pragma once
#include "simd.h"

// One summand of a product: left [rows × depth] times right [depth × PANEL].
typedef struct {
  const float *left;
  const float *right;
  int depth;
} Term;

// out [row_count × PANEL] = Σ terms, or += when `accumulate`. With a constant row_count all sums stay in registers.
INLINE void multiply_tile(const int row_count, const Term *terms, int term_count, Size left_stride, float *out,
                          int accumulate) {
  Vector sum[TILE_ROWS][PANEL_VECTORS];
  UNROLL for (int row = 0; row < row_count; row++)
    UNROLL for (int v = 0; v < PANEL_VECTORS; v++)
      sum[row][v] = accumulate ? load(out + row * PANEL + v * LANES) : splat(0);
  for (int t = 0; t < term_count; t++) {
    const float *left = terms[t].left, *right = terms[t].right;
    for (int depth = terms[t].depth; depth > 0; depth -= PANEL, left += left_stride) {
      const int k_count = depth < PANEL ? depth : PANEL;
      // Rolled: V8 lifts all loads of an unrolled block to its top and then spills them.
      _Pragma("clang loop unroll(disable)") for (int k = 0; k < k_count; k++, right += PANEL) {
        Vector column[PANEL_VECTORS];
        UNROLL for (int v = 0; v < PANEL_VECTORS; v++) column[v] = load(right + v * LANES);
        UNROLL for (int row = 0; row < row_count; row++) {
          const Vector factor = splat(left[row * PANEL + k]);
          UNROLL for (int v = 0; v < PANEL_VECTORS; v++) sum[row][v] = multiply_add(factor, column[v], sum[row][v]);
        }
      }
    }
  }
  UNROLL for (int row = 0; row < row_count; row++)
    UNROLL for (int v = 0; v < PANEL_VECTORS; v++) store(out + row * PANEL + v * LANES, sum[row][v]);
}

static __attribute__((noinline)) void multiply_high_tile(const Term *terms, int term_count, Size left_stride, float *out,
                                                         int accumulate) {
  multiply_tile(TILE_ROWS, terms, term_count, left_stride, out, accumulate);
}

static __attribute__((noinline)) void multiply_low_tile(const Term *terms, int term_count, Size left_stride, float *out,
                                                        int accumulate) {
  multiply_tile(ROW_STEP, terms, term_count, left_stride, out, accumulate);
}

// out [panel_count][rows][PANEL] = Σ terms, or += when `accumulate`. terms[].right is that of the first panel; the next one
// lies `right_stride` floats on. At most two terms.
static void multiply(const Term *terms, int term_count, int rows, float *out, int panel_count, Size right_stride,
                     int accumulate) {
  const Size left_stride = (Size)rows * PANEL;
  for (int panel = 0; panel < panel_count; panel++, out += left_stride) {
    Term moved[2];
    for (int t = 0; t < term_count; t++) {
      moved[t] = terms[t];
      moved[t].right += panel * right_stride;
    }
    for (int row = 0; row < rows;) {
      if (rows - row >= TILE_ROWS) {
        multiply_high_tile(moved, term_count, left_stride, out + row * PANEL, accumulate);
        row += TILE_ROWS;
      } else {
        multiply_low_tile(moved, term_count, left_stride, out + row * PANEL, accumulate);
        row += ROW_STEP;
      }
      for (int t = 0; t < term_count; t++)
        moved[t].left = terms[t].left + row * PANEL;
    }
  }
}

// What a weight gradient sums over: pairs of rows, `rows` of them in each of `steps` blocks.
typedef struct {
  const float *left, *right;
  Size left_step, right_step;
  int steps, rows;
} Pairs;

// out [TILE_ROWS × PANEL] += Σ over pairs: left row's first TILE_ROWS columns, transposed, times right row.
static __attribute__((noinline)) void add_outer_tile(const Pairs *pairs, float *out) {
  Vector sum[TILE_ROWS][PANEL_VECTORS];
  UNROLL for (int i = 0; i < TILE_ROWS; i++)
    UNROLL for (int v = 0; v < PANEL_VECTORS; v++) sum[i][v] = load(out + i * PANEL + v * LANES);
  for (int step = 0; step < pairs->steps; step++) {
    const float *left = pairs->left + step * pairs->left_step, *right = pairs->right + step * pairs->right_step;
    _Pragma("clang loop unroll(disable)") for (int row = 0; row < pairs->rows; row++, left += PANEL, right += PANEL) {
      Vector column[PANEL_VECTORS];
      UNROLL for (int v = 0; v < PANEL_VECTORS; v++) column[v] = load(right + v * LANES);
      UNROLL for (int i = 0; i < TILE_ROWS; i++) {
        const Vector factor = splat(left[i]);
        UNROLL for (int v = 0; v < PANEL_VECTORS; v++) sum[i][v] = multiply_add(factor, column[v], sum[i][v]);
      }
    }
  }
  UNROLL for (int i = 0; i < TILE_ROWS; i++)
    UNROLL for (int v = 0; v < PANEL_VECTORS; v++) store(out + i * PANEL + v * LANES, sum[i][v]);
}

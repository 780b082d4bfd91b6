// Matrix products on panels, where almost all of a training step's time goes. Operands and results lie [panel][row][PANEL].
#pragma once
#include "simd.h"

// What a product sums over: pairs, in blocks that lie apart. A pair is a value of the left operand for each row of the result,
// and a row of PANEL values of the right one.
typedef struct {
  const float *left, *right;
  Size left_next, right_next; // floats from one block to the next
  int block;                  // pairs of a block
  int count;                  // pairs of all blocks; the last one may be cut short
} Pairs;

// Where the left operand's value for a row of the result and a pair lies: left[row][pair], or its transpose's.
typedef enum { STRAIGHT, TRANSPOSED } Direction;

// Floats from one panel to the next.
typedef struct {
  Size right, out;
} Strides;

// V8 moves the loads of a block of code to its begin, its sums to its end, and spills what its registers cannot hold. A branch
// ends a block; one that leads to where the sums are used, which is never taken, has them computed before it. The numbers
// differ, since V8 leaves out a question asked before; as addresses they lie in the stack, where no operand does.
#if defined(__wasm__)
#define END_BLOCK(pointer, number)                                                                                               \
  do {                                                                                                                           \
    Size address = (Size)(pointer);                                                                                              \
    __asm__ volatile("" : "+r"(address)::"memory");                                                                              \
    if (__builtin_expect(address == 4 * (Size)(number), 0)) goto done;                                                           \
  } while (0)
// Keeps a pointer as it is, so that what is loaded from beside it needs no addition.
#define HOLD(pointer) __asm__ volatile("" : "+r"(pointer))
#else
#define END_BLOCK(pointer, number)
#define HOLD(pointer)
#endif

// out [panels][rows][PANEL] += Σ over the pairs of all terms; without `accumulate` it begins at 0. With constant rows and panels
// all sums stay in registers. @param left_at, right_at added to the terms' operands
INLINE void multiply_tile(const Direction direction, const int rows, const int panels, const Pairs *terms, int term_count,
                          Size left_at, Size right_at, Strides stride, float *out, int accumulate) {
  const int row_stride = direction == STRAIGHT ? PANEL : 1, pair_stride = direction == STRAIGHT ? 1 : PANEL;
  const int width = panels * PANEL_VECTORS;
  Vector sum[TILE_ROWS][TILE_PANELS * PANEL_VECTORS];
  UNROLL for (int row = 0; row < rows; row++)
    UNROLL for (int v = 0; v < width; v++) {
      const float *from = out + v / PANEL_VECTORS * stride.out + row * PANEL + v % PANEL_VECTORS * LANES;
      sum[row][v] = accumulate ? load(from) : splat(0);
    }
  for (int t = 0; t < term_count; t++) {
    const Pairs *term = &terms[t];
    const float *left_block = term->left + left_at, *right_block = term->right + right_at;
    for (int count = term->count; count > 0; count -= term->block) {
      const float *left = left_block, *right[TILE_PANELS];
      UNROLL for (int p = 0; p < panels; p++) right[p] = right_block + p * stride.right;
      const int end = count < term->block ? count : term->block;
      _Pragma("clang loop unroll(disable)") for (int pair = 0; pair < end; pair += PAIR_STEP) {
        HOLD(left);
        UNROLL for (int p = 0; p < panels; p++) HOLD(right[p]);
        UNROLL for (int k = 0; k < PAIR_STEP; k++) {
          Vector factor[TILE_ROWS];
          UNROLL for (int row = 0; row < rows; row++) factor[row] = splat(left[row * row_stride + k * pair_stride]);
          UNROLL for (int v = 0; v < width; v++) {
            const Vector column = load(right[v / PANEL_VECTORS] + k * PANEL + v % PANEL_VECTORS * LANES);
            UNROLL for (int row = 0; row < rows; row++) sum[row][v] = multiply_add(factor[row], column, sum[row][v]);
            END_BLOCK(right[0], k * width + v + 1);
          }
        }
        left += PAIR_STEP * pair_stride;
        UNROLL for (int p = 0; p < panels; p++) right[p] += PAIR_STEP * PANEL;
      }
      left_block += term->left_next;
      right_block += term->right_next;
    }
  }
#if defined(__wasm__)
done:
#endif
  UNROLL for (int row = 0; row < rows; row++)
    UNROLL for (int v = 0; v < width; v++)
      store(out + v / PANEL_VECTORS * stride.out + row * PANEL + v % PANEL_VECTORS * LANES, sum[row][v]);
}

#define TILE(name, direction, rows, panels)                                                                                      \
  static __attribute__((noinline)) void name(const Pairs *terms, int term_count, Size left_at, Size right_at, Strides stride,    \
                                             float *out, int accumulate) {                                                       \
    multiply_tile(direction, rows, panels, terms, term_count, left_at, right_at, stride, out, accumulate);                       \
  }
TILE(multiply_wide, STRAIGHT, WIDE_ROWS, TILE_PANELS)
TILE(multiply_high, STRAIGHT, TILE_ROWS, 1)
TILE(multiply_low, STRAIGHT, ROW_STEP, 1)
TILE(multiply_transposed_wide, TRANSPOSED, WIDE_ROWS, TILE_PANELS)
TILE(multiply_transposed, TRANSPOSED, ROW_STEP, 1)

// How many panels to compute at once, of those that are left.
INLINE int tile_panels(int left) { return left >= TILE_PANELS ? TILE_PANELS : 1; }

// out [panel_count][rows][PANEL] = Σ over the terms of left [rows × pairs] times right, or += when `accumulate`.
static void multiply(const Pairs *terms, int term_count, int rows, float *out, int panel_count, Size right_stride,
                     int accumulate) {
  const Strides stride = {right_stride, (Size)rows * PANEL};
  for (int panel = 0, panels; panel < panel_count; panel += panels) {
    panels = tile_panels(panel_count - panel);
    int wide_end = 0;
    if (panels > 1)
      for (; rows - wide_end >= WIDE_ROWS; wide_end += WIDE_ROWS)
        multiply_wide(terms, term_count, wide_end * PANEL, panel * right_stride, stride,
                      out + panel * stride.out + wide_end * PANEL, accumulate);
    for (int p = panel; p < panel + panels; p++)
      for (int row = wide_end, height; row < rows; row += height) {
        const Size left_at = row * PANEL, right_at = p * right_stride;
        float *to = out + p * stride.out + left_at;
        height = rows - row >= TILE_ROWS ? TILE_ROWS : ROW_STEP;
        if (height == TILE_ROWS) multiply_high(terms, term_count, left_at, right_at, stride, to, accumulate);
        else multiply_low(terms, term_count, left_at, right_at, stride, to, accumulate);
      }
  }
}

// out [panels][columns][PANEL] += left [pairs × columns], transposed, times right. @param columns of one panel of the left
static void add_transposed(const Pairs *pairs, int columns, int panels, Strides stride, float *out) {
  // A wide tile that a low one could stand for computes padding.
  const int too_few = WIDE_ROWS > ROW_STEP ? ROW_STEP : 0;
  int wide_end = 0;
  if (panels > 1)
    for (; columns - wide_end > too_few; wide_end += WIDE_ROWS)
      multiply_transposed_wide(pairs, 1, wide_end, 0, stride, out + wide_end * PANEL, 1);
  for (int panel = 0; panel < panels; panel++)
    for (int column = wide_end; column < columns; column += ROW_STEP)
      multiply_transposed(pairs, 1, column, panel * stride.right, stride, out + panel * stride.out + column * PANEL, 1);
}

// The linear part of a layer: [h, x, 1] · [U; W; b] for all its gates. In: weights in the order of stock layers (kernel W,
// recurrent kernel U, bias b; columns gate by gate). Out: products with them, with their transpose, and their gradient, all on
// packed weights: each gate's columns padded to whole panels, the rows of U and those of [W; b] each to whole tiles.
#pragma once
#include "arena.h"
#include "product.h"

typedef struct {
  int units, gates;
  int recurrent; // rows of U: units, or 0 in a dense layer
  int inputs;    // rows of W
  int unit_panels;
  int source_row; // where [W; b] begins
  int depth;      // packed rows
  Size packed_count;
  float *weights, *gradient; // [gates × unit_panels][depth][PANEL], pads zero
  // Transposes, for the backward pass [panels of rows][gates × unit_panels × PANEL][PANEL].
  float *to_hidden, *to_source;
} Affine;

static Affine affine_of(int gates, int units, int recurrent, int inputs) {
  Affine a = {.units = units, .gates = gates, .recurrent = recurrent, .inputs = inputs};
  a.unit_panels = panels_for(units);
  a.source_row = round_up(recurrent, TILE_ROWS);
  a.depth = a.source_row + round_up(inputs + 1, TILE_ROWS);
  a.packed_count = (Size)gates * a.unit_panels * a.depth * PANEL;
  return a;
}

INLINE Size affine_panel_stride(const Affine *a) { return (Size)a->depth * PANEL; }
INLINE int affine_width(const Affine *a) { return a->gates * a->unit_panels * PANEL; }
INLINE Size affine_stock_count(const Affine *a) { return (Size)(a->inputs + a->recurrent + 1) * a->gates * a->units; }

static void affine_plan_transposes(Affine *a, Arena *arena, int needs_source) {
  a->to_hidden = a->recurrent ? take(arena, (Size)panels_for(a->recurrent) * affine_width(a) * PANEL) : 0;
  a->to_source = needs_source ? take(arena, (Size)panels_for(a->inputs) * affine_width(a) * PANEL) : 0;
}

// The packed row of a row of the stock order: W, U, b.
INLINE int affine_packed_row(const Affine *a, int stock_row) {
  if (stock_row < a->inputs) return a->source_row + stock_row;
  if (stock_row < a->inputs + a->recurrent) return stock_row - a->inputs;
  return a->source_row + a->inputs;
}

typedef enum { PACK, UNPACK } Packing;

// Copies all weights (or what lies like them) between their packed and their stock order.
static void affine_copy(const Affine *a, float *packed, float *stock, Packing direction) {
  for (int row = 0; row < a->inputs + a->recurrent + 1; row++)
    for (int gate = 0; gate < a->gates; gate++)
      for (int unit = 0; unit < a->units; unit++, stock++) {
        const int panel = gate * a->unit_panels + unit / PANEL;
        float *at = packed + ((Size)panel * a->depth + affine_packed_row(a, row)) * PANEL + unit % PANEL;
        if (direction == PACK) *at = *stock;
        else *stock = *at;
      }
}

static void affine_transpose_rows(const Affine *a, int first_row, int row_count, float *out) {
  const int panel_count = a->gates * a->unit_panels;
  for (int row = 0; row < row_count; row++) {
    float *to = out + (Size)(row / PANEL) * affine_width(a) * PANEL + row % PANEL;
    const float *from = a->weights + (Size)(first_row + row) * PANEL;
    for (int panel = 0; panel < panel_count; panel++, from += affine_panel_stride(a))
      for (int lane = 0; lane < PANEL; lane++, to += PANEL) *to = from[lane];
  }
}

// Brings the transposes up to date with the weights.
static void affine_transpose(const Affine *a) {
  affine_transpose_rows(a, 0, a->recurrent, a->to_hidden);
  if (a->to_source) affine_transpose_rows(a, a->source_row, a->inputs, a->to_source);
}

// Panels [first, end) of a layer's columns.
typedef struct {
  int first, end;
} Panels;

// out [panels][rows][PANEL] = [hidden, source] · weights. @param hidden null where it is 0, or there is none
static void affine_forward(const Affine *a, const float *hidden, const float *source, int rows, Panels panels, float *out) {
  const float *right = a->weights + panels.first * affine_panel_stride(a);
  const Size block = (Size)rows * PANEL;
  const int hidden_pairs = round_up(a->recurrent, PAIR_STEP), source_pairs = round_up(a->inputs + 1, PAIR_STEP);
  const Pairs terms[2] = {{hidden, right, block, PANEL * PANEL, PANEL, hidden_pairs},
                          {source, right + a->source_row * PANEL, block, PANEL * PANEL, PANEL, source_pairs}};
  const int skipped = !hidden;
  multiply(terms + skipped, 2 - skipped, rows, out + (Size)panels.first * rows * PANEL, panels.end - panels.first,
           affine_panel_stride(a), 0);
}

// out (+)= d_gates · transpose, over the gates' panels [first, end). @param transpose to_hidden or to_source, of out_columns
static void affine_backward(const Affine *a, const float *transpose, int out_columns, const float *d_gates, int rows,
                            Panels panels, float *out, int accumulate) {
  const Pairs term = {d_gates + (Size)panels.first * rows * PANEL, transpose + (Size)panels.first * PANEL * PANEL,
                      (Size)rows * PANEL, PANEL * PANEL, PANEL, (panels.end - panels.first) * PANEL};
  multiply(&term, 1, rows, out, panels_for(out_columns), (Size)affine_width(a) * PANEL, accumulate);
}

// One run of steps of a backward pass: operands of step s lie at s times their stride.
typedef struct {
  const float *hidden, *source, *d_gates;
  Size hidden_step, source_step, gates_step;
  int steps, rows;
} Run;

// gradient += leftᵀ · right for a group of panels. @param columns of the left operand, whose panels lie a block apart
static void add_gradient_rows(Pairs pairs, int columns, int panels, Strides stride, float *out) {
  for (; columns > 0; columns -= PANEL, pairs.left += stride.right, out += PANEL * PANEL)
    add_transposed(&pairs, columns < PANEL ? columns : PANEL, panels, stride, out);
}

// gradient += [hidden, source]ᵀ · d_gates, summed over the rows of a run, for the panels [first, end)
static void affine_add_gradient(const Affine *a, const Run *run, Panels panels) {
  const Strides stride = {(Size)run->rows * PANEL, affine_panel_stride(a)};
  const int count = run->steps * run->rows;
  for (int panel = panels.first, width; panel < panels.end; panel += width) {
    const float *d_gates = run->d_gates + panel * stride.right;
    float *out = a->gradient + panel * stride.out;
    const Pairs hidden = {run->hidden, d_gates, run->hidden_step, run->gates_step, run->rows, count};
    const Pairs source = {run->source, d_gates, run->source_step, run->gates_step, run->rows, count};
    width = tile_panels(panels.end - panel);
    add_gradient_rows(hidden, a->recurrent, width, stride, out);
    add_gradient_rows(source, a->inputs + 1, width, stride, out + a->source_row * PANEL);
  }
}

// Scales all weights but the bias: decoupled weight decay.
static void affine_shrink(const Affine *a, float factor) {
  const int bias_row = a->source_row + a->inputs;
  for (int panel = 0; panel < a->gates * a->unit_panels; panel++) {
    float *from = a->weights + panel * affine_panel_stride(a);
    for (int row = 0; row < a->depth; row++, from += PANEL)
      if (row != bias_row)
        for (int lane = 0; lane < PANEL; lane++) from[lane] *= factor;
  }
}

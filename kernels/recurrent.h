// Forward and backward of a recurrent layer over all its steps. In: inputs and gradients as row-major arrays over batch and
// time. Out: states, and gradients of inputs, initial state and weights (Werbos 1990, backpropagation through time).
#pragma once
#include "gru.h"
#include "lstm.h"
#include "rnn.h"

static void pack_state(const Layer *l, float *panels, const float *rows) {
  fill_zero(panels, l->state);
  if (!rows) return;
  for (int row = 0; row < l->batch; row++) pack_row(panels + row * PANEL, l->block, rows + (Size)row * l->units, l->units);
}

static void unpack_state(const Layer *l, float *rows, const float *panels) {
  for (int row = 0; row < l->batch; row++) unpack_row(rows + (Size)row * l->units, panels + row * PANEL, l->block, l->units);
}

// [x, 1] of a step, in panels. Skipped and padding rows stay 0, so that whatever they hold reaches no gradient.
static void pack_source(const Layer *l, int step, Grid x) {
  float *source = source_at(l, step);
  const int time = time_of(l, step);
  fill_zero(source, source_stride(l));
  for (int row = 0; row < l->batch; row++) {
    if (is_skipped(l, row, time)) continue;
    pack_row(source + row * PANEL, l->block, x.values + row * x.row + time * x.time, l->inputs);
    source[l->inputs / PANEL * l->block + row * PANEL + l->inputs % PANEL] = 1;
  }
}

// h after a step, as rows at its time.
static void write_output(const Layer *l, int step, Grid output) {
  const float *hidden = hidden_at(l, step + 1);
  float *to = output.values + time_of(l, step) * output.time;
  for (int row = 0; row < l->batch; row++) unpack_row(to + row * output.row, hidden + row * PANEL, l->block, l->units);
}

// @param sequences whether output has h at every time; else only after the last step
static void layer_forward(const Layer *l, Grid x, Grid output, int sequences) {
  pack_state(l, hidden_at(l, 0), l->initial_hidden);
  if (l->cell == LSTM) pack_state(l, carry_at(l, 0), l->initial_carry);
  for (int step = 0; step < l->time; step++) {
    pack_source(l, step, x);
    if (l->cell == LSTM) lstm_forward(l, step);
    else if (l->cell == GRU) gru_forward(l, step);
    else rnn_forward(l, step);
    if (sequences) write_output(l, step, output);
  }
  if (!sequences) {
    output.time = 0;
    write_output(l, l->time - 1, output);
  }
}

static void read_output_gradient(const Layer *l, int time, Grid d_output) {
  const float *from = d_output.values + time * d_output.time;
  for (int row = 0; row < l->batch; row++)
    add_packed_row(l->d_hidden + row * PANEL, l->block, from + row * d_output.row, l->units);
}

// Adds the gradient of a step's inputs to d_x.
static void add_input_gradient(const Layer *l, int step, Grid d_x) {
  const Panels all = gate_panels(l, 0, l->affine.gates);
  affine_backward(&l->affine, l->affine.to_source, l->inputs, gates_at(l, step), l->rows, all, l->d_source, 0);
  float *to = d_x.values + time_of(l, step) * d_x.time;
  for (int row = 0; row < l->batch; row++)
    add_unpacked_row(to + row * d_x.row, l->d_source + row * PANEL, l->block, l->inputs);
}

// Gates that see the state before as it is: the candidate of a GRU sees it reset.
INLINE int direct_gates(const Layer *l) { return l->cell == GRU ? 2 : l->affine.gates; }

// Adds the weight gradients of `steps` steps from `first` on, whose gate gradients are complete.
static void add_weight_gradient(const Layer *l, int first, int steps) {
  Run run = {.hidden = hidden_at(l, first), .source = source_at(l, first), .d_gates = gates_at(l, first)};
  run.hidden_step = state_stride(l);
  run.source_step = source_stride(l);
  run.gates_step = gates_stride(l);
  run.steps = steps;
  run.rows = l->rows;
  affine_add_gradient(&l->affine, &run, gate_panels(l, 0, direct_gates(l)));
  if (l->cell != GRU) return;
  run.hidden = reset_hidden_at(l, first);
  affine_add_gradient(&l->affine, &run, gate_panels(l, 2, 3));
}

// Pairs of rows that one product of the weight gradients sums over: enough to pay for reading and writing its result, few
// enough that they are still in the cache.
enum { GRADIENT_ROWS = 128 };

// @param step_count how many steps to go back; what lies before them is constant
// @param d_x gradients of the inputs are added here; values null when they are not needed
// @param needs_initial whether the gradient of the initial state is needed
static void layer_backward(const Layer *l, Grid d_output, int sequences, int step_count, Grid d_x, int needs_initial) {
  const int chunk = GRADIENT_ROWS > l->rows ? GRADIENT_ROWS / l->rows : 1;
  const int first = l->time - step_count;
  fill_zero(l->affine.gradient, l->affine.packed_count);
  fill_zero(l->d_hidden, l->state);
  if (l->cell == LSTM) fill_zero(l->d_carry, l->state);
  if (!sequences) read_output_gradient(l, 0, d_output);
  int end = l->time;
  for (int step = l->time - 1; step >= first; step--) {
    if (sequences) read_output_gradient(l, time_of(l, step), d_output);
    if (l->cell == LSTM) lstm_backward(l, step);
    else if (l->cell == GRU) gru_backward(l, step);
    else rnn_backward(l, step);
    if (step > first || needs_initial) project_back(l, step, 0, direct_gates(l), l->d_hidden, 1);
    if (d_x.values) add_input_gradient(l, step, d_x);
    if (end - step == chunk || step == first) {
      add_weight_gradient(l, step, end - step);
      end = step;
    }
  }
}

// The gradient of the initial state, after layer_backward. @param d_carry null unless lstm
static void write_initial_gradient(const Layer *l, int step_count, float *d_hidden, float *d_carry) {
  if (step_count < l->time) {
    fill_zero(d_hidden, (Size)l->batch * l->units);
    if (d_carry) fill_zero(d_carry, (Size)l->batch * l->units);
    return;
  }
  unpack_state(l, d_hidden, l->d_hidden);
  if (d_carry) unpack_state(l, d_carry, l->d_carry);
}

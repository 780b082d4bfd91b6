// The simple recurrent cell (Elman 1990): h_t = tanh(x_t W + h_{t-1} U + b).
#pragma once
#include "activation.h"
#include "layer.h"

static void rnn_carry_on(const Layer *l, int step, Size first, Size end) {
  copy_floats(hidden_at(l, step + 1), hidden_at(l, step), first, end);
}

static void rnn_activate(const Layer *l, int step, Size first, Size end) {
  const float *a = gates_at(l, step);
  float *after = hidden_at(l, step + 1);
  for (Size n = first; n < end; n += LANES) store(after + n, hyperbolic_tangent(load(a + n)));
}

static void rnn_forward(const Layer *l, int step) {
  project(l, step, hidden_at(l, step), 0, 1);
  each_run(l, step, rnn_activate, rnn_carry_on);
}

static void rnn_clear_gradient(const Layer *l, int step, Size first, Size end) {
  fill_zero(gates_at(l, step) + first, end - first);
}

static void rnn_differentiate(const Layer *l, int step, Size first, Size end) {
  const float *after = hidden_at(l, step + 1);
  float *d_a = gates_at(l, step);
  for (Size n = first; n < end; n += LANES) {
    const Vector h = load(after + n);
    store(d_a + n, flush(load(l->d_hidden + n)) * (splat(1) - h * h));
    store(l->d_hidden + n, splat(0));
  }
}

// All but what the gate passes on to the state before.
static void rnn_backward(const Layer *l, int step) { each_run(l, step, rnn_differentiate, rnn_clear_gradient); }

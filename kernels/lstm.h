// Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), gates in the order of stock
// layers: i, f, o = σ(x W + h U + b), g = tanh(x W_c + h U_c + b_c), c_t = f c_{t-1} + i g, h_t = o tanh(c_t).
#pragma once
#include "activation.h"
#include "layer.h"

typedef struct {
  float *i, *f, *g, *o;
} LstmGates;

INLINE LstmGates lstm_gates(const Layer *l, int step) {
  float *gates = gates_at(l, step);
  return (LstmGates){gates, gates + l->state, gates + 2 * l->state, gates + 3 * l->state};
}

static void lstm_carry_on(const Layer *l, int step, Size first, Size end) {
  copy_floats(hidden_at(l, step + 1), hidden_at(l, step), first, end);
  copy_floats(carry_at(l, step + 1), carry_at(l, step), first, end);
}

static void lstm_activate(const Layer *l, int step, Size first, Size end) {
  const LstmGates gate = lstm_gates(l, step);
  const float *carry_before = carry_at(l, step);
  float *hidden = hidden_at(l, step + 1), *carry = carry_at(l, step + 1), *carry_tanh = carry_tanh_at(l, step);
  apply_sigmoid(gate.i + first, end - first);
  apply_sigmoid(gate.f + first, end - first);
  apply_tanh(gate.g + first, end - first);
  apply_sigmoid(gate.o + first, end - first);
  for (Size n = first; n < end; n += LANES) {
    const Vector c = multiply_add(load(gate.f + n), load(carry_before + n), load(gate.i + n) * load(gate.g + n));
    const Vector tanh_c = hyperbolic_tangent(c);
    store(carry + n, c);
    store(carry_tanh + n, tanh_c);
    store(hidden + n, load(gate.o + n) * tanh_c);
  }
}

static void lstm_forward(const Layer *l, int step) {
  project(l, step, hidden_at(l, step), 0, 4);
  each_run(l, step, lstm_activate, lstm_carry_on);
}

static void lstm_clear_gradient(const Layer *l, int step, Size first, Size end) {
  const LstmGates gate = lstm_gates(l, step);
  fill_zero(gate.i + first, end - first);
  fill_zero(gate.f + first, end - first);
  fill_zero(gate.g + first, end - first);
  fill_zero(gate.o + first, end - first);
}

static void lstm_differentiate(const Layer *l, int step, Size first, Size end) {
  const LstmGates gate = lstm_gates(l, step);
  const float *carry_before = carry_at(l, step), *carry_tanh = carry_tanh_at(l, step);
  const Vector one = splat(1);
  for (Size n = first; n < end; n += LANES) {
    const Vector i = load(gate.i + n), f = load(gate.f + n), g = load(gate.g + n), o = load(gate.o + n);
    const Vector tanh_c = load(carry_tanh + n), d_h = flush(load(l->d_hidden + n));
    const Vector d_c = flush(multiply_add(d_h * o, one - tanh_c * tanh_c, load(l->d_carry + n)));
    store(gate.i + n, d_c * g * (i - i * i));
    store(gate.f + n, d_c * load(carry_before + n) * (f - f * f));
    store(gate.g + n, d_c * i * (one - g * g));
    store(gate.o + n, d_h * tanh_c * (o - o * o));
    store(l->d_carry + n, d_c * f);
    store(l->d_hidden + n, splat(0));
  }
}

// All but what the gates pass on to the state before.
static void lstm_backward(const Layer *l, int step) { each_run(l, step, lstm_differentiate, lstm_clear_gradient); }

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

static void lstm_forward(const Layer *l, int step) {
  project(l, step, hidden_at(l, step), 0, 4);
  const LstmGates gate = lstm_gates(l, step);
  const float *hidden_before = hidden_at(l, step), *carry_before = carry_at(l, step);
  float *hidden = hidden_at(l, step + 1), *carry = carry_at(l, step + 1), *carry_tanh = carry_tanh_at(l, step);
  Size at = 0;
  for (int panel = 0; panel < l->unit_panels; panel++)
    for (int row = 0; row < l->rows; row++, at += PANEL) {
      if (is_skipped(l, row, time_of(l, step))) {
        copy_panel_row(hidden + at, hidden_before + at);
        copy_panel_row(carry + at, carry_before + at);
        continue;
      }
      for (Size n = at; n < at + PANEL; n += LANES) {
        const Vector i = sigmoid(load(gate.i + n)), f = sigmoid(load(gate.f + n));
        const Vector g = hyperbolic_tangent(load(gate.g + n)), o = sigmoid(load(gate.o + n));
        const Vector c = multiply_add(f, load(carry_before + n), i * g);
        const Vector tanh_c = hyperbolic_tangent(c);
        store(gate.i + n, i);
        store(gate.f + n, f);
        store(gate.g + n, g);
        store(gate.o + n, o);
        store(carry + n, c);
        store(carry_tanh + n, tanh_c);
        store(hidden + n, o * tanh_c);
      }
    }
}

static void lstm_backward(const Layer *l, int step) {
  const LstmGates gate = lstm_gates(l, step);
  const float *carry_before = carry_at(l, step), *carry_tanh = carry_tanh_at(l, step);
  const Vector one = splat(1);
  Size at = 0;
  for (int panel = 0; panel < l->unit_panels; panel++)
    for (int row = 0; row < l->rows; row++, at += PANEL) {
      if (is_skipped(l, row, time_of(l, step))) {
        clear_panel_row(gate.i + at);
        clear_panel_row(gate.f + at);
        clear_panel_row(gate.g + at);
        clear_panel_row(gate.o + at);
        continue;
      }
      for (Size n = at; n < at + PANEL; n += LANES) {
        const Vector i = load(gate.i + n), f = load(gate.f + n), g = load(gate.g + n), o = load(gate.o + n);
        const Vector tanh_c = load(carry_tanh + n), d_h = load(l->d_hidden + n);
        const Vector d_c = multiply_add(d_h * o, one - tanh_c * tanh_c, load(l->d_carry + n));
        store(gate.i + n, d_c * g * (i - i * i));
        store(gate.f + n, d_c * load(carry_before + n) * (f - f * f));
        store(gate.g + n, d_c * i * (one - g * g));
        store(gate.o + n, d_h * tanh_c * (o - o * o));
        store(l->d_carry + n, d_c * f);
        store(l->d_hidden + n, splat(0));
      }
    }
  project_back(l, step, 0, 4, l->d_hidden, 1);
}

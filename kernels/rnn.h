// The simple recurrent cell (Elman 1990): h_t = tanh(x_t W + h_{t-1} U + b).
#pragma once
#include "activation.h"
#include "layer.h"

static void rnn_forward(const Layer *l, int step) {
  project(l, step, hidden_at(l, step), 0, 1);
  const float *before = hidden_at(l, step), *a = gates_at(l, step);
  float *after = hidden_at(l, step + 1);
  Size at = 0;
  for (int panel = 0; panel < l->unit_panels; panel++)
    for (int row = 0; row < l->rows; row++, at += PANEL) {
      if (is_skipped(l, row, time_of(l, step))) {
        copy_panel_row(after + at, before + at);
        continue;
      }
      for (Size i = at; i < at + PANEL; i += LANES) store(after + i, hyperbolic_tangent(load(a + i)));
    }
}

static void rnn_backward(const Layer *l, int step) {
  const float *after = hidden_at(l, step + 1);
  float *d_a = gates_at(l, step), *d_hidden = l->d_hidden;
  Size at = 0;
  for (int panel = 0; panel < l->unit_panels; panel++)
    for (int row = 0; row < l->rows; row++, at += PANEL) {
      if (is_skipped(l, row, time_of(l, step))) {
        clear_panel_row(d_a + at);
        continue;
      }
      for (Size i = at; i < at + PANEL; i += LANES) {
        const Vector h = load(after + i);
        store(d_a + i, load(d_hidden + i) * (splat(1) - h * h));
        store(d_hidden + i, splat(0));
      }
    }
  project_back(l, step, 0, 1, d_hidden, 1);
}

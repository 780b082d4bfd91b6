// The gated recurrent unit (Cho et al. 2014), with the reset before the recurrent product as in stock layers:
// z, r = σ(x W + h U + b), h̃ = tanh(x W_h + (r ∘ h_{t-1}) U_h + b_h), h_t = z h_{t-1} + (1 - z) h̃.
#pragma once
#include "activation.h"
#include "layer.h"

typedef struct {
  float *z, *r, *candidate;
} GruGates;

INLINE GruGates gru_gates(const Layer *l, int step) {
  float *gates = gates_at(l, step);
  return (GruGates){gates, gates + l->state, gates + 2 * l->state};
}

static void gru_carry_on(const Layer *l, int step, Size first, Size end) {
  copy_floats(hidden_at(l, step + 1), hidden_at(l, step), first, end);
}

static void gru_mix(const Layer *l, int step, Size first, Size end) {
  const GruGates gate = gru_gates(l, step);
  const float *before = hidden_at(l, step);
  float *after = hidden_at(l, step + 1);
  for (Size n = first; n < end; n += LANES) {
    const Vector candidate = hyperbolic_tangent(load(gate.candidate + n));
    store(gate.candidate + n, candidate);
    store(after + n, multiply_add(load(gate.z + n), load(before + n) - candidate, candidate));
  }
}

static void gru_forward(const Layer *l, int step) {
  const GruGates gate = gru_gates(l, step);
  const float *before = hidden_at(l, step);
  float *reset_hidden = reset_hidden_at(l, step);
  project(l, step, before, 0, 2);
  apply_sigmoid(gate.z, l->state);
  apply_sigmoid(gate.r, l->state);
  for (Size n = 0; n < l->state; n += LANES) store(reset_hidden + n, load(gate.r + n) * load(before + n));
  project(l, step, reset_hidden, 2, 3);
  each_run(l, step, gru_mix, gru_carry_on);
}

static void gru_clear_gradient(const Layer *l, int step, Size first, Size end) {
  const GruGates gate = gru_gates(l, step);
  fill_zero(gate.z + first, end - first);
  fill_zero(gate.r + first, end - first);
  fill_zero(gate.candidate + first, end - first);
}

static void gru_unmix(const Layer *l, int step, Size first, Size end) {
  const GruGates gate = gru_gates(l, step);
  const float *before = hidden_at(l, step);
  const Vector one = splat(1);
  for (Size n = first; n < end; n += LANES) {
    const Vector z = load(gate.z + n), candidate = load(gate.candidate + n), d_h = flush(load(l->d_hidden + n));
    store(gate.candidate + n, d_h * (one - z) * (one - candidate * candidate));
    store(gate.z + n, d_h * (load(before + n) - candidate) * (z - z * z));
    store(l->d_hidden + n, d_h * z);
  }
}

// All but what z and r pass on to the state before.
static void gru_backward(const Layer *l, int step) {
  const GruGates gate = gru_gates(l, step);
  const float *before = hidden_at(l, step);
  each_run(l, step, gru_unmix, gru_clear_gradient);
  project_back(l, step, 2, 3, l->d_reset_hidden, 0);
  // A skipped row has r and its gradient at 0, so this leaves both as they are.
  for (Size n = 0; n < l->state; n += LANES) {
    const Vector r = load(gate.r + n), d_reset = load(l->d_reset_hidden + n);
    store(gate.r + n, d_reset * load(before + n) * (r - r * r));
    store(l->d_hidden + n, multiply_add(d_reset, r, load(l->d_hidden + n)));
  }
}

// Adam (Kingma & Ba 2015, algorithm 1) over one flat vector, after clipping by global norm (Pascanu, Mikolov & Bengio 2013).
// The caller folds the bias corrections into `rate` and `floor`, and applies decoupled weight decay beforehand.
#pragma once
#include "simd.h"

typedef struct {
  float rate, floor, beta1, beta2;
  float rest1, rest2; // 1 - beta, which a float32 beta does not give exactly
} AdamStep;

// @param count a multiple of LANES
static double euclidean_norm(const float *values, Size count) {
  enum { CHUNK = 256 * LANES };
  double total = 0;
  for (Size from = 0; from < count; from += CHUNK) {
    const Size end = from + CHUNK < count ? from + CHUNK : count;
    Vector sum = splat(0);
    for (Size i = from; i < end; i += LANES) sum = multiply_add(load(values + i), load(values + i), sum);
    total += sum_lanes(sum);
  }
  return __builtin_sqrt(total);
}

// @param shrink factor of the gradient @param count a multiple of LANES
static void adam_update(float *weights, const float *gradient, float *first_moment, float *second_moment, Size count,
                        float shrink, AdamStep step) {
  const Vector beta1 = splat(step.beta1), beta2 = splat(step.beta2), rate = splat(step.rate), floor = splat(step.floor);
  const Vector rest1 = splat(step.rest1), rest2 = splat(step.rest2), factor = splat(shrink);
  for (Size i = 0; i < count; i += LANES) {
    const Vector g = load(gradient + i) * factor;
    const Vector m = flush(multiply_add(beta1, load(first_moment + i), rest1 * g));
    const Vector v = flush(multiply_add(beta2, load(second_moment + i), rest2 * g * g));
    store(first_moment + i, m);
    store(second_moment + i, v);
    store(weights + i, load(weights + i) - rate * m / (square_root(v) + floor));
  }
}

// Sigmoid and tanh of a vector, each within 2e-7 of the true value, relative, over the floats where the result is normal.
// In: any float; NaN gives NaN. Out: both from one exponential, e^x = 2^n (1 + p(r)) with x = n ln 2 + r, |r| <= ln 2 / 2.
#pragma once
#include "simd.h"

typedef struct {
  Vector scale;  // 2^n
  Vector excess; // e^r - 1
} Exponential;

// @param x within ±87, where 2^n is a normal float
INLINE Exponential exponential(Vector x) {
  // Adding 1.5 · 2^23 leaves the nearest integer in the low bits of the mantissa.
  const Vector to_integer = CONSTANT(12582912.0f);
  const Vector shifted = multiply_add(x, CONSTANT(1.44269504f), to_integer);
  const Vector n = shifted - to_integer;
  // ln 2 in two parts, of which the first has so few bits that its product with n is exact (Cody & Waite 1980).
  Vector r = multiply_add(n, CONSTANT(-0.693359375f), x);
  r = multiply_add(n, CONSTANT(2.12194440e-4f), r);
  // (e^r - 1 - r) / r^2: minimax polynomial, fitted so that e^r - 1 is within 1.4e-8, relative.
  Vector q = CONSTANT(1.38706563e-3f);
  q = multiply_add(q, r, CONSTANT(8.36626161e-3f));
  q = multiply_add(q, r, CONSTANT(4.16674353e-2f));
  q = multiply_add(q, r, CONSTANT(1.66665465e-1f));
  q = multiply_add(q, r, CONSTANT(4.99999970e-1f));
  const IntVector exponent = ((IntVector)shifted << 23) + 0x3f800000;
  return (Exponential){(Vector)exponent, multiply_add(q * r, r, r)};
}

// 1 / (1 + e^-x)
INLINE Vector sigmoid(Vector x) {
  const Exponential e = exponential(clamp(-x, 87.0f));
  return CONSTANT(1.0f) / (CONSTANT(1.0f) + multiply_add(e.scale, e.excess, e.scale));
}

// (e^2x - 1) / (e^2x + 1), from e^2x - 1 so that nothing cancels near 0. Beyond ±9.1 it rounds to ±1.
INLINE Vector hyperbolic_tangent(Vector x) {
  x = clamp(x, 9.1f);
  const Exponential e = exponential(x + x);
  const Vector less_one = multiply_add(e.scale, e.excess, e.scale - CONSTANT(1.0f));
  return less_one / (less_one + CONSTANT(2.0f));
}

// In place. `restrict` lets constants be read once, before the loop.
static __attribute__((noinline)) void apply_sigmoid(float *restrict values, Size count) {
  for (Size n = 0; n < count; n += LANES) store(values + n, sigmoid(load(values + n)));
}

static __attribute__((noinline)) void apply_tanh(float *restrict values, Size count) {
  for (Size n = 0; n < count; n += LANES) store(values + n, hyperbolic_tangent(load(values + n)));
}

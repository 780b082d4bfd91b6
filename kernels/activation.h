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
  const Vector to_integer = splat(12582912.0f);
  const Vector shifted = multiply_add(x, splat(1.44269504f), to_integer);
  const Vector n = shifted - to_integer;
  // ln 2 in two parts, of which the first has so few bits that its product with n is exact (Cody & Waite 1980).
  Vector r = multiply_add(n, splat(-0.693359375f), x);
  r = multiply_add(n, splat(2.12194440e-4f), r);
  // (e^r - 1 - r) / r^2: minimax polynomial, fitted so that e^r - 1 is within 1.4e-8, relative.
  Vector q = splat(1.38706563e-3f);
  q = multiply_add(q, r, splat(8.36626161e-3f));
  q = multiply_add(q, r, splat(4.16674353e-2f));
  q = multiply_add(q, r, splat(1.66665465e-1f));
  q = multiply_add(q, r, splat(4.99999970e-1f));
  const IntVector exponent = ((IntVector)shifted << 23) + 0x3f800000;
  return (Exponential){(Vector)exponent, multiply_add(q * r, r, r)};
}

// 1 / (1 + e^-x)
INLINE Vector sigmoid(Vector x) {
  const Exponential e = exponential(clamp(-x, 87.0f));
  return splat(1.0f) / (splat(1.0f) + multiply_add(e.scale, e.excess, e.scale));
}

// (e^2x - 1) / (e^2x + 1), from e^2x - 1 so that nothing cancels near 0. Beyond ±9.1 it rounds to ±1.
INLINE Vector hyperbolic_tangent(Vector x) {
  x = clamp(x, 9.1f);
  const Exponential e = exponential(x + x);
  const Vector less_one = multiply_add(e.scale, e.excess, e.scale - splat(1.0f));
  return less_one / (less_one + splat(2.0f));
}

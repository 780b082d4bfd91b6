// Elementary functions with the same last bit everywhere, on + − × ÷ alone: those of src/base/portable.ts, operation by operation,
// and a test holds the two to each other. In: a number. Out: the function within 2 units in the last place.
#pragma once
#include "real.h"

typedef union {
  double number;
  struct {
    unsigned low, high;
  } word;
} Bits;

// ln 2 in two parts: the first has trailing zeros, so that a multiple of it up to 2²⁰ is exact.
#define LN2_HIGH 0.6931471803691238
#define LN2_LOW 1.9082149292705877e-10
#define LOG2_E 1.4426950408889634
#define ROOT_2 1.4142135623730951
#define PI 3.141592653589793

// Every normal exponent n.
INLINE double power_of_two(int n) { return (Bits){.word = {0, (unsigned)(n + 1023) << 20}}.number; }

// The nearest whole number, halves upwards. @param x within the range of int
INLINE int nearest(double x) {
  const int n = (int)x;
  const double rest = x - n;
  return rest >= 0.5 ? n + 1 : rest < -0.5 ? n - 1 : n;
}

// Σ coefficients[k] · xᵏ
INLINE double polynomial(const double *coefficients, int count, double x) {
  double sum = 0;
  UNROLL for (int k = count - 1; k >= 0; k--) sum = coefficients[k] + x * sum;
  return sum;
}

// eˣ, which stays finite: x is taken to be at most 709. Below −708 it is 0.
APART double exponential(double x) {
  static const double series[] = {1.0,           1.0,          1.0 / 2,       1.0 / 6,        1.0 / 24,
                                  1.0 / 120,     1.0 / 720,    1.0 / 5040,    1.0 / 40320,    1.0 / 362880,
                                  1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
  if (is_nan(x)) return x;
  if (x < -708) return 0;
  const double bounded = x > 709 ? 709 : x;
  const int n = nearest(bounded * LOG2_E);
  const double r = bounded - n * LN2_HIGH - n * LN2_LOW;
  return polynomial(series, 14, r) * power_of_two(n);
}

// ln x; −∞ at 0, NaN below.
APART double logarithm(double x) {
  static const double series[] = {1.0,      1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9, 1.0 / 11,
                                  1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  if (!(x > 0) || x == UNBOUNDED) return x == 0 ? -UNBOUNDED : x > 0 ? x : NOT_A_NUMBER;
  const int is_subnormal = x < power_of_two(-1022);
  Bits bits = {is_subnormal ? x * power_of_two(54) : x};
  int exponent = (int)(bits.word.high >> 20) - 1023 - (is_subnormal ? 54 : 0);
  bits.word.high = (bits.word.high & 0xfffff) | 0x3ff00000;
  double mantissa = bits.number;
  if (mantissa > ROOT_2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), its series in odd powers of at most 0.172.
  const double s = (mantissa - 1) / (mantissa + 1);
  return exponent * LN2_HIGH + (2 * s * polynomial(series, 11, s * s) + exponent * LN2_LOW);
}

// cos 2πx. @param turns within the range of int
APART double cosine(double turns) {
  static const double of_cosine[] = {1.0,           -1.0 / 2,        1.0 / 24,          -1.0 / 720,           1.0 / 40320,
                                     -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200.0, 1.0 / 20922789888000.0};
  static const double of_sine[] = {1.0,           -1.0 / 6,           1.0 / 120,              -1.0 / 5040,              1.0 / 362880,
                                   -1.0 / 39916800, 1.0 / 6227020800.0, -1.0 / 1307674368000.0, 1.0 / 355687428096000.0};
  const double x = size_of(turns - nearest(turns));
  const double folded = x > 0.25 ? 0.5 - x : x, sign = x > 0.25 ? -1 : 1;
  const int is_near_zero = folded > 0.125;
  const double angle = 2 * PI * (is_near_zero ? 0.25 - folded : folded), squared = angle * angle;
  return sign * (is_near_zero ? angle * polynomial(of_sine, 9, squared) : polynomial(of_cosine, 9, squared));
}

static double sine(double turns) { return cosine(turns - 0.25); }

// xʸ for x above 0.
static double power(double x, double y) { return exponential(y * logarithm(x)); }

// ln (1 + x) to full precision near 0: the rounding of 1 + x is made up for (Kahan; Goldberg 1991, theorem 4). @param x above −1
APART double logarithm_beside_one(double x) {
  const double sum = 1 + x;
  if (sum == 1 || sum == UNBOUNDED) return x;
  return logarithm(sum) * x / (sum - 1);
}

// Stays finite, as the exponential does.
APART double hyperbolic_sine(double x) {
  static const double series[] = {1.0,         1.0 / 6,      1.0 / 120,           1.0 / 5040,            1.0 / 362880,
                                  1.0 / 39916800, 1.0 / 6227020800.0, 1.0 / 1307674368000.0, 1.0 / 355687428096000.0};
  const double size = size_of(x);
  if (size < 1) return x * polynomial(series, 9, x * x);
  const double grown = exponential(size), half = (grown - 1 / grown) / 2;
  return x < 0 ? -half : half;
}

APART double inverse_hyperbolic_sine(double x) {
  const double size = size_of(x), squared = size * size;
  const double found = size > power_of_two(28) ? logarithm(size) + (LN2_HIGH + LN2_LOW)
                                               : logarithm_beside_one(size + squared / (1 + square_root(1 + squared)));
  return x < 0 ? -found : found;
}

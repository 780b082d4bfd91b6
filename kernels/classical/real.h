// Numbers of the classical methods: double precision, one at a time or eight side by side. Nothing is contracted or reordered, so
// that every build, on every machine, gives the same bytes: a sum in lanes has its order from the source.
#pragma once

typedef __SIZE_TYPE__ Size;

enum { LANES = 8 };
typedef double Lanes __attribute__((ext_vector_type(LANES)));
typedef double Unaligned __attribute__((ext_vector_type(LANES), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline))
// A function of its own wherever it is called from: what is called often would take much room, and gain nothing.
#define APART static __attribute__((noinline))
#define UNROLL _Pragma("clang loop unroll(full)")

#define LARGEST 1.7976931348623157e308
#define NOT_A_NUMBER __builtin_nan("")
#define UNBOUNDED __builtin_inf()

INLINE int is_nan(double x) { return x != x; }
INLINE int is_finite(double x) { return x - x == 0; }

// A NaN in either is a NaN.
INLINE double greater(double a, double b) { return a > b || is_nan(a) ? a : b; }
INLINE double lesser(double a, double b) { return a < b || is_nan(a) ? a : b; }

INLINE double saturate(double x) { return lesser(greater(x, -LARGEST), LARGEST); }
INLINE double size_of(double x) { return __builtin_fabs(x); }
INLINE double square_root(double x) { return __builtin_sqrt(x); }
INLINE double square(double x) { return x * x; }
INLINE double cube(double x) { return x * x * x; }

INLINE int smaller(int a, int b) { return a < b ? a : b; }
INLINE int larger(int a, int b) { return a > b ? a : b; }
INLINE int next_odd(int x) { return x % 2 == 1 ? x : x + 1; }

INLINE Lanes load(const double *from) { return *(const Unaligned *)from; }
INLINE void store(double *to, Lanes value) { *(Unaligned *)to = value; }
INLINE Lanes splat(double value) { return (Lanes)(value); }

// A tree: what lies four lanes apart, then two, then one.
INLINE double join(Lanes x) { return x[0] + x[4] + (x[2] + x[6]) + (x[1] + x[5] + (x[3] + x[7])); }

// Σ of `count` terms, dealt out to the lanes in turn. Both forms give the term at `t`: of eight steps from there on, and of one.
#define SUM_IN_LANES(count, eight, one)                                                                                          \
  Lanes sum = splat(0);                                                                                                          \
  Size t = 0;                                                                                                                    \
  for (; t + LANES <= (count); t += LANES) sum += (eight);                                                                       \
  double rest[LANES] = {0};                                                                                                      \
  for (int lane = 0; t < (count); t++, lane++) rest[lane] = (one);                                                               \
  return join(sum + load(rest))

APART double sum_of(const double *values, Size count) { SUM_IN_LANES(count, load(values + t), values[t]); }

APART double sum_from(const double *values, Size count, double from) {
  SUM_IN_LANES(count, load(values + t) - splat(from), values[t] - from);
}

APART double sum_squares(const double *values, Size count, double from) {
  SUM_IN_LANES(count, (load(values + t) - splat(from)) * (load(values + t) - splat(from)), square(values[t] - from));
}

APART double sum_products(const double *a, const double *b, Size count) {
  SUM_IN_LANES(count, load(a + t) * load(b + t), a[t] * b[t]);
}

APART double sum_distances(const double *a, const double *b, Size count) {
  SUM_IN_LANES(count, __builtin_elementwise_abs(load(a + t) - load(b + t)), size_of(a[t] - b[t]));
}

// Of the distances from the first, so that the mean of equal values is that value to the last bit.
static double mean_of(const double *values, Size count) {
  return values[0] + sum_from(values, count, values[0]) / (double)count;
}

APART void fill(double *values, Size count, double value) {
  for (Size i = 0; i < count; i++) values[i] = value;
}

APART void copy(double *to, const double *from, Size count) {
  for (Size i = 0; i < count; i++) to[i] = from[i];
}

// Values so large or so small that arithmetic on them leaves the floating-point range forecast as the last one does.
APART void replace_non_finite(double *out, int count, double last) {
  for (int h = 0; h < count; h++)
    if (!is_finite(out[h])) out[h] = last;
}

// Ascending.
static void sort(double *values, int count) {
  for (int i = 1; i < count; i++) {
    const double value = values[i];
    int place = i;
    for (; place > 0 && values[place - 1] > value; place--) values[place] = values[place - 1];
    values[place] = value;
  }
}

// Which it reorders. @param count above 0
APART double median_of(double *values, int count) {
  sort(values, count);
  const int middle = count >> 1;
  return count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

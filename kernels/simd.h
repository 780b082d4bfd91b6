// One vector type for every instruction set, from the compiler's vector extensions: + - * / on it are per lane. In: the
// target's macros. Out: how many floats a vector holds, and the tile of a matrix product that its registers have room for.
#pragma once

typedef __SIZE_TYPE__ Size;

// A tile of a product is TILE_ROWS high and a panel wide, or WIDE_ROWS high and TILE_PANELS wide. Two units that take four cycles
// for a sum need more than eight to work at, and to load less often than they multiply: so 32 registers of a panel each hold 16
// sums, and 16 registers twelve in a tile that is wide. The others are faster without: with panels wide as they are, or
// (WebAssembly without relaxed SIMD) with products to hold.
#if defined(__AVX512F__)
enum { LANES = 16, PANEL_VECTORS = 1, TILE_ROWS = 8, TILE_PANELS = 2, WIDE_ROWS = 8 };
#elif defined(__AVX2__)
enum { LANES = 8, PANEL_VECTORS = 2, TILE_ROWS = 4, TILE_PANELS = 1, WIDE_ROWS = 2 };
#elif defined(__aarch64__)
enum { LANES = 4, PANEL_VECTORS = 2, TILE_ROWS = 8, TILE_PANELS = 1, WIDE_ROWS = 2 };
#elif defined(__wasm__) && !defined(__wasm_relaxed_simd__)
enum { LANES = 4, PANEL_VECTORS = 2, TILE_ROWS = 4, TILE_PANELS = 1, WIDE_ROWS = 2 };
#else
enum { LANES = 4, PANEL_VECTORS = 2, TILE_ROWS = 4, TILE_PANELS = 3, WIDE_ROWS = 2 };
#endif

// Matrices lie in panels PANEL columns wide, so that a product streams its operands.
enum { PANEL = LANES * PANEL_VECTORS };
// Batches are padded to a multiple of this many rows, the height of the smallest tile, and sums to one of as many pairs.
enum { ROW_STEP = 4, PAIR_STEP = 4 };

typedef float Vector __attribute__((ext_vector_type(LANES)));
typedef int IntVector __attribute__((ext_vector_type(LANES)));
typedef float Unaligned __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE Vector load(const float *from) { return *(const Unaligned *)from; }
INLINE void store(float *to, Vector value) { *(Unaligned *)to = value; }
INLINE Vector splat(float value) { return (Vector)(value); }

// A number that is read from memory where V8 would build it anew, in three instructions, wherever it is used.
#if defined(__wasm__)
#define CONSTANT(value)                                                                                                          \
  ({                                                                                                                             \
    static const float kept = value;                                                                                             \
    const float *at = &kept;                                                                                                     \
    __asm__("" : "+r"(at));                                                                                                      \
    splat(*at);                                                                                                                  \
  })
#else
#define CONSTANT(value) splat(value)
#endif

// a b + c, in one rounding where the instruction set can.
INLINE Vector multiply_add(Vector a, Vector b, Vector c) {
#if defined(__wasm_relaxed_simd__)
  return __builtin_wasm_relaxed_madd_f32x4(a, b, c);
#else
  return a * b + c;
#endif
}

// A NaN in x stays a NaN: a training that blew up has to show it.
INLINE Vector clamp(Vector x, float limit) {
  const Vector high = splat(limit), low = splat(-limit);
  x = high < x ? high : x;
  return low > x ? low : x;
}

// What has all but vanished, such as a gradient hundreds of steps back, is 0: processors take a hundred times as long over numbers
// with less than a full mantissa (below 1.2e-38), which products of smaller ones than this would soon be. A NaN stays a NaN.
INLINE Vector flush(Vector x) { return __builtin_elementwise_abs(x) < splat(1e-30f) ? splat(0) : x; }

INLINE Vector square_root(Vector x) {
#if __has_builtin(__builtin_elementwise_sqrt)
  return __builtin_elementwise_sqrt(x);
#else
  // Compilers that only check the source are older.
  UNROLL for (int lane = 0; lane < LANES; lane++) x[lane] = __builtin_sqrtf(x[lane]);
  return x;
#endif
}

INLINE float sum_lanes(Vector x) {
  float sum = 0;
  UNROLL for (int lane = 0; lane < LANES; lane++) sum += x[lane];
  return sum;
}

INLINE int round_up(int value, int step) { return (value + step - 1) / step * step; }
INLINE int panels_for(int columns) { return (columns + PANEL - 1) / PANEL; }

static void fill_zero(float *values, Size count) {
  for (Size i = 0; i < count; i++) values[i] = 0;
}

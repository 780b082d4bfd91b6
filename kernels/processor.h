// Which builds of the kernels this processor and its system can run. On arm64 there is one, and NEON is always there.
#pragma once

#if defined(__x86_64__)
static void cpuid(unsigned leaf, unsigned *out) {
  __asm__("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3]) : "a"(leaf), "c"(0));
}

// Register sets that the system saves when it switches threads.
static unsigned saved_state(void) {
  unsigned low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

static int has_bits(unsigned value, unsigned bits) { return (value & bits) == bits; }

typedef enum { SSE2, AVX2, AVX512 } Level;

// AVX2 stands for AVX2 with FMA and BMI, AVX512 for F, BW, CD, DQ and VL: what x86-64-v3 and -v4 promise to the compiler.
static Level processor_level(void) {
  enum { OSXSAVE_AVX_FMA_MOVBE_F16C = 1u << 27 | 1u << 28 | 1u << 12 | 1u << 22 | 1u << 29 };
  enum { AVX2_BMI1_BMI2 = 1u << 5 | 1u << 3 | 1u << 8, YMM_STATE = 0x6, ZMM_STATE = 0xe6 };
  enum { LZCNT = 1u << 5 };
  const unsigned avx512 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31; // F, DQ, CD, BW, VL
  unsigned leaf[4], features[4], extended[4], extra[4];
  cpuid(0, leaf);
  if (leaf[0] < 7) return SSE2;
  cpuid(1, features);
  if (!has_bits(features[2], OSXSAVE_AVX_FMA_MOVBE_F16C) || !has_bits(saved_state(), YMM_STATE)) return SSE2;
  cpuid(7, extended);
  cpuid(0x80000001u, extra);
  if (!has_bits(extended[1], AVX2_BMI1_BMI2) || !has_bits(extra[2], LZCNT)) return SSE2;
  return has_bits(extended[1], avx512) && has_bits(saved_state(), ZMM_STATE) ? AVX512 : AVX2;
}
#endif

// Lays arrays out in one block of memory. In: what is needed, in order. Out: where each lies. Run once without a block it says
// how large the block has to be, so size and layout cannot disagree.
#pragma once
#include "simd.h"

typedef struct {
  char *base; // null while sizing
  Size used;
} Arena;

enum { ALIGNMENT = 64 };

// Under the address sanitiser a gap that nothing may touch follows each array.
#if defined(__has_feature) && __has_feature(address_sanitizer)
extern void __asan_poison_memory_region(void const volatile *, Size);
enum { GAP = ALIGNMENT };
static void guard(char *from, Size bytes) { __asan_poison_memory_region(from, bytes); }
#else
enum { GAP = 0 };
static void guard(char *from, Size bytes) { (void)from, (void)bytes; }
#endif

static void *take_bytes(Arena *arena, Size bytes) {
  const Size at = arena->used, end = at + bytes;
  arena->used = (end + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (!arena->base) return 0;
  guard(arena->base + end, arena->used - end);
  return arena->base + at;
}

static float *take(Arena *arena, Size count) { return take_bytes(arena, count * sizeof(float)); }

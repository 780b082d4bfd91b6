// Memory that methods work in: a stack inside the caller's block, given back as a whole when a method is done.
#pragma once
#include "real.h"

typedef struct {
  double *free, *end;
} Workspace;

// Under the address sanitiser a gap that nothing may touch follows each array.
#if defined(__has_feature) && __has_feature(address_sanitizer)
extern void __asan_poison_memory_region(void const volatile *, Size);
extern void __asan_unpoison_memory_region(void const volatile *, Size);
enum { GAP = LANES };
static void guard(double *array, Size count, Size taken) {
  __asan_unpoison_memory_region(array, taken * sizeof(double));
  __asan_poison_memory_region(array + count, (taken - count) * sizeof(double));
}
#else
enum { GAP = 0 };
static void guard(double *array, Size count, Size taken) { (void)array, (void)count, (void)taken; }
#endif

INLINE Size whole_lanes(Size count) { return (count + GAP + LANES - 1) / LANES * LANES; }

// Of any content. What exceeds the block would be a mistake in its plan, and ends the process.
static double *borrow(Workspace *work, Size count) {
  double *array = work->free;
  const Size taken = whole_lanes(count);
  if ((Size)(work->end - array) < taken) __builtin_trap();
  work->free += taken;
  guard(array, count, taken);
  return array;
}

static double *borrow_zeros(Workspace *work, Size count) {
  double *array = borrow(work, count);
  fill(array, count, 0);
  return array;
}

static Lanes *borrow_lanes(Workspace *work, Size count) { return (Lanes *)borrow(work, count * LANES); }

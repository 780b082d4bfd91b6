// The classical methods and the gate, as a caller sees them. Each function takes a block of memory, which begins with its Control, and
// leaves its results there. Strict IEEE arithmetic in an order that the source fixes: every build gives the same bytes.
#include "classical/answer.h"
#include "classical/parts.h"

#include "variant.h"

#define ENTRY(name) DEFINE_ENTRY(name, Block)

// What compilers call where a struct is assigned or cleared, unless the instruction set does so by itself.
#if defined(__wasm__) && !defined(__wasm_bulk_memory__)
void *memcpy(void *to, const void *from, Size bytes) {
  for (Size i = 0; i < bytes; i++) ((char *)to)[i] = ((const char *)from)[i];
  return to;
}

void *memset(void *to, int value, Size bytes) {
  for (Size i = 0; i < bytes; i++) ((char *)to)[i] = (char)value;
  return to;
}
#endif

// Sets byte_count from the block's measures. The block need only have HEAD_BYTES.
ENTRY(plan)(Block *block) {
  Arena arena = {0, 0};
  lay_out(block, &arena);
  block->control.byte_count = (double)(arena.used + ALIGNMENT);
}

// Lays out a zeroed block of byte_count whose measures are set.
ENTRY(open)(Block *block) {
  Arena arena = {(char *)block + (ALIGNMENT - (Size)block % ALIGNMENT) % ALIGNMENT, 0};
  lay_out(block, &arena);
}

// Takes what was written to GATES into use.
ENTRY(load_gates)(Block *block) { take_gates(block); }

// From every origin the candidates' forecasts; from these, of every window, the features.
ENTRY(describe_windows)(Block *block) { work_windows(block, 0); }

// The same, and from the features the gates' quantiles and weights.
ENTRY(forecast_windows)(Block *block) { work_windows(block, 1); }

// The gates on features that the caller wrote: those of one window that ends at the first origin.
ENTRY(run_gates)(Block *block) { run_window(block, 0, 0); }

// One method on VALUES: its forecast to RESULTS.
ENTRY(forecast_method)(Block *block) { run_method(block); }

// A forecast in RESULTS, kept near the range of VALUES.
ENTRY(bound)(Block *block) { bound_results(block); }

// A likelihood of VALUES: open says where its search starts, score what a point comes to.
ENTRY(open_likelihood)(Block *block) { open_ets(block); }
ENTRY(score_likelihood)(Block *block) { score_point(block); }

ENTRY(run_part)(Block *block) { run_one_part(block); }

ENTRY(answer)(Block *block) { block->control.value = known_answer_of(block); }

#if !defined(__wasm__)
Variant VARIANT = {NAMED(plan),
                         NAMED(open),
                         NAMED(load_gates),
                         NAMED(describe_windows),
                         NAMED(forecast_windows),
                         NAMED(run_gates),
                         NAMED(forecast_method),
                         NAMED(bound),
                         NAMED(open_likelihood),
                         NAMED(score_likelihood),
                         NAMED(run_part),
                         NAMED(answer),
                         {0, 0}};
#endif

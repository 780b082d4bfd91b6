// The functions that a caller sees. Each takes a block of memory, which begins with its Control, and leaves its results there.
// Compiled once per instruction set.
#include "network.h"

#include "variant.h"

#define ENTRY(name) DEFINE_ENTRY(name, Network)

// Sets byte_count from the network's fields. The block need only have HEAD_BYTES.
ENTRY(plan)(Network *block) {
  Arena arena = {0, 0};
  network_layout(block, &arena);
  block->control.byte_count = (double)(arena.used + ALIGNMENT);
}

// Lays out a zeroed block of byte_count whose network's fields are set.
ENTRY(open)(Network *block) {
  Arena arena = {(char *)block + (ALIGNMENT - (Size)block % ALIGNMENT) % ALIGNMENT, 0};
  network_layout(block, &arena);
}

ENTRY(load_parameters)(Network *block) { network_copy(block, block->weights, block->region[PARAMETERS], PACK); }
ENTRY(store_parameters)(Network *block) { network_copy(block, block->weights, block->region[PARAMETERS], UNPACK); }
ENTRY(store_gradients)(Network *block) { network_copy(block, block->gradient, block->region[GRADIENTS], UNPACK); }

static void copy_moments(Network *block, Packing direction) {
  float *moments = block->region[MOMENTS];
  network_copy(block, block->first_moment, moments, direction);
  network_copy(block, block->second_moment, moments + (Size)block->control.parameter_count, direction);
}

ENTRY(load_moments)(Network *block) { copy_moments(block, PACK); }
ENTRY(store_moments)(Network *block) { copy_moments(block, UNPACK); }

// INPUTS to OUTPUT.
ENTRY(forward)(Network *block) { network_forward(block); }

// OUTPUT_GRADIENT and TAPE to all gradients.
ENTRY(backward)(Network *block) {
  network_backward(block);
  network_copy(block, block->gradient, block->region[GRADIENTS], UNPACK);
}

// One training step on INPUTS, TARGETS and WEIGHTS: begin_step, which lets helping threads in, then finish_step, again and
// again until no shard is missing.
ENTRY(begin_step)(Network *block) { network_begin_step(block); }
ENTRY(finish_step)(Network *block) { network_finish_step(block); }

// A helping thread's part of a step, and its short wait for the next one.
ENTRY(help)(Network *block) { network_help(block); }
ENTRY(await_step)(Network *block) { await_shards(team_of(block)); }

#if !defined(__wasm__)
Variant VARIANT = {NAMED(plan),          NAMED(open),           NAMED(load_parameters), NAMED(store_parameters),
                         NAMED(store_gradients), NAMED(load_moments), NAMED(store_moments),   NAMED(forward),
                         NAMED(backward),      NAMED(begin_step),     NAMED(finish_step),     NAMED(help),
                         NAMED(await_step),    {0, 0}};
#endif

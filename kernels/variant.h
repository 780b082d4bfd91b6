// The entries of kernels.c as one build of it offers them, for the add-on to choose among builds.
#pragma once

typedef struct Network Block;
typedef void Entry(Block *block);

typedef struct {
  Entry *plan, *open, *load_parameters, *store_parameters, *store_gradients, *load_moments, *store_moments;
  Entry *forward, *backward, *begin_step, *finish_step, *help, *await_step;
} Variant;

// A test program for builds with sanitisers: every cell and option on awkward sizes, all entries, a helping thread beside the
// caller, 10,000 steps of one network, and checksums of what ends anywhere in a block. Its answers are tested elsewhere; here only memory counts.
// scripts/sanitize.mjs runs it.
#include "kernels.c"
#include "sha256.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static float wave(Size i, float size) { return size * ((float)(i * 7919 % 1000) / 500 - 1); }

static void fill_region(Network *block, RegionName name, float size) {
  const Size count = (Size)block->control.region[name].count;
  for (Size i = 0; i < count; i++) block->region[name][i] = wave(i, size);
}

static Network *open_block(Control shape) {
  Network *head = calloc(1, HEAD_BYTES);
  head->control = shape;
  plan(head);
  Network *block = calloc(1, (Size)head->control.byte_count);
  free(head);
  block->control = shape;
  open(block);
  fill_region(block, INPUTS, 1);
  fill_region(block, PARAMETERS, 0.5f);
  fill_region(block, INITIAL_STATE, 0.5f);
  for (Size i = 0; i < (Size)shape.batch * (Size)shape.time; i++) block->region[MASK][i] = i % 3 > 0;
  load_parameters(block);
  return block;
}

static int is_over; // atomic

static void *help_along(void *block) {
  while (!__atomic_load_n(&is_over, __ATOMIC_ACQUIRE)) {
    help(block);
    await_step(block);
  }
  return 0;
}

static void take_step(Network *block) {
  begin_step(block);
  do finish_step(block);
  while (block->control.missing > 0);
}

static void run_network(Control shape) {
  Network *block = open_block(shape);
  Control *c = &block->control;
  c->has_mask = 1;
  if (shape.trains) {
    fill_region(block, TARGETS, 1);
    fill_region(block, WEIGHTS, 1);
    fill_region(block, SCALES, 1);
    c->has_scales = 1;
    c->learning_rate = c->weight_decay = 0.01;
    c->epsilon = 1e-8;
    c->beta1 = 0.9;
    c->beta2 = 0.999;
    c->clip = 1;
    pthread_t helper;
    is_over = 0;
    pthread_create(&helper, 0, help_along, block);
    for (c->step = 1; c->step <= 3; c->step++) {
      c->count = c->step == 2 ? 1 : shape.batch;
      c->loss_kind = c->step - 1;
      take_step(block);
    }
    __atomic_store_n(&is_over, 1, __ATOMIC_RELEASE);
    pthread_join(helper, 0);
    store_parameters(block);
    store_gradients(block);
    store_moments(block);
    load_moments(block);
  }
  c->count = shape.batch;
  forward(block);
  free(block);
}

static void run_layer(Control shape) {
  Network *block = open_block(shape);
  Control *c = &block->control;
  c->count = shape.batch;
  c->has_mask = c->has_initial_state = 1;
  forward(block);
  fill_region(block, OUTPUT_GRADIENT, 1);
  backward(block);
  free(block);
}

static void run_long(void) {
  const Control shape = {.cell = LSTM, .batch = 9, .time = 3, .inputs = 2, .layers = 1, .units = {5}, .outputs = 2, .trains = 1};
  Network *block = open_block(shape);
  Control *c = &block->control;
  fill_region(block, TARGETS, 1);
  for (Size i = 0; i < (Size)block->control.region[WEIGHTS].count; i++) block->region[WEIGHTS][i] = 1;
  c->count = shape.batch;
  c->learning_rate = 0.001;
  c->epsilon = 1e-8;
  c->beta1 = 0.9;
  c->beta2 = 0.999;
  for (c->step = 1; c->step <= 10000; c->step++) take_step(block);
  printf("loss %.6f after 10000 steps\n", c->loss);
  free(block);
}

static void hash_all_ends(void) {
  Byte digest[32];
  for (int size = 0; size <= 200; size++) {
    Byte *data = calloc(1, (Size)size + (size == 0));
    sha256(data, (Size)size, digest);
    free(data);
  }
}

int main(void) {
  static const int sizes[][4] = {{1, 1, 1, 1}, {3, 5, 2, 7}, {13, 4, 16, 33}, {33, 3, 17, 16}};
  int count = 0;
  for (int size = 0; size < 4; size++)
    for (int options = 0; options < 96; options++, count++) {
      Control shape = {.cell = options % 3, .batch = sizes[size][0], .time = sizes[size][1], .inputs = sizes[size][2]};
      shape.units[0] = sizes[size][3];
      shape.truncate = options / 3 % 2 * 2;
      if (options / 6 % 2) {
        shape.layers = 1;
        shape.reverse = options / 12 % 2;
        shape.sequences = options / 24 % 2;
        shape.has_input_gradient = options / 48 % 2;
        shape.trains = 1;
        run_layer(shape);
      } else {
        shape.layers = 1 + options / 12 % 2;
        shape.units[1] = 5;
        shape.bidirectional = options / 24 % 2;
        shape.trains = options / 48 % 2;
        shape.outputs = sizes[size][3];
        run_network(shape);
      }
    }
  printf("%d networks ran\n", count);
  run_long();
  hash_all_ends();
  return 0;
}

// Some rows of the batch, on their way through the whole network and back. Shards share the weights and write to arrays of
// their own, so that threads can compute them at the same time, in any order, with the same result.
#pragma once
#include "control.h"
#include "dense.h"
#include "loss.h"
#include "recurrent.h"

typedef struct {
  Layer layer[MAX_LAYERS][2]; // passes: forward in time, and backward when bidirectional
  Dense head;
  float *states[MAX_LAYERS], *d_states[MAX_LAYERS]; // each layer's output as rows, and its gradient
  float *gradient;                                  // of all weights, packed
  double loss;                                      // summed by weight
} Shard;

// The network that all shards share.
typedef struct {
  int layers, passes, time, inputs, outputs, sequences, trains;
  int step_count; // that backpropagation goes back
  int units[MAX_LAYERS];
  Cell cell;
} Shape;

// The rows of a shard, as they lie in the arrays of the block. Null where there is no such array, or it is not in use.
typedef struct {
  int count;
  float *inputs, *mask, *initial_hidden, *initial_carry, *output;
  float *d_output, *d_inputs, *d_initial_hidden, *d_initial_carry, *targets, *weights;
  float *scales[MAX_LAYERS];
} Rows;

INLINE int is_last(const Shape *s, int layer) { return layer == s->layers - 1; }
INLINE int has_head(const Shape *s) { return s->outputs > 0; }
INLINE int features_of(const Shape *s, int layer) { return s->passes * s->units[layer]; }
INLINE int inputs_of(const Shape *s, int layer) { return layer == 0 ? s->inputs : features_of(s, layer - 1); }
// Whether a layer hands on h at every step.
INLINE int hands_on_all(const Shape *s, int layer) { return !is_last(s, layer) || s->sequences; }
INLINE Size row_size(const Shape *s, int layer) {
  return (Size)features_of(s, layer) * (hands_on_all(s, layer) ? s->time : 1);
}

static Grid grid_of(float *values, int time, int features) { return (Grid){values, (Size)time * features, (Size)features}; }

// The rows that pass number `pass` writes, beside those of the other pass.
static Grid pass_grid(const Shape *s, float *values, int layer, int pass) {
  Grid grid = grid_of(values, hands_on_all(s, layer) ? s->time : 1, features_of(s, layer));
  grid.values += pass * s->units[layer];
  return grid;
}

static void multiply_by(float *values, const float *factors, Size count) {
  if (!factors) return;
  for (Size i = 0; i < count; i++) values[i] *= factors[i];
}

static void shard_begin(Shard *shard, const Shape *s, const Rows *rows) {
  for (int layer = 0; layer < s->layers; layer++)
    for (int pass = 0; pass < s->passes; pass++) {
      Layer *l = &shard->layer[layer][pass];
      layer_set_batch(l, rows->count);
      l->mask = rows->mask;
      l->initial_hidden = rows->initial_hidden;
      l->initial_carry = rows->initial_carry;
    }
  if (has_head(s)) dense_set_batch(&shard->head, rows->count);
}

static void shard_forward(Shard *shard, const Shape *s, const Rows *rows) {
  shard_begin(shard, s, rows);
  Grid x = grid_of(rows->inputs, s->time, s->inputs);
  for (int layer = 0; layer < s->layers; layer++) {
    float *states = is_last(s, layer) && !has_head(s) ? rows->output : shard->states[layer];
    for (int pass = 0; pass < s->passes; pass++)
      layer_forward(&shard->layer[layer][pass], x, pass_grid(s, states, layer, pass), hands_on_all(s, layer));
    multiply_by(states, rows->scales[layer], rows->count * row_size(s, layer));
    x = grid_of(states, s->time, features_of(s, layer));
  }
  if (has_head(s)) dense_forward(&shard->head, shard->states[s->layers - 1], rows->output);
}

// From the gradient of the output to those of the weights.
static void shard_backward(Shard *shard, const Shape *s, const Rows *rows) {
  const int top = s->layers - 1;
  shard_begin(shard, s, rows);
  if (has_head(s)) dense_backward(&shard->head, rows->d_output, shard->d_states[top]);
  for (int layer = top; layer >= 0; layer--) {
    float *d_states = layer == top && !has_head(s) ? rows->d_output : shard->d_states[layer];
    float *d_below = layer > 0 ? shard->d_states[layer - 1] : rows->d_inputs;
    const Grid d_x = grid_of(d_below, s->time, inputs_of(s, layer));
    multiply_by(d_states, rows->scales[layer], rows->count * row_size(s, layer));
    if (d_below) fill_zero(d_below, rows->count * d_x.row);
    for (int pass = 0; pass < s->passes; pass++) {
      const Grid d_output = pass_grid(s, d_states, layer, pass);
      layer_backward(&shard->layer[layer][pass], d_output, hands_on_all(s, layer), s->step_count, d_x,
                     rows->d_initial_hidden != 0);
    }
  }
  if (rows->d_initial_hidden)
    write_initial_gradient(&shard->layer[0][0], s->step_count, rows->d_initial_hidden, rows->d_initial_carry);
}

// @param total_weight of the whole batch
static void shard_train(Shard *shard, const Shape *s, const Rows *rows, Loss loss, double total_weight) {
  shard_forward(shard, s, rows);
  shard->loss = add_weighted_loss(loss, rows->output, rows->targets, rows->weights, (Size)rows->count * s->outputs,
                                  total_weight, rows->d_output);
  shard_backward(shard, s, rows);
}

// A network in one block of memory: stacked recurrent layers, each of one or two passes, and a dense head. In: the control
// fields and arrays of the block. Out: forecasts, gradients, or a whole training step, without a copy or an allocation.
#pragma once
#include "adam.h"
#include "shard.h"
#include "team.h"

// The batch is computed in shards of this many rows at least, and in this many shards at most: by its size alone, so that the
// number of threads changes no result.
enum { SHARD_ROWS = 8, MAX_SHARDS = 8, MAX_PARTS = 2 * MAX_LAYERS + 1 };

typedef struct Network Network;

struct Network {
  Control control;
  Shape shape;
  float *region[REGION_COUNT];
  Affine part[MAX_PARTS]; // all that has weights, in the order of PARAMETERS; the head last
  int part_count;
  // The weights of all parts, packed, one after the other; likewise their gradients and moments.
  Size packed_count;
  float *weights, *gradient, *first_moment, *second_moment;
  Shard *shards;
  int shard_rows, shard_count; // with a full batch
  double total_weight;         // of the step's TARGETS
  Shard scratch;               // stands for every shard while the block is sized
};

// What a block has to hold before plan.
enum { HEAD_BYTES = 65536 };
_Static_assert(sizeof(Network) <= HEAD_BYTES, "a block's head must hold the network");

static Shape shape_of(const Control *c) {
  Shape s = {.layers = (int)c->layers, .passes = c->bidirectional ? 2 : 1, .time = (int)c->time, .cell = (Cell)c->cell};
  s.inputs = (int)c->inputs;
  s.outputs = (int)c->outputs;
  s.sequences = (int)c->sequences;
  s.trains = (int)c->trains;
  s.step_count = c->truncate > 0 && c->truncate < c->time ? (int)c->truncate : s.time;
  for (int layer = 0; layer < s.layers; layer++) s.units[layer] = (int)c->units[layer];
  return s;
}

static void list_parts(Network *n) {
  const Shape *s = &n->shape;
  n->part_count = 0;
  for (int layer = 0; layer < s->layers; layer++)
    for (int pass = 0; pass < s->passes; pass++)
      n->part[n->part_count++] = affine_of(gate_count(s->cell), s->units[layer], s->units[layer], inputs_of(s, layer));
  if (has_head(s)) n->part[n->part_count++] = affine_of(1, s->outputs, 0, features_of(s, s->layers - 1));
}

static float *take_region(Network *n, Arena *arena, RegionName name, Size count) {
  n->region[name] = take(arena, count);
  n->control.region[name].offset = (double)((char *)n->region[name] - (char *)n);
  n->control.region[name].count = (double)count;
  return n->region[name];
}

static Size initial_count(const Network *n) {
  const Size state = (Size)n->control.batch * n->shape.units[0];
  return has_head(&n->shape) ? 0 : n->shape.cell == LSTM ? 2 * state : state;
}

static void plan_arrays(Network *n, Arena *arena) {
  const Shape *s = &n->shape;
  const Size batch = (Size)n->control.batch, top = row_size(s, s->layers - 1);
  const Size output_count = batch * (has_head(s) ? (Size)s->outputs : top);
  Size parameter_count = 0, scale_count = 0;
  for (int p = 0; p < n->part_count; p++) parameter_count += affine_stock_count(&n->part[p]);
  for (int layer = 0; layer < s->layers; layer++) scale_count += batch * row_size(s, layer);
  n->control.parameter_count = (double)parameter_count;
  take_region(n, arena, INPUTS, batch * s->time * s->inputs);
  take_region(n, arena, MASK, batch * s->time);
  take_region(n, arena, INITIAL_STATE, initial_count(n));
  take_region(n, arena, PARAMETERS, parameter_count);
  take_region(n, arena, OUTPUT, output_count);
  if (!s->trains) return;
  take_region(n, arena, OUTPUT_GRADIENT, output_count);
  take_region(n, arena, INPUT_GRADIENT, n->control.has_input_gradient ? batch * s->time * s->inputs : 0);
  take_region(n, arena, INITIAL_STATE_GRADIENT, initial_count(n));
  take_region(n, arena, GRADIENTS, parameter_count);
  if (!has_head(s)) return;
  take_region(n, arena, MOMENTS, 2 * parameter_count);
  take_region(n, arena, TARGETS, output_count);
  take_region(n, arena, WEIGHTS, output_count);
  take_region(n, arena, SCALES, scale_count);
  take_region(n, arena, TEAM, sizeof(Team) / sizeof(float));
}

static void plan_weights(Network *n, Arena *arena) {
  const Shape *s = &n->shape;
  n->packed_count = 0;
  for (int p = 0; p < n->part_count; p++) n->packed_count += n->part[p].packed_count;
  n->weights = take(arena, n->packed_count);
  if (!s->trains) return;
  n->gradient = take(arena, n->packed_count);
  for (int p = 0; p < n->part_count; p++) {
    const int is_first_layer = p < s->passes;
    affine_plan_transposes(&n->part[p], arena, !is_first_layer || n->control.has_input_gradient);
  }
  if (!has_head(s)) return;
  n->first_moment = take(arena, n->packed_count);
  n->second_moment = take(arena, n->packed_count);
}

static void plan_shard_layers(Network *n, Shard *shard) {
  const Shape *s = &n->shape;
  const int rows = n->shard_rows;
  for (int layer = 0; layer < s->layers; layer++)
    for (int pass = 0; pass < s->passes; pass++) {
      const int reverse = pass == 1 || n->control.reverse;
      shard->layer[layer][pass] =
          layer_of(s->cell, rows, s->time, inputs_of(s, layer), s->units[layer], reverse, s->trains);
    }
  if (has_head(s)) shard->head = dense_of(rows, features_of(s, s->layers - 1), s->outputs);
}

static void plan_shard_work(Network *n, Shard *shard, Arena *arena) {
  const Shape *s = &n->shape;
  const Size rows = n->shard_rows;
  for (int layer = 0; layer < s->layers; layer++) {
    if (is_last(s, layer) && !has_head(s)) continue;
    shard->states[layer] = take(arena, rows * row_size(s, layer));
    if (s->trains) shard->d_states[layer] = take(arena, rows * row_size(s, layer));
  }
  if (has_head(s)) dense_plan(&shard->head, arena, s->trains);
  if (!s->trains) return;
  shard->gradient = take(arena, n->packed_count);
  for (int layer = 0; layer < s->layers; layer++)
    for (int pass = 0; pass < s->passes; pass++)
      layer_plan_gradients(&shard->layer[layer][pass], arena, layer > 0 || n->control.has_input_gradient);
}

// Gives every part, and every shard's view of it, its share of the packed vectors.
static void place_parts(Network *n) {
  Size at = 0;
  for (int p = 0; p < n->part_count; at += n->part[p++].packed_count) {
    Affine *part = &n->part[p];
    part->weights = n->weights + at;
    for (int i = 0; i < n->shard_count; i++) {
      Shard *shard = &n->shards[i];
      const int is_head = has_head(&n->shape) && p == n->part_count - 1;
      Affine *view = is_head ? &shard->head.affine : &shard->layer[p / n->shape.passes][p % n->shape.passes].affine;
      *view = *part;
      if (n->shape.trains) view->gradient = shard->gradient + at;
    }
  }
}

static void network_layout(Network *n, Arena *arena) {
  const int batch = (int)n->control.batch;
  n->shape = shape_of(&n->control);
  const int even = round_up((batch + MAX_SHARDS - 1) / MAX_SHARDS, TILE_ROWS);
  n->shard_rows = even > SHARD_ROWS ? even : batch < SHARD_ROWS ? batch : SHARD_ROWS;
  n->shard_count = (batch + n->shard_rows - 1) / n->shard_rows;
  n->control.shard_count = n->shard_count;
  list_parts(n);
  take_bytes(arena, sizeof(Network));
  n->shards = take_bytes(arena, n->shard_count * sizeof(Shard));
  plan_arrays(n, arena);
  plan_weights(n, arena);
  // The tape is what the shards' layers take one after the other.
  take_region(n, arena, TAPE, 0);
  for (int i = 0; i < n->shard_count; i++) {
    Shard *shard = arena->base ? &n->shards[i] : &n->scratch;
    plan_shard_layers(n, shard);
    for (int layer = 0; layer < n->shape.layers; layer++)
      for (int pass = 0; pass < n->shape.passes; pass++) layer_plan_tape(&shard->layer[layer][pass], arena);
  }
  const float *tape_end = take(arena, 0);
  n->control.region[TAPE].count = (double)(tape_end - n->region[TAPE]);
  for (int i = 0; i < n->shard_count; i++) {
    Shard *shard = arena->base ? &n->shards[i] : &n->scratch;
    plan_shard_work(n, shard, arena);
  }
  if (arena->base) place_parts(n);
}

// Shards that the rows in use are spread over.
INLINE int used_shards(const Network *n) {
  return ((int)n->control.count + n->shard_rows - 1) / n->shard_rows;
}

static float *rows_from(const Network *n, RegionName name, int is_used, Size first) {
  return is_used && n->control.region[name].count > 0 ? n->region[name] + first : 0;
}

static Rows rows_of(const Network *n, int shard) {
  const Shape *s = &n->shape;
  const Control *c = &n->control;
  const Size first = (Size)shard * n->shard_rows, batch = (Size)c->batch;
  const Size left = (Size)c->count - first, x = first * s->time * s->inputs, h = first * s->units[0];
  const Size y = first * (has_head(s) ? (Size)s->outputs : row_size(s, s->layers - 1));
  const int is_lstm = s->cell == LSTM;
  const Size carry = (Size)c->count * s->units[0] + h;
  Rows rows = {.count = left < (Size)n->shard_rows ? (int)left : n->shard_rows};
  rows.inputs = rows_from(n, INPUTS, 1, x);
  rows.mask = rows_from(n, MASK, c->has_mask != 0, first * s->time);
  rows.initial_hidden = rows_from(n, INITIAL_STATE, c->has_initial_state != 0, h);
  rows.initial_carry = rows_from(n, INITIAL_STATE, c->has_initial_state && is_lstm, carry);
  rows.output = rows_from(n, OUTPUT, 1, y);
  rows.d_output = rows_from(n, OUTPUT_GRADIENT, 1, y);
  rows.d_inputs = rows_from(n, INPUT_GRADIENT, 1, x);
  rows.d_initial_hidden = rows_from(n, INITIAL_STATE_GRADIENT, 1, h);
  rows.d_initial_carry = rows_from(n, INITIAL_STATE_GRADIENT, is_lstm, carry);
  rows.targets = rows_from(n, TARGETS, 1, y);
  rows.weights = rows_from(n, WEIGHTS, 1, y);
  Size scales = 0;
  for (int layer = 0; layer < s->layers; scales += batch * row_size(s, layer++))
    rows.scales[layer] = rows_from(n, SCALES, c->has_scales != 0, scales + first * row_size(s, layer));
  return rows;
}

static void network_forward(Network *n) {
  for (int i = 0; i < used_shards(n); i++) {
    const Rows rows = rows_of(n, i);
    shard_forward(&n->shards[i], &n->shape, &rows);
  }
}

static void network_transpose(Network *n) {
  for (int p = 0; p < n->part_count; p++) affine_transpose(&n->part[p]);
}

// The gradient of the batch, summed over shards in their order.
static void sum_gradients(Network *n) {
  const int count = used_shards(n);
  for (Size i = 0; i < n->packed_count; i += LANES) {
    Vector sum = load(n->shards[0].gradient + i);
    for (int shard = 1; shard < count; shard++) sum += load(n->shards[shard].gradient + i);
    store(n->gradient + i, sum);
  }
}

static void network_backward(Network *n) {
  network_transpose(n);
  for (int i = 0; i < used_shards(n); i++) {
    const Rows rows = rows_of(n, i);
    shard_backward(&n->shards[i], &n->shape, &rows);
  }
  sum_gradients(n);
}

// β^step, by squaring.
static double power(double base, int exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base)
    if (exponent & 1) result *= base;
  return result;
}

INLINE int is_finite(double x) { return x - x == 0; }

// A loss or gradient that is not finite moves nothing.
static void network_update(Network *n) {
  const Control *c = &n->control;
  const double norm = euclidean_norm(n->gradient, n->packed_count);
  n->control.gradient_norm = norm;
  if (!is_finite(norm) || !is_finite(c->loss)) return;
  const double correction = __builtin_sqrt(1 - power(c->beta2, (int)c->step));
  const AdamStep step = {(float)(c->learning_rate * correction / (1 - power(c->beta1, (int)c->step))),
                         (float)(c->epsilon * correction),
                         (float)c->beta1,
                         (float)c->beta2,
                         (float)(1 - c->beta1),
                         (float)(1 - c->beta2)};
  const float keep = (float)(1 - c->learning_rate * c->weight_decay);
  for (int p = 0; keep != 1 && p < n->part_count; p++) affine_shrink(&n->part[p], keep);
  const float shrink = c->clip > 0 && norm > c->clip ? (float)(c->clip / norm) : 1;
  adam_update(n->weights, n->gradient, n->first_moment, n->second_moment, n->packed_count, shrink, step);
}

INLINE Team *team_of(const Network *n) { return (Team *)n->region[TEAM]; }

// Readies a step and offers its shards.
static void network_begin_step(Network *n) {
  n->total_weight = sum_of(n->region[WEIGHTS], (Size)n->control.count * n->shape.outputs);
  network_transpose(n);
  offer(team_of(n), used_shards(n));
}

// Computes shards as long as there are any to draw.
static void network_help(Network *n) {
  Team *team = team_of(n);
  for (int i = draw(team); i >= 0; i = draw(team)) {
    const Rows rows = rows_of(n, i);
    shard_train(&n->shards[i], &n->shape, &rows, (Loss)n->control.loss_kind, n->total_weight);
    report_done(team);
  }
}

// Leaves `missing` above 0 when other threads still compute shards: to be called again when they are done.
static void network_finish_step(Network *n) {
  const int count = used_shards(n);
  network_help(n);
  await_results(team_of(n));
  n->control.missing = count_missing(team_of(n));
  if (n->control.missing > 0) return;
  double loss = 0;
  for (int i = 0; i < count; i++) loss += n->shards[i].loss;
  n->control.loss = loss / n->total_weight;
  sum_gradients(n);
  network_update(n);
}

// Copies a packed vector from or to the order of PARAMETERS.
static void network_copy(const Network *n, float *packed, float *stock, Packing direction) {
  for (int p = 0; p < n->part_count; p++) {
    affine_copy(&n->part[p], packed, stock, direction);
    packed += n->part[p].packed_count;
    stock += affine_stock_count(&n->part[p]);
  }
}

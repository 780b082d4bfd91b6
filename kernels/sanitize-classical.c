// A test program for builds with sanitisers: every classical method, the gate and every likelihood, on series and seasons of awkward lengths, in
// blocks that hold just what was asked for. Its answers are tested elsewhere; here only memory and undefined behaviour count.
// scripts/sanitize.mjs runs it.
#include "classical.c"
#include <stdio.h>
#include <stdlib.h>

typedef struct {
  int length, horizon, seasons[MOST_SEASONS];
} Shape;

static double noise(int i) { return i * 7919 % 1000 / 500.0 - 1; }

enum { KINDS = 6 };

static double value_at(int kind, int t) {
  switch (kind) {
    case 0: return 20 + t % 7 + 0.1 * t + noise(t);
    case 1: return t * 31 % 5 > 0 ? 0 : t % 3 + 1;
    case 2: return 5;
    case 3: return -1e6 * noise(t);
    case 4: return 1e140 * (1 + t % 4 + 0.1 * noise(t));
    default: return t % 11 > 0 ? 1 : LARGEST;
  }
}

static Block *open_block(const Shape *shape, int origins, Size gate_numbers) {
  Control measures = {.length = shape->length, .horizon = shape->horizon, .short_season = 1, .long_season = 1};
  double *const asked[] = {&measures.short_season, &measures.long_season};
  for (int i = 0, place = 0; i < MOST_SEASONS; i++)
    if (shape->seasons[i] > 1 && shape->seasons[i] <= shape->length) *asked[place++] = shape->seasons[i];
  measures.origins = origins;
  measures.windows = 1;
  measures.gate_numbers = (double)gate_numbers;
  Block *head = calloc(1, HEAD_BYTES);
  head->control = measures;
  plan(head);
  const Size bytes = (Size)head->control.byte_count;
  free(head);
  Block *block = calloc(1, bytes);
  block->control = measures;
  open(block);
  return block;
}

static void write_series(Block *b, const Shape *shape, int kind) {
  Control *c = &b->control;
  for (int t = 0; t < shape->length; t++) ((double *)b->region[VALUES])[t] = value_at(kind, t);
  c->count = shape->length;
  c->season_count = MOST_SEASONS;
  for (int i = 0; i < MOST_SEASONS; i++) c->seasons[i] = shape->seasons[i];
  c->steps = shape->horizon;
}

static void run_gate(const Shape *shape, int has_residual) {
  enum { WIDTH = 13 };
  const Gate gate = gate_of(WIDTH, has_residual, 1, 0);
  int origins[1 + MOST_ORIGINS] = {shape->length}, count = 1;
  for (int back = 1; count <= MOST_ORIGINS && shape->length - back > 0; back += larger(1, shape->length / MOST_ORIGINS))
    origins[count++] = shape->length - back;
  Block *b = open_block(shape, count, GATE_HEAD + gate.given);
  float *given = b->region[GATES];
  given[0] = WIDTH;
  given[1] = has_residual;
  for (Size i = 0; i < gate.given; i++) given[GATE_HEAD + i] = 0.3f * (float)noise((int)i);
  b->control.gate_count = 1;
  load_gates(b);
  b->control.origin_count = count;
  b->control.window_count = 1;
  b->control.wants_recent = 1;
  double *window = b->region[WINDOWS];
  window[0] = 0;
  window[1] = count - 1;
  for (int o = 0; o < count; o++) {
    ((double *)b->region[ORIGINS])[o] = origins[o];
    if (o > 0) window[1 + o] = o;
  }
  // Series after series in one block, as a caller does.
  for (int kind = 0; kind < KINDS; kind++) {
    write_series(b, shape, kind);
    forecast_windows(b);
    describe_windows(b);
    run_gates(b);
  }
  free(b);
}

static void run_methods(const Shape *shape) {
  Block *b = open_block(shape, 1, 0);
  for (int kind = 0; kind < KINDS; kind++)
    for (int method = 0; method < (int)METHODS; method++) {
      write_series(b, shape, kind);
      b->control.method = method;
      b->control.is_bounded = method % 2;
      forecast_method(b);
      bound(b);
    }
  free(b);
}

static void run_likelihoods(const Shape *shape) {
  const int season = shape->seasons[0];
  for (int form = 0; form < 18; form++) {
    const SeasonForm season_form = (SeasonForm)(form % 3);
    if (season_form != NO_SEASON && (season < 2 || shape->length < 2 * season)) continue;
    Block *b = open_block(shape, 1, 0);
    Control *c = &b->control;
    for (int kind = 0; kind < KINDS; kind++) {
      write_series(b, shape, kind);
      c->season_form = season_form;
      c->trend_form = form / 3 % 3;
      c->error_form = form / 9;
      open_likelihood(b);
      score_likelihood(b);
    }
    free(b);
  }
}

int main(void) {
  static const int lengths[] = {1, 2, 3, 5, 8, 13, 24, 31, 60, 97, 200, 777}, horizons[] = {1, 6, 29};
  static const int seasons[][MOST_SEASONS] = {{0, 0}, {2, 0}, {12, 0}, {7, 30}, {24, 168}, {97, 0}, {3, 365}, {1, 5}};
  int shapes = 0;
  for (int l = 0; l < (int)(sizeof lengths / sizeof *lengths); l++)
    for (int s = 0; s < (int)(sizeof seasons / sizeof *seasons); s++)
      for (int h = 0; h < (int)(sizeof horizons / sizeof *horizons); h++, shapes++) {
        const Shape shape = {lengths[l], horizons[h], {seasons[s][0], seasons[s][1]}};
        run_gate(&shape, shapes % 2);
        run_methods(&shape);
        run_likelihoods(&shape);
      }
  const Shape known = {ANSWER_LENGTH, ANSWER_HORIZON, {ANSWER_SHORT, ANSWER_LONG}};
  Block *b = open_block(&known, ANSWER_ORIGINS, 0);
  answer(b);
  printf("%d shapes ran, known answer %.0f\n", shapes, b->control.value);
  free(b);
  return 0;
}

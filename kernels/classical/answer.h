// A known answer, asked of every build before it is used: one for a platform that it was never run on may be wrong. In: a block that holds
// the series described here. Out: a hash of the bits of its forecasts and features.
#pragma once
#include "block.h"

// Two seasons, values above zero, and origins from which every candidate applies but the one for demand that comes now and then.
enum { ANSWER_LENGTH = 60, ANSWER_HORIZON = 6, ANSWER_ORIGINS = 4, ANSWER_SHORT = 4, ANSWER_LONG = 20 };

// As the hash of Fowler, Noll and Vo (FNV-1a), by words; what is not a number, and zero, count alike whatever their bits.
static unsigned mix(unsigned hash, double value) {
  const Bits bits = {is_nan(value) ? -1 : value == 0 ? 0 : value};
  return ((hash ^ bits.word.low) * 0x01000193u ^ bits.word.high) * 0x01000193u;
}

static double known_answer_of(Block *b) {
  static const int origins[ANSWER_ORIGINS] = {56, 40, 22, 9};
  Control *c = &b->control;
  double *values = b->region[VALUES], *window = b->region[WINDOWS];
  for (int t = 0; t < ANSWER_LENGTH; t++)
    values[t] = 20 + t % 4 + 3 * (t % 20 * 7 % 20) + 0.1 * t + (t * 7919 % 1000 / 500.0 - 1);
  c->count = ANSWER_LENGTH;
  c->season_count = MOST_SEASONS;
  c->seasons[0] = ANSWER_SHORT;
  c->seasons[1] = ANSWER_LONG;
  c->steps = ANSWER_HORIZON;
  c->origin_count = ANSWER_ORIGINS;
  c->window_count = 1;
  c->wants_recent = 0;
  window[0] = 0;
  window[1] = ANSWER_ORIGINS - 1;
  for (int o = 0; o < ANSWER_ORIGINS; o++) {
    ((double *)b->region[ORIGINS])[o] = origins[o];
    if (o > 0) window[1 + o] = o;
  }
  work_windows(b, 0);
  unsigned hash = 0x811c9dc5u;
  const double *forecasts = b->region[FORECASTS];
  for (int i = 0; i < ANSWER_ORIGINS * CANDIDATES * ANSWER_HORIZON; i++) hash = mix(hash, forecasts[i]);
  const float *series = b->region[SERIES], *steps = b->region[STEPS];
  for (int i = 0; i < SERIES_FEATURES; i++) hash = mix(hash, series[i]);
  for (int i = 0; i < ANSWER_HORIZON * STEP_FEATURES; i++) hash = mix(hash, steps[i]);
  return hash;
}

// The forecasts that repeat the past with at most a level or a slope corrected, after Hyndman & Athanasopoulos, Forecasting:
// Principles and Practice, 3rd ed., §5.2. In: a history. Out: what follows it, without a parameter fitted.
#pragma once
#include "history.h"

enum {
  // How many cycles back a mean or a slope is taken from, where there are as many.
  CYCLES = 3,
  // What stands for those cycles in a history without a season, in steps.
  MEANED_STEPS = 8,
  SLOPE_STEPS = 12,
  // No cycle grows by more than this factor, nor shrinks by more.
  STEEPEST_GROWTH = 2
};

// Of the steps from `from` to before `to`, one after the other.
APART double plain_mean(const double *values, int from, int to) {
  const double first = values[from];
  double sum = 0;
  for (int t = from; t < to; t++) sum += values[t] - first;
  return first + sum / (to - from);
}

// Mean of the cycle that ends `back` cycles before the end.
static double cycle_level(const History *h, int season, int back) {
  const int end = h->count - back * season;
  return plain_mean(h->values, end - season, end);
}

APART void repeat_cycle(const History *h, int season, double *out, int horizon) {
  for (int i = 0, phase = 0; i < horizon; i++) {
    out[i] = h->values[h->count - season + phase];
    if (++phase == season) phase = 0;
  }
}

// out ← out + share · (the cycle that began `back` cycles before the end, again and again, + rise)
APART void add_cycle(const History *h, int season, int back, double rise, double share, double *out, int horizon) {
  const double *cycle = h->values + h->count - back * season;
  for (int i = 0, phase = 0; i < horizon; i++) {
    out[i] += share * (cycle[phase] + rise);
    if (++phase == season) phase = 0;
  }
}

// ŷ(n+h) = y(n).
static void naive(History *h, double *out, int horizon) { fill(out, horizon, h->last); }

// ŷ(n+h) = y of the same phase in the last cycle of the first season; the naive without a season.
static void seasonal_naive(History *h, double *out, int horizon) { repeat_cycle(h, first_season(h), out, horizon); }

// Likewise with the second season, or the only one.
static void long_seasonal_naive(History *h, double *out, int horizon) { repeat_cycle(h, last_season(h), out, horizon); }

// ŷ(n+h) = y(n) + h (y(n) − y(1)) / (n − 1).
static void drift(History *h, double *out, int horizon) {
  const int steps = h->count - 1;
  const double slope = steps > 0 ? h->last / steps - h->values[0] / steps : 0;
  for (int i = 0; i < horizon; i++) out[i] = h->last + (i + 1) * slope;
}

// ŷ(n+h) = ȳ.
static void mean(History *h, double *out, int horizon) { fill(out, horizon, plain_mean(h->values, 0, h->count)); }

// ŷ(n+h) = the mean of its phase in the last cycles of the first season, moved to the last one's mean; without a season a mean of the last steps.
static void cycle_mean(History *h, double *out, int horizon) {
  const int count = h->count;
  if (h->season_count == 0) {
    fill(out, horizon, plain_mean(h->values, larger(0, count - MEANED_STEPS), count));
    return;
  }
  const int season = h->seasons[0], cycles = smaller(CYCLES, count / season);
  const double rise = cycle_level(h, season, 0) - plain_mean(h->values, count - cycles * season, count);
  fill(out, horizon, 0);
  for (int back = 1; back <= cycles; back++) add_cycle(h, season, back, rise, 1.0 / cycles, out, horizon);
}

// ŷ(n+h) = the mean of its phase in the last cycles of the last season, each moved by how far today's level, of one short cycle, is from
// the level before it.
static void long_cycle_mean(History *h, double *out, int horizon) {
  const int season = last_season(h), span = first_season(h), count = h->count;
  const int cycles = larger(1, smaller(CYCLES, (count - span) / season));
  const double today = plain_mean(h->values, count - span, count);
  fill(out, horizon, 0);
  for (int back = 1; back <= cycles; back++) {
    const int first = count - back * season;
    const double rise = first >= span ? today - plain_mean(h->values, first - span, first) : 0;
    add_cycle(h, season, back, rise, 1.0 / cycles, out, horizon);
  }
}

// The seasonal naive, moved on from cycle to cycle by the slope of the last cycles' means; without a season the last steps' slope.
static void seasonal_drift(History *h, double *out, int horizon) {
  const int season = first_season(h), cycles = smaller(h->season_count > 0 ? CYCLES : SLOPE_STEPS, h->count / season - 1);
  repeat_cycle(h, season, out, horizon);
  if (cycles < 1) return;
  const double rise = (cycle_level(h, season, 0) - cycle_level(h, season, cycles)) / cycles;
  for (int i = 0; i < horizon; i++) out[i] += rise * (i / season + 1);
}

// The seasonal naive, times the growth of the last cycles' means from cycle to cycle; itself where the history is not positive.
static void seasonal_ratio(History *h, double *out, int horizon) {
  const int season = first_season(h), cycles = smaller(CYCLES, h->count / season - 1);
  repeat_cycle(h, season, out, horizon);
  if (cycles < 1 || !h->is_positive) return;
  const double ratio = power(cycle_level(h, season, 0) / cycle_level(h, season, cycles), 1.0 / cycles);
  const double growth = lesser(greater(ratio, 1.0 / STEEPEST_GROWTH), STEEPEST_GROWTH);
  double grown = growth;
  for (int i = 0, phase = 0; i < horizon; i++) {
    out[i] *= grown;
    if (++phase < season) continue;
    phase = 0;
    grown *= growth;
  }
}

// The mean of the phases in the last cycles, of each season as many as there are, the seasons with equal weight; the naive without a season.
static void mean_seasonal_naive(History *h, double *out, int horizon) {
  if (h->season_count == 0) {
    naive(h, out, horizon);
    return;
  }
  fill(out, horizon, 0);
  for (int place = 0; place < h->season_count; place++) {
    const int season = h->seasons[place], cycles = smaller(CYCLES, h->count / season);
    const double share = 1.0 / (cycles * h->season_count);
    for (int back = 1; back <= cycles; back++) add_cycle(h, season, back, 0, share, out, horizon);
  }
}

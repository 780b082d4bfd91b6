// Multiple seasonal-trend decomposition by loess (Bandara, Hyndman & Bergmeir, MSTL, 2021), after Cleveland et al. 1990 for one season,
// and the forecast that stands on it. In: a history. Out: seasonal parts gone on by their last cycles, over what is left smoothed and extended.
#pragma once
#include "history.h"
#include "smoothing.h"

typedef struct {
  double *seasonal[MOST_SEASONS]; // [count] each
  double *trend, *remainder;      // [count]; the values less all of these
} Decomposition;

// How often each of several seasons is worked out afresh without the others.
enum { OUTER_PASSES = 2 };

// @param seasons ascending, each met by two cycles; without any, everything is remainder
static Decomposition decompose(const History *h, const double *values, const int *seasons, int season_count) {
  const int count = h->count;
  Workspace *work = h->work;
  Decomposition d = {.trend = borrow_zeros(work, count), .remainder = borrow(work, count)};
  copy(d.remainder, values, count);
  for (int i = 0; i < season_count; i++) d.seasonal[i] = borrow_zeros(work, count);
  for (int pass = 0; pass < (season_count > 1 ? OUTER_PASSES : 1); pass++)
    for (int i = 0; i < season_count; i++) {
      for (int t = 0; t < count; t++) d.remainder[t] += d.seasonal[i][t];
      separate_season(d.remainder, count, seasons[i], i, h->rows[i], d.seasonal[i], d.trend, work);
      for (int t = 0; t < count; t++) d.remainder[t] -= d.seasonal[i][t];
    }
  for (int t = 0; t < count; t++) d.remainder[t] -= d.trend[t];
  return d;
}

static void extend(const Decomposition *d, int count, const int *seasons, int season_count, double *out, int horizon,
                   Workspace *work) {
  double *unseasonal = borrow(work, count);
  for (int t = 0; t < count; t++) unseasonal[t] = d->trend[t] + d->remainder[t];
  smooth_level_trend(unseasonal, count, out, horizon);
  for (int i = 0; i < season_count; i++)
    for (int h = 0, phase = 0; h < horizon; h++) {
      out[h] += d->seasonal[i][count - seasons[i] + phase];
      if (++phase == seasons[i]) phase = 0;
    }
}

// Decomposed as it is or in logarithms, whichever leaves the smaller remainder, in the values' own unit.
static void mstl(History *h, double *out, int horizon) {
  const int count = h->count;
  int whole = 0;
  while (whole < h->season_count && 2 * h->seasons[whole] <= count) whole++;
  const Decomposition plain = decompose(h, h->values, h->seasons, whole);
  int is_logarithmic = 0;
  if (h->is_positive && whole > 0) {
    const Decomposition logarithmic = decompose(h, logs_of(h), h->seasons, whole);
    double plain_size = 0, logarithmic_size = 0;
    for (int t = 0; t < count; t++) {
      plain_size += size_of(plain.remainder[t]);
      logarithmic_size += size_of(h->values[t] * (1 - exponential(-logarithmic.remainder[t])));
    }
    is_logarithmic = logarithmic_size < plain_size;
    if (is_logarithmic) extend(&logarithmic, count, h->seasons, whole, out, horizon, h->work);
  }
  if (is_logarithmic)
    for (int i = 0; i < horizon; i++) out[i] = exponential(out[i]);
  else extend(&plain, count, h->seasons, whole, out, horizon, h->work);
  replace_non_finite(out, horizon, h->last);
}

// A linear regression on the recent past and on the same phase cycles ago, the plainest model that learns both. In: values without
// gaps. Out: its recursive forecast.
#pragma once
#include "history.h"
#include "ridge.h"

enum {
  // Older values say little of today's dynamics and cost time.
  NEWEST_STEPS = 1500,
  RECENT_LAGS = 8,
  // Where a season is met so often, its own lags say more than many recent ones.
  MANY_CYCLES = 12,
  FEW_LAGS = 4,
  // A lag is used where there are so many values more than twice its length.
  LEAST_ROWS = 8,
  MOST_LAGS = RECENT_LAGS + 8
};
// A recursion may leave the seen range by this share of its extent, no further.
#define REGRESSED_MARGIN 0.7

typedef struct {
  int count, of[MOST_LAGS]; // ascending
} Lags;

static void insert_lag(int *lags, int *count, int lag) {
  int place = (*count)++;
  for (; place > 0 && lags[place - 1] > lag; place--) lags[place] = lags[place - 1];
  lags[place] = lag;
}

// The last steps, and those around one cycle ago, or two.
static Lags choose_lags(int count, const int *seasons, int season_count) {
  const int is_long_run = season_count > 0 && count >= MANY_CYCLES * seasons[0];
  const int recent = smaller(smaller(is_long_run ? FEW_LAGS : RECENT_LAGS, count / 10), count - 2);
  Lags lags = {.count = larger(0, recent)};
  for (int i = 0; i < lags.count; i++) lags.of[i] = i + 1;
  int seasonal[MOST_LAGS], seasonal_count = 0;
  for (int place = 0; place < season_count; place++)
    for (int near = -1; near <= 1; near++) insert_lag(seasonal, &seasonal_count, seasons[place] + near);
  if (is_long_run)
    for (int near = 0; near <= 1; near++) insert_lag(seasonal, &seasonal_count, 2 * seasons[0] + near);
  for (int i = 0; i < seasonal_count; i++) {
    const int newest = lags.count > 0 ? lags.of[lags.count - 1] : 0;
    if (seasonal[i] > newest && count > 2 * seasonal[i] + LEAST_ROWS) lags.of[lags.count++] = seasonal[i];
  }
  return lags;
}

// @param path the first `count` are known @param weights [lag + 1] filled: of each lag, then the constant
static void regress_on_lags(const double *path, int count, const Lags *lags, double *weights, Workspace *work) {
  const int lag_count = lags->count, size = lag_count + 1, from = lags->of[lag_count - 1];
  const Size rows = count - from;
  double *products = borrow(work, (Size)size * size), *targets = borrow(work, size);
  const double *known = path + from;
  for (int i = 0; i < lag_count; i++) {
    const int lag = lags->of[i];
    for (int j = 0; j <= i; j++) {
      const int other = lags->of[j];
      // One step further back, a sum loses its newest product and gains an older one.
      const int is_next = i > 0 && j > 0 && lags->of[i - 1] == lag - 1 && lags->of[j - 1] == other - 1;
      products[i * size + j] = is_next ? products[(i - 1) * size + j - 1] + path[from - lag] * path[from - other] -
                                             path[count - lag] * path[count - other]
                                       : sum_products(known - lag, known - other, rows);
    }
    targets[i] = sum_products(known - lag, known, rows);
    products[lag_count * size + i] = sum_of(known - lag, rows);
  }
  products[size * size - 1] = (double)rows;
  targets[lag_count] = sum_of(known, rows);
  fit_ridge(products, targets, size, sum_products(known, known, rows), (int)rows, weights, work);
}

// Ridge regression on standardised values, iterated: ŷ(t) = c + Σ w(l) y(t−l). @param out [horizon] filled with finite values
APART void autoregress(const double *values, int count, const int *seasons, int season_count, double *out, int horizon,
                        Workspace *work) {
  const int start = larger(0, count - NEWEST_STEPS), used = count - start;
  const double *recent = values + start, last = values[count - 1];
  const double centre = last + sum_from(recent, used, last) / used;
  const double spread = square_root(sum_squares(recent, used, centre) / used);
  const Lags lags = choose_lags(used, seasons, season_count);
  if (!(spread > 0) || !is_finite(spread) || lags.count == 0) {
    fill(out, horizon, last);
    return;
  }
  double *path = borrow(work, (Size)used + horizon), *weights = borrow(work, lags.count + 1);
  double low = 0, high = 0;
  for (int t = 0; t < used; t++) {
    const double value = (recent[t] - centre) / spread;
    path[t] = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const double reach = REGRESSED_MARGIN * (high - low);
  regress_on_lags(path, used, &lags, weights, work);
  for (int h = 0; h < horizon; h++) {
    double value = weights[lags.count];
    for (int i = 0; i < lags.count; i++) value += weights[i] * path[used + h - lags.of[i]];
    value = lesser(greater(value, low - reach), high + reach);
    path[used + h] = value;
    out[h] = centre + spread * value;
  }
  replace_non_finite(out, horizon, last);
}

static void autoregress_rises(const History *h, const double *values, int season, double *out, int horizon) {
  const int count = larger(1, h->count - season), first = h->count - season;
  double *rises = borrow(h->work, count);
  rises[0] = 0;
  for (int t = season; t < h->count; t++) rises[t - season] = values[t] - values[t - season];
  autoregress(rises, count, h->seasons, h->season_count, out, horizon, h->work);
  for (int i = 0; i < horizon; i++) out[i] += i < season ? values[first + i] : out[i - season];
}

static void autoregression(History *h, double *out, int horizon) {
  autoregress(h->values, h->count, h->seasons, h->season_count, out, horizon, h->work);
}

// The same of y(t) − y(t−m), m the first season, added to the last cycle.
static void differenced_autoregression(History *h, double *out, int horizon) {
  autoregress_rises(h, h->values, first_season(h), out, horizon);
  replace_non_finite(out, horizon, h->last);
}

// The same with m the second season, or the only one.
static void long_differenced_autoregression(History *h, double *out, int horizon) {
  autoregress_rises(h, h->values, last_season(h), out, horizon);
  replace_non_finite(out, horizon, h->last);
}

// autoregression of the logarithms, where these are of use.
static void log_autoregression(History *h, double *out, int horizon) {
  autoregress(logs_of(h), h->count, h->seasons, h->season_count, out, horizon, h->work);
  leave_logs(h, out, horizon);
}

// differenced_autoregression of the logarithms, where these are of use: growth goes on, and the season grows with the level.
static void log_differenced_autoregression(History *h, double *out, int horizon) {
  autoregress_rises(h, logs_of(h), first_season(h), out, horizon);
  leave_logs(h, out, horizon);
}

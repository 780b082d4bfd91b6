// The forecasts that the gate mixes. In: a history. Out: what each method that applies to it says of the steps that follow.
#pragma once
#include "airline.h"
#include "autoregression.h"
#include "bounds.h"
#include "climatology.h"
#include "double_seasonal.h"
#include "holt_winters.h"
#include "intermittent.h"
#include "mstl.h"
#include "naive.h"
#include "theta.h"

// Whether a method has what it needs, and says something the simpler ones do not.
typedef int Condition(const History *h);

// Too short a series fits any autoregression.
enum { LEAST_REGRESSED = 12 };
// The share of zeros from which on a series counts as demand that comes now and then.
#define LEAST_ZEROS 0.1

static int always(const History *h) { return h->count > 0; }
static int is_positive(const History *h) { return h->is_positive; }
static int has_season(const History *h) { return h->season_count > 0; }
static int has_two_seasons(const History *h) { return h->season_count > 1; }
// Some season, by two cycles.
static int meets_cycles(const History *h) { return longest_whole(h) >= 0; }
static int meets_long_cycles(const History *h) { return longest_whole(h) == 1; }
static int is_regressable(const History *h) { return h->count >= LEAST_REGRESSED; }
static int is_positive_and_meets_cycles(const History *h) { return is_positive(h) && meets_cycles(h); }
static int is_positive_and_regressable(const History *h) { return is_positive(h) && is_regressable(h); }

// The level and trend alone that stand under mstl.
static void level_trend(History *h, double *out, int horizon) { smooth_level_trend(h->values, h->count, out, horizon); }

static int is_intermittent(const History *h) {
  if (!(h->min == 0 && h->max > 0)) return 0;
  int zeros = 0;
  for (int t = 0; t < h->count; t++) zeros += h->values[t] == 0;
  return zeros >= LEAST_ZEROS * h->count;
}

typedef struct {
  Condition *applies;
  Method *forecast;
} Candidate;

// In the order of the gate's weights, which is that of the names in src/classical/candidates.ts.
static const Candidate candidates[] = {
    {always, naive},
    {always, drift},
    {always, mean},
    {always, cycle_mean},
    {has_season, seasonal_naive},
    {meets_cycles, seasonal_drift},
    {is_positive_and_meets_cycles, seasonal_ratio},
    {has_two_seasons, long_seasonal_naive},
    {has_two_seasons, long_cycle_mean},
    {has_two_seasons, mean_seasonal_naive},
    {always, holt_winters},
    {always, damped_holt_winters},
    {is_positive, log_holt_winters},
    {is_positive, log_damped_holt_winters},
    {is_positive_and_meets_cycles, multiplicative_holt_winters},
    {always, steady_holt_winters},
    {always, theta},
    {is_regressable, autoregression},
    {meets_cycles, differenced_autoregression},
    {is_positive_and_regressable, log_autoregression},
    {is_positive_and_meets_cycles, log_differenced_autoregression},
    {meets_long_cycles, long_differenced_autoregression},
    {is_positive_and_meets_cycles, airline},
    {meets_long_cycles, double_seasonal},
    {meets_cycles, mstl},
    {meets_cycles, climatology},
    {meets_cycles, climatology_autoregression},
    {is_positive_and_meets_cycles, log_climatology_autoregression},
    {is_intermittent, demand_probability},
};
enum { CANDIDATES = sizeof candidates / sizeof *candidates };

// Forms of these that nothing mixes, by the numbers after theirs.
static Method *const other_methods[] = {adjusted_theta, level_trend};
enum { METHODS = CANDIDATES + sizeof other_methods / sizeof *other_methods };

// @param out [horizon] filled with finite values
static void forecast_by(History *h, int method, double *out, int horizon) {
  (method < CANDIDATES ? candidates[method].forecast : other_methods[method - CANDIDATES])(h, out, horizon);
}

// @param out [horizon] filled with finite values, kept near the seen range
static void forecast_candidate(History *h, int candidate, double *out, int horizon) {
  double *const mark = h->work->free;
  forecast_by(h, candidate, out, horizon);
  keep_within(h, out, horizon);
  h->work->free = mark;
}

// @param out [candidate × horizon] filled for each candidate that applies, NaN for the others @param applies [candidate] 1 or 0
static void forecast_candidates(History *h, double *out, int horizon, unsigned char *applies) {
  for (int c = 0; c < CANDIDATES; c++) {
    double *row = out + (Size)c * horizon;
    applies[c] = (unsigned char)candidates[c].applies(h);
    if (applies[c]) forecast_candidate(h, c, row, horizon);
    else fill(row, horizon, NOT_A_NUMBER);
  }
}

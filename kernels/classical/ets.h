// One exponential-smoothing model's likelihood, and where the search for the greatest one starts (Hyndman et al., Forecasting with Exponential
// Smoothing, 2008, chapters 2 and 5). In: values without gaps, and which parts the model has. Out: the deviance of any choice of them.
#pragma once
#include "decomposition.h"
#include "passes.h"
#include "portable.h"

// The parts of a model by the book's letters: errors A and M, trends N, A and Ad, seasons N, A and M.
typedef enum { ADDED_ERROR, MULTIPLIED_ERROR } ErrorForm;
typedef enum { NO_TREND, FULL_TREND, DAMPED_TREND } TrendForm;
typedef enum { NO_SEASON, ADDED_SEASON, MULTIPLIED_SEASON } SeasonForm;

typedef struct {
  const double *values;
  int count, season; // two cycles of it at least; 1 where the form has none
  double rounding;   // as rounding_square has it
  ErrorForm error;
  TrendForm trend;
  SeasonForm season_form;
  Shares shares;
  double state[2];  // of the step after the last, once run
  double *indices;  // [season] by t mod season, likewise
  double *errors;   // [count] one step ahead, in the values' units
  double start_state[2], *start_indices; // [season]
} Ets;

#define LEAST_ETS_SHARE 1e-4
// Errors below this share of the values are rounding.
#define ROUNDING 1e-12
// The least number above zero.
#define TINIEST 4.9406564584124654e-324

// What the squares of errors that are rounding alone come to.
static double rounding_square(const double *values, int count) {
  double largest = 0;
  for (int t = 0; t < count; t++) largest = greater(largest, size_of(values[t]));
  return square(ROUNDING * largest) + TINIEST;
}

// n log Σ(ε/f)² + 2 Σ log|f| for errors relative to the forecasts f, which have to be positive (the book's equation 5.3).
static double relative_deviance(const Ets *e) {
  double squares = 0, logs = 0;
  // Logarithms are slow: four forecasts' product takes one.
  double product = 1;
  for (int t = 0; t < e->count; t++) {
    const double forecast = e->values[t] - e->errors[t];
    if (!(forecast > 0)) return UNBOUNDED;
    const double error = e->errors[t] / forecast;
    squares += error * error;
    product *= forecast;
    if (t % 4 == 3) {
      logs += logarithm(product);
      product = 1;
    }
  }
  return e->count * logarithm(squares / e->count + ROUNDING * ROUNDING) + 2 * (logs + logarithm(product));
}

// Runs the model from its state and indices, which it moves on. @returns −2 log likelihood, but for a constant that all models share
static double ets_deviance(Ets *e) {
  const double mean_square =
      e->season == 1 ? pass_plain(e->values, e->count, &e->shares, e->state, e->errors)
      : e->season_form == MULTIPLIED_SEASON
          ? pass_multiplied(e->values, e->count, e->season, &e->shares, e->state, e->indices, e->errors)
          : pass_added(e->values, e->count, e->season, &e->shares, e->state, e->indices, e->errors);
  if (e->error == ADDED_ERROR) return e->count * logarithm(mean_square + e->rounding);
  return is_finite(mean_square) ? relative_deviance(e) : UNBOUNDED;
}

// Classical indices, and the least-squares line through the first two cycles without them (the book's §2.6.1).
static void ets_start(Ets *e, Workspace *work) {
  const int season = e->season, span = smaller(e->count, larger(10, 2 * season)), is_multiplied = e->season_form == MULTIPLIED_SEASON;
  if (season == 1) e->start_indices[0] = 0;
  else if (is_multiplied) seasonal_ratios(e->values, e->count, season, e->start_indices, work);
  else seasonal_indices(e->values, e->count, season, e->start_indices);
  const double middle = (span - 1) / 2.0;
  double mean = 0, products = 0, squares = 0;
  for (int t = 0, phase = 0; t < span; t++) {
    const double index = e->start_indices[phase], adjusted = is_multiplied ? e->values[t] / index : e->values[t] - index;
    mean += adjusted / span;
    products += (t - middle) * adjusted;
    squares += square(t - middle);
    if (++phase == season) phase = 0;
  }
  const double slope = e->trend == NO_TREND || squares == 0 ? 0 : products / squares;
  e->start_state[0] = mean - slope * middle;
  e->start_state[1] = slope;
}

static void score_ets(const void *of, Trials *trials) {
  for (int i = 0; i < trials->count; i++) {
    Ets e = *(const Ets *)of;
    e.shares = trials->shares[i];
    e.state[0] = e.start_state[0];
    e.state[1] = e.start_state[1];
    copy(e.indices, e.start_indices, e.season);
    trials->scores[i] = ets_deviance(&e);
  }
}

// Works out where a search of the likelihood starts: the states, and the shares that are best from there.
static void ets_open(Ets *e, Workspace *work) {
  ets_start(e, work);
  const int has_trend = e->trend != NO_TREND, has_season = e->season > 1;
  const Grid grid = {{4, has_trend ? 2 : 1, 1, has_season ? 2 : 1},
                     {{0.05, 0.2, 0.5, 0.85},
                      {has_trend ? 0.02 : 0, 0.2},
                      {e->trend == FULL_TREND ? UNDAMPED : has_trend ? 0.8 : 0},
                      {has_season ? 0.02 : 0, 0.2}}};
  Search search = search_of(&grid);
  search_shares(&search, 1, score_ets, e);
  e->shares = search.best;
}

// Which of the shares a search turns: those that are neither fixed at zero nor without damping.
static int is_turned(const Shares *found, int part) { return found->of[part] > 0 && found->of[part] != UNDAMPED; }

// Where the search starts: the shares that are turned, the first forecast and its trend, all first indices but one, which follows from
// their sum. @returns how many shares are turned
static int ets_point(const Ets *e, double *point) {
  int turned = 0;
  for (int part = 0; part < SHARE_COUNT; part++)
    if (is_turned(&e->shares, part)) point[turned++] = e->shares.of[part];
  point += turned;
  *point++ = e->start_state[0];
  if (e->trend != NO_TREND) *point++ = e->start_state[1];
  copy(point, e->start_indices, e->season - 1);
  return turned;
}

// @param found where the search started @param point as ets_point has it; its shares are brought within bounds
static double ets_score(Ets *e, const Shares *found, double *point) {
  e->shares = *found;
  for (int part = 0; part < SHARE_COUNT; part++) {
    if (!is_turned(found, part)) continue;
    *point = lesser(greater(*point, LEAST_ETS_SHARE), 1 - LEAST_ETS_SHARE);
    e->shares.of[part] = *point++;
  }
  e->state[0] = *point++;
  e->state[1] = e->trend == NO_TREND ? 0 : *point++;
  double rest = e->season_form == MULTIPLIED_SEASON ? e->season : 0;
  for (int i = 0; i < e->season - 1; i++) {
    e->indices[i] = *point++;
    rest -= e->indices[i];
  }
  e->indices[e->season - 1] = rest;
  return ets_deviance(e);
}

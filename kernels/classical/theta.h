// The theta method, as the M3 and M4 competitions ran it. In: a history. Out: its forecast.
#pragma once
#include "history.h"

// 90 % of a normal distribution lie within this many deviations.
#define CRITICAL_VALUE 1.645

static double covariance(const double *deviations, int count, int lag) {
  return sum_products(deviations + lag, deviations, larger(0, count - lag));
}

// The M4 competition's test: whether the autocorrelation at one season exceeds what that of a moving-average process of a shorter
// order would (Bartlett's formula), 1.645 √((1 + 2 Σ r²) / n) with the sum over the lags below the season.
static int is_seasonal(const double *values, int count, int season, Workspace *work) {
  if (season < 2 || count < 3 * season) return 0;
  const double mean = mean_of(values, count);
  double *deviations = borrow(work, count);
  for (int t = 0; t < count; t++) deviations[t] = values[t] - mean;
  const double variance = covariance(deviations, count, 0);
  double squares = 0;
  for (int lag = 1; lag < season; lag++) squares += square(covariance(deviations, count, lag) / variance);
  const double correlation = covariance(deviations, count, season) / variance;
  return size_of(correlation) > CRITICAL_VALUE * square_root((1 + 2 * squares) / count);
}

// Simple exponential smoothings of one series with several weights.
typedef struct {
  Lanes squares; // Σ ε² with the best first level
  Lanes level;   // after the last step
} Levels;

// Before it gets so small that the processor slows down.
#define LEAST_REACH 1e-30

// For a given weight the error is linear in the first level, εₜ = aₜ − (1 − α)ᵗ δ, so that the best δ is a ratio of two sums.
APART Levels run_levels(const double *values, int count, Lanes weight) {
  const Lanes decay = splat(1) - weight;
  Lanes level = splat(values[0]), reach = splat(1), squares = splat(0), products = splat(0), reaches = splat(0);
  for (int t = 0; t < count; t++) {
    const Lanes error = splat(values[t]) - level;
    squares += error * error;
    products += error * reach;
    reaches += reach * reach;
    level += weight * error;
    reach = reach > splat(LEAST_REACH) ? reach * decay : splat(0);
  }
  const Lanes shift = products / reaches;
  return (Levels){squares - products * shift, level + reach * shift};
}

// The best of these is where the search of the weight starts.
static const double level_weights[] = {0.01, 0.05, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95};
enum { LEVEL_WEIGHTS = 9, NARROWINGS = 9 };
#define LEAST_WEIGHT 1e-4
#define MOST_WEIGHT 0.9999

static int best_level_weight(const double *values, int count) {
  double scores[LANES * 2];
  for (int first = 0; first < LEVEL_WEIGHTS; first += LANES) {
    Lanes weights = splat(level_weights[LEVEL_WEIGHTS - 1]);
    for (int lane = 0; lane < LANES && first + lane < LEVEL_WEIGHTS; lane++) weights[lane] = level_weights[first + lane];
    store(scores + first, run_levels(values, count, weights).squares);
  }
  int best = 0;
  double least = UNBOUNDED;
  for (int i = 0; i < LEVEL_WEIGHTS; i++)
    if (scores[i] < least) {
      least = scores[i];
      best = i;
    }
  return best;
}

// Simple exponential smoothing with the weight and the first level of least squared one-step errors: a golden-section search between
// the neighbours of the best weight. @returns the level after the last step
static double smooth_level(const double *values, int count) {
  const double golden = (square_root(5) - 1) / 2;
  const int best = best_level_weight(values, count);
  double low = best > 0 ? level_weights[best - 1] : LEAST_WEIGHT;
  double high = best < LEVEL_WEIGHTS - 1 ? level_weights[best + 1] : MOST_WEIGHT;
  double lower = high - golden * (high - low), upper = low + golden * (high - low);
  const Lanes scores = run_levels(values, count, halves(lower, upper)).squares;
  double lower_score = scores[0], upper_score = scores[LANES - 1];
  for (int i = 0; i < NARROWINGS; i++)
    if (lower_score < upper_score) {
      high = upper;
      upper = lower;
      upper_score = lower_score;
      lower = high - golden * (high - low);
      lower_score = run_levels(values, count, splat(lower)).squares[0];
    } else {
      low = lower;
      lower = upper;
      lower_score = upper_score;
      upper = low + golden * (high - low);
      upper_score = run_levels(values, count, splat(upper)).squares[0];
    }
  return run_levels(values, count, splat((low + high) / 2)).level[0];
}

// Half the sum of two lines gone on with: the least-squares line (θ = 0), and simple exponential smoothing of twice the values
// less that line (θ = 2) (Assimakopoulos & Nikolopoulos 2000). That is smoothing with a drift of half the slope (Hyndman & Billah 2003).
// @param values without season
APART void continue_lines(const double *values, int count, double *out, int horizon, Workspace *work) {
  const double middle = (count - 1) / 2.0, mean = mean_of(values, count);
  double *steeper = borrow(work, count), *places = borrow(work, count);
  for (int t = 0; t < count; t++) {
    places[t] = t - middle;
    steeper[t] = values[t] - mean;
  }
  const double products = sum_products(places, steeper, count);
  // Σ (t − middle)²
  const double squares = (double)count * ((double)count * count - 1) / 12;
  const double slope = squares > 0 ? products / squares : 0;
  for (int t = 0; t < count; t++) steeper[t] = 2 * values[t] - mean - slope * (t - middle);
  const double level = smooth_level(steeper, count);
  for (int h = 0; h < horizon; h++) out[h] = (level + mean + slope * (count + h - middle)) / 2;
}

static void theta_by(History *h, int is_adjusted, double *out, int horizon) {
  const int count = h->count, season = first_season(h);
  if (season < 2 || count < 2 * season || !(is_adjusted || is_seasonal(h->values, count, season, h->work)))
    continue_lines(h->values, count, out, horizon, h->work);
  else {
    double *adjusted = borrow(h->work, count), *ratios = borrow(h->work, season);
    const double *indices = ratios;
    if (h->min > 0) seasonal_ratios(h->values, count, season, ratios, h->work);
    else indices = indices_of(h, 0);
    for (int t = 0, phase = 0; t < count; t++) {
      adjusted[t] = h->min > 0 ? h->values[t] / ratios[phase] : h->values[t] - indices[phase];
      if (++phase == season) phase = 0;
    }
    continue_lines(adjusted, count, out, horizon, h->work);
    for (int i = 0, phase = count % season; i < horizon; i++) {
      if (h->min > 0) out[i] *= ratios[phase];
      else out[i] += indices[phase];
      if (++phase == season) phase = 0;
    }
  }
  if (h->min >= 0)
    for (int i = 0; i < horizon; i++) out[i] = greater(0, out[i]);
  replace_non_finite(out, horizon, h->last);
}

// As the M4 competition's benchmark: the season is taken out, by classical decomposition, where the test finds it.
static void theta(History *h, double *out, int horizon) { theta_by(h, 0, out, horizon); }

// Takes the season out whatever the test says.
static void adjusted_theta(History *h, double *out, int horizon) { theta_by(h, 1, out, horizon); }

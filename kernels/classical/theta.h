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
enum { LEVEL_WEIGHTS = LANES + 1, NARROWINGS = 9 };
#define LEAST_WEIGHT 1e-4
#define MOST_WEIGHT 0.9999

// Between two weights, two more at which the score is asked for; the one that was added last has none yet.
typedef struct {
  double low, high, lower, upper, lower_score, upper_score;
  int is_lower_new;
} Bracket;

#define GOLDEN ((square_root(5) - 1) / 2)

static Bracket bracket_of(double low, double high) {
  return (Bracket){.low = low, .high = high, .lower = high - GOLDEN * (high - low), .upper = low + GOLDEN * (high - low)};
}

// Leaves out what is above the upper weight, or below the lower one.
static Bracket narrow(Bracket b, int is_left) {
  if (is_left) {
    b.high = b.upper;
    b.upper = b.lower;
    b.upper_score = b.lower_score;
    b.lower = b.high - GOLDEN * (b.high - b.low);
  } else {
    b.low = b.lower;
    b.lower = b.upper;
    b.lower_score = b.upper_score;
    b.upper = b.low + GOLDEN * (b.high - b.low);
  }
  b.is_lower_new = is_left;
  return b;
}

static double new_weight(const Bracket *b) { return b->is_lower_new ? b->lower : b->upper; }

static int goes_left(const Bracket *b) { return b->lower_score < b->upper_score; }

static int goes_left_with(Bracket *b, double score) {
  if (b->is_lower_new) b->lower_score = score;
  else b->upper_score = score;
  return goes_left(b);
}

// The best weight's neighbours, and the scores of two weights between them.
static Bracket first_bracket(const double *values, int count) {
  const Lanes scores = run_levels(values, count, load(level_weights)).squares;
  int best = 0;
  double least = UNBOUNDED;
  for (int i = 0; i < LANES; i++)
    if (scores[i] < least) {
      least = scores[i];
      best = i;
    }
  // The last weight's turn comes with that of both brackets that may be wanted then.
  enum { LAST = LEVEL_WEIGHTS - 1 };
  Bracket near = bracket_of(best > 0 ? level_weights[best - 1] : LEAST_WEIGHT, level_weights[best + 1]);
  Bracket last = bracket_of(level_weights[LAST - 1], MOST_WEIGHT);
  const Lanes weights = {level_weights[LAST], near.lower, near.upper, last.lower, last.upper, 0.5, 0.5, 0.5};
  const Lanes more = run_levels(values, count, weights).squares;
  near.lower_score = more[1];
  near.upper_score = more[2];
  last.lower_score = more[3];
  last.upper_score = more[4];
  return more[0] < least ? last : near;
}

// Simple exponential smoothing with the weight and the first level of least squared one-step errors: a golden-section search between
// the neighbours of the best weight, three narrowings at a time, whichever way each of them may go. @returns the level after the last step
static double smooth_level(const double *values, int count) {
  Bracket b = first_bracket(values, count);
  for (int narrowings = 0;; narrowings += 3) {
    const Bracket next = narrow(b, goes_left(&b));
    const Bracket second[2] = {narrow(next, 0), narrow(next, 1)};
    const int is_last = narrowings + 3 >= NARROWINGS;
    Lanes weights = {new_weight(&next), new_weight(&second[0]), new_weight(&second[1]), 0.5, 0.5, 0.5, 0.5, 0.5};
    Bracket third[4];
    for (int i = 0; i < 4; i++) {
      third[i] = narrow(second[i / 2], i % 2);
      weights[3 + i] = is_last ? (third[i].low + third[i].high) / 2 : new_weight(&third[i]);
    }
    const Levels levels = run_levels(values, count, weights);
    Bracket taken = next;
    const int left = goes_left_with(&taken, levels.squares[0]);
    taken = narrow(taken, left);
    const int then_left = goes_left_with(&taken, levels.squares[1 + left]);
    taken = narrow(taken, then_left);
    const int lane = 3 + 2 * left + then_left;
    if (is_last) return levels.level[lane];
    goes_left_with(&taken, levels.squares[lane]);
    b = taken;
  }
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

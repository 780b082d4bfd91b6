// Exponential smoothing with a season inside a season (Taylor, Short-term electricity demand forecasting using double seasonal exponential
// smoothing, Journal of the Operational Research Society 54, 2003), additive. In: a history with two seasons. Out: its forecast.
#pragma once
#include "history.h"

// How fast the level, the trend (as a share of the level's) and the two seasons follow an error, and how much of an error the next one keeps.
enum { GAIN_LEVEL, GAIN_TREND, GAIN_SHORT, GAIN_LONG, GAIN_CARRY, GAINS };

typedef struct {
  double of[GAINS];
} Gains;

#define FIRST_TREND 0.02
#define TREND_DAMPING 0.98
#define GREATEST_CARRY 0.99
static const double gain_levels[] = {0.005, 0.05, 0.2}, gain_shorts[] = {0, 0.1}, gain_longs[] = {0.02, 0.15, 0.35};
static const double gain_carries[] = {0.3, 0.85};
enum { GAIN_GRID = 3 * 2 * 3 * 2 };
// Each round tries one step up and down along each gain.
static const double gain_steps[] = {0.1, 0.05, 0.025};
enum { GAIN_ROUNDS = 3 };

typedef struct {
  const double *values, *indices; // what the long season starts from
  int count, short_season, long_season;
  double first_level;
  Lanes *shorts, *longs; // [season] by t mod season
  // Where the last pass ended; `error` is the last value less its forecast, before the correction for the error before it.
  Lanes level, trend, error;
} Filter;

// One pass over the values by several choices. @returns the sums of squared one-step errors after the first long cycle
APART Lanes run_filter(Filter *f, const Gains *gains, int count) {
  Lanes of[GAINS];
  for (int gain = 0; gain < GAINS; gain++)
    for (int lane = 0; lane < LANES; lane++) of[gain][lane] = gains[smaller(lane, count - 1)].of[gain];
  const Lanes alpha = of[GAIN_LEVEL], beta = alpha * of[GAIN_TREND], gamma = of[GAIN_SHORT], omega = of[GAIN_LONG];
  const Lanes carry = of[GAIN_CARRY];
  for (int i = 0; i < f->short_season; i++) f->shorts[i] = splat(0);
  for (int j = 0; j < f->long_season; j++) f->longs[j] = splat(f->indices[j]);
  Lanes level = splat(f->first_level), trend = splat(0), before = splat(0), sum = splat(0);
  for (int t = 0, i = 0, j = 0; t < f->count; t++) {
    const Lanes error = splat(f->values[t]) - f->shorts[i] - f->longs[j] - trend - level;
    const Lanes surprise = error - carry * before;
    before = error;
    if (t >= f->long_season) sum += surprise * surprise;
    level += trend + alpha * error;
    trend = splat(TREND_DAMPING) * trend + beta * error;
    f->shorts[i] += gamma * error;
    f->longs[j] += omega * error;
    if (++i == f->short_season) i = 0;
    if (++j == f->long_season) j = 0;
  }
  f->level = level;
  f->trend = trend;
  f->error = before;
  return sum;
}

static Gains grid_gains(int i) {
  return (Gains){{gain_levels[i / 12], FIRST_TREND, gain_shorts[i / 6 % 2], gain_longs[i / 2 % 3], gain_carries[i % 2]}};
}

static Gains moved_gains(const Gains *from, int gain, double by) {
  Gains moved = *from;
  moved.of[gain] = lesser(greater(from->of[gain] + by, 0), gain == GAIN_CARRY ? GREATEST_CARRY : 1);
  return moved;
}

// A step up from the best, a step down from it, and a step down from the step up.
enum { STEP_TRIALS = 3 };

static void add_steps(const Gains *best, int turn, Gains *trials) {
  const int gain = turn % GAINS;
  const double step = gain_steps[turn / GAINS];
  trials[0] = moved_gains(best, gain, step);
  trials[1] = moved_gains(best, gain, -step);
  trials[2] = moved_gains(&trials[0], gain, -step);
}

// First the step up is tried, then a step down from whichever is the best then. @returns whether the best is another one
static int take_steps(const Gains *trials, const double *errors, Gains *best, double *least) {
  const int is_up = errors[0] < *least, down = is_up ? 2 : 1;
  if (is_up) {
    *least = errors[0];
    *best = trials[0];
  }
  if (!(errors[down] < *least)) return is_up;
  *least = errors[down];
  *best = trials[down];
  return 1;
}

// The best of the grid, then of the steps around it.
static Gains choose_gains(Filter *f) {
  Gains best = {{0, FIRST_TREND, 0, 0, 0}};
  double least = UNBOUNDED;
  for (int first = 0; first < GAIN_GRID; first += LANES) {
    Gains trials[LANES];
    const int count = smaller(LANES, GAIN_GRID - first);
    for (int i = 0; i < count; i++) trials[i] = grid_gains(first + i);
    const Lanes errors = run_filter(f, trials, count);
    for (int i = 0; i < count; i++)
      if (errors[i] < least) {
        least = errors[i];
        best = trials[i];
      }
  }
  for (int turn = 0; turn < GAIN_ROUNDS * GAINS;) {
    Gains trials[2 * STEP_TRIALS];
    add_steps(&best, turn, trials);
    // In the lanes that are left over, the turn after it, as it is when the best stays.
    const int has_next = turn + 1 < GAIN_ROUNDS * GAINS;
    if (has_next) add_steps(&best, turn + 1, trials + STEP_TRIALS);
    const Lanes errors = run_filter(f, trials, has_next ? 2 * STEP_TRIALS : STEP_TRIALS);
    double scores[LANES];
    store(scores, errors);
    const int has_moved = take_steps(trials, scores, &best, &least);
    if (has_next && !has_moved) take_steps(trials + STEP_TRIALS, scores + STEP_TRIALS, &best, &least);
    turn += has_next && !has_moved ? 2 : 1;
  }
  return best;
}

// ŷ(n+h) = l + b Σ 0.98ⁱ + s₁ + s₂ + φʰ u, u the last error; with the gains of the least squared one-step error.
static void double_seasonal(History *h, double *out, int horizon) {
  const int short_season = first_season(h), long_season = last_season(h), place = h->season_count - 1;
  const double nothing = 0, first = h->values[0];
  Filter f = {.values = h->values, .indices = place < 0 ? &nothing : indices_of(h, place), .count = h->count};
  f.short_season = short_season;
  f.long_season = long_season;
  f.shorts = borrow_lanes(h->work, short_season);
  f.longs = borrow_lanes(h->work, long_season);
  f.first_level = first;
  for (int t = 0; t < long_season; t++) f.first_level += (h->values[t] - first) / long_season;
  const Gains gains = choose_gains(&f);
  run_filter(&f, &gains, 1);
  double level = f.level[0], trend = f.trend[0], error = f.error[0];
  for (int i = 0; i < horizon; i++) {
    const int t = h->count + i;
    error *= gains.of[GAIN_CARRY];
    level += trend;
    trend *= TREND_DAMPING;
    out[i] = level + f.shorts[t % short_season][0] + f.longs[t % long_season][0] + error;
  }
  replace_non_finite(out, horizon, h->last);
}

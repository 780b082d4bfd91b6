// One smoothing at a time, with its errors: what a likelihood is taken of. In: values, weights and a start. Out: errors one step ahead,
// and where it ended.
#pragma once
#include "shares.h"

// As smooth_plain of side_by_side.h. @param state in: the first step's f, and φb of it; out: the same of the step after the last
// @param errors [count] filled with ε @returns the mean of ε²
static double pass_plain(const double *values, int count, const Shares *shares, double state[2], double *errors) {
  const double damping = phi(shares), level_weight = alpha(shares), trend_weight = beta(shares) * damping;
  double forecast = state[0], trend = state[1], sum = 0;
  for (int t = 0; t < count; t++) {
    const double error = values[t] - forecast;
    errors[t] = error;
    sum += error * error;
    trend = damping * trend + trend_weight * error;
    forecast += trend + level_weight * error;
  }
  state[0] = forecast;
  state[1] = trend;
  return sum / count;
}

// As smooth_added. @param indices [season] in and out, by t mod season
static double pass_added(const double *values, int count, int season, const Shares *shares, double state[2], double *indices,
                         double *errors) {
  const double damping = phi(shares), level_weight = alpha(shares), trend_weight = beta(shares) * damping;
  const double season_weight = gamma_of(shares);
  double forecast = state[0], trend = state[1], sum = 0;
  for (int t = 0, phase = 0; t < count; t++) {
    const double index = indices[phase], error = values[t] - index - forecast;
    errors[t] = error;
    sum += error * error;
    indices[phase] = index + season_weight * error;
    trend = damping * trend + trend_weight * error;
    forecast += trend + level_weight * error;
    if (++phase == season) phase = 0;
  }
  state[0] = forecast;
  state[1] = trend;
  return sum / count;
}

// As smooth_multiplied: infinite, and given up, where level or season come to zero.
static double pass_multiplied(const double *values, int count, int season, const Shares *shares, double state[2], double *indices,
                              double *errors) {
  const double damping = phi(shares), level_weight = alpha(shares), trend_weight = beta(shares) * damping;
  const double season_weight = gamma_of(shares);
  double forecast = state[0], trend = state[1], sum = 0;
  for (int t = 0, phase = 0; t < count; t++) {
    const double index = indices[phase], error = values[t] - forecast * index;
    errors[t] = error;
    sum += error * error;
    const double moved = error / index;
    indices[phase] = index + season_weight * error / forecast;
    trend = damping * trend + trend_weight * moved;
    forecast += trend + level_weight * moved;
    if (!(forecast > 0 && indices[phase] > 0)) return UNBOUNDED;
    if (++phase == season) phase = 0;
  }
  state[0] = forecast;
  state[1] = trend;
  return sum / count;
}

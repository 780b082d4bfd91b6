// Eight smoothings in one loop: each step of a smoothing waits for the one before, and the others run in that time. In: series, weights
// and starts, lane by lane. Out: the sum of squared one-step errors of each, and where it ended.
#pragma once
#include "shares.h"

// Of each lane.
typedef struct {
  Lanes damping, level, slope, season; // φ, α, φβ, γ
  Lanes forecast, trend;               // in: of the first step; out: of the step after the last
  Lanes squares;                       // out
} Smoothings;

INLINE void set_lane(Smoothings *s, int lane, const Shares *shares, const double start[2]) {
  s->damping[lane] = phi(shares);
  s->level[lane] = alpha(shares);
  s->slope[lane] = beta(shares) * phi(shares);
  s->season[lane] = gamma_of(shares);
  s->forecast[lane] = start[0];
  s->trend[lane] = start[1];
}

// The first four lanes smooth one series, the last four another.
INLINE Lanes halves(double first, double second) {
  return (Lanes){first, first, first, first, second, second, second, second};
}

APART void spread_indices(const double *first, const double *second, int season, Lanes *indices) {
  for (int phase = 0; phase < season; phase++) indices[phase] = halves(first[phase], second[phase]);
}

// A level and a damped trend, (N, Ad) of Hyndman et al. (2008), table 2.2, in the error-correction form: ε = y − f with f = l + φb, then
// l ← f + αε and b ← φb + φβε.
APART void smooth_plain(const double *first, const double *second, int count, Smoothings *s) {
  const Lanes damping = s->damping, level = s->level, slope = s->slope;
  Lanes forecast = s->forecast, trend = s->trend, squares = splat(0);
  for (int t = 0; t < count; t++) {
    const Lanes error = halves(first[t], second[t]) - forecast;
    squares += error * error;
    trend = damping * trend + slope * error;
    forecast += trend + level * error;
  }
  s->forecast = forecast;
  s->trend = trend;
  s->squares = squares;
}

// The same with a season that is added, ETS(A, Ad, A): ε = y − s − f and s ← s + γε.
// @param indices [season] in and out, by t mod season
APART void smooth_added(const double *first, const double *second, int count, int season, Lanes *indices, Smoothings *s) {
  const Lanes damping = s->damping, level = s->level, slope = s->slope, seasonal = s->season;
  Lanes forecast = s->forecast, trend = s->trend, squares = splat(0);
  for (int t = 0, phase = 0; t < count; t++) {
    const Lanes index = indices[phase], error = halves(first[t], second[t]) - index - forecast;
    squares += error * error;
    indices[phase] = index + seasonal * error;
    trend = damping * trend + slope * error;
    forecast += trend + level * error;
    if (++phase == season) phase = 0;
  }
  s->forecast = forecast;
  s->trend = trend;
  s->squares = squares;
}

// And with one that multiplies, ETS(A, Ad, M): each part moves by what ε is at its own scale, the level by αε/s, the season by γε/f.
// The squares are infinite where level or season came to zero, past which they no longer mean anything.
APART void smooth_multiplied(const double *values, int count, int season, Lanes *indices, Smoothings *s) {
  const Lanes damping = s->damping, level = s->level, slope = s->slope, seasonal = s->season;
  Lanes forecast = s->forecast, trend = s->trend, squares = splat(0);
  for (int t = 0, phase = 0; t < count; t++) {
    const Lanes index = indices[phase], error = splat(values[t]) - forecast * index;
    squares += error * error;
    const Lanes moved = error / index, next = index + seasonal * error / forecast;
    indices[phase] = next;
    trend = damping * trend + slope * moved;
    forecast += trend + level * moved;
    squares = ((forecast > splat(0)) & (next > splat(0))) ? squares : splat(UNBOUNDED);
    if (++phase == season) phase = 0;
  }
  s->forecast = forecast;
  s->trend = trend;
  s->squares = squares;
}

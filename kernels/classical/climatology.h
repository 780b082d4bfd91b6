// What is usual at this time of the year, day or week, by itself and with what the last days were beside it. In: a history. Out: its
// forecast.
#pragma once
#include "autoregression.h"

// Of the longest season met by two cycles; of all values together where there is none. @param season set to its steps
static const double *usual_course(History *h, int *season) {
  const int place = longest_whole(h);
  *season = place < 0 ? 1 : h->seasons[place];
  if (place >= 0) return phase_means_of(h, place);
  double *mean = borrow(h->work, 1);
  smooth_phase_means(h->values, h->count, 1, mean, h->work);
  return mean;
}

// ŷ(n+h) = the mean of its phase, smoothed over neighbouring phases.
static void climatology(History *h, double *out, int horizon) {
  int season;
  const double *means = usual_course(h, &season);
  for (int i = 0; i < horizon; i++) out[i] = means[(h->count + i) % season];
  replace_non_finite(out, horizon, h->last);
}

// The usual course, and on it the autoregression of the deviations from it, on the shorter season too where there is one.
// @param means [season] by t mod season
static void climate_and_deviations(const History *h, const double *values, const double *means, int season, double *out,
                                   int horizon) {
  double *deviations = borrow(h->work, h->count);
  for (int t = 0, phase = 0; t < h->count; t++) {
    deviations[t] = values[t] - means[phase];
    if (++phase == season) phase = 0;
  }
  int shorter = 0;
  while (shorter < h->season_count && h->seasons[shorter] < season) shorter++;
  autoregress(deviations, h->count, h->seasons, shorter, out, horizon, h->work);
  for (int i = 0; i < horizon; i++) out[i] += means[(h->count + i) % season];
}

static void climatology_autoregression(History *h, double *out, int horizon) {
  int season;
  const double *means = usual_course(h, &season);
  climate_and_deviations(h, h->values, means, season, out, horizon);
  replace_non_finite(out, horizon, h->last);
}

// climatology_autoregression of the logarithms, where these are of use.
static void log_climatology_autoregression(History *h, double *out, int horizon) {
  const int place = longest_whole(h), season = place < 0 ? 1 : h->seasons[place];
  double *means = borrow(h->work, season);
  smooth_phase_means(logs_of(h), h->count, season, means, h->work);
  climate_and_deviations(h, logs_of(h), means, season, out, horizon);
  leave_logs(h, out, horizon);
}

// What the gate sees of one series: everything relative to the series' own scale, so that no unit matters. In: a history, the
// candidates' forecasts and errors. Out: features of the series and of each step.
#pragma once
#include "errors.h"

enum {
  // Facts of the series, then each candidate's log error, then which candidates there are, then how far the newest values came out from what
  // the candidates' median, and the best of them, had said; and last how much of a surprise that is, which no network sees.
  FACTS = 14,
  NEWEST = 6,
  SEEN_FEATURES = FACTS + 2 * CANDIDATES + 2 * NEWEST,
  SERIES_FEATURES = SEEN_FEATURES + 1,
  // Facts of the step, then each candidate's deviation from the reference, then its log error at this step.
  STEP_FACTS = 6,
  STEP_FEATURES = STEP_FACTS + 2 * CANDIDATES,
  // Newest steps of the history that a recurrent summary walks over; of each: level, step, step over a season, phase as sine and
  // cosine, and 1 where there is a step.
  RECENT_STEPS = 64,
  RECENT_FEATURES = 6,
  // More earlier origins than this tell little more.
  MOST_ORIGINS = 12,
  // Steps of the longest horizon that the gates were trained on: what lies beyond is told as that far.
  FARTHEST = 60
};

// Added to an error over the scale before its logarithm is taken.
#define ERROR_FLOOR 0.02

typedef struct {
  double *reference; // [horizon] the median of the candidates: what deviations are measured from
  double *scale;     // one typical error, in the series' units; above 0
  float *series;     // [SERIES_FEATURES]
  float *steps;      // [horizon × STEP_FEATURES]
  float *recent;     // [RECENT_STEPS × RECENT_FEATURES], zeros before the start of the history; null when nobody looks at it
} Features;

// The series' own measures: its deviation, its mean absolute steps at lag 1 and at its seasons, the candidates' median error.
typedef struct {
  double scale;
  double typical_error; // of the candidates, the median; NaN where none was tested
  double deviation, near_step, least_step;
} Spread;

// Mean |x(t) − x(t − lag)| over at most `reach` newest pairs. @param lag below the length
static double mean_step(const History *h, int lag, int reach) {
  const int pairs = smaller(h->count - lag, reach), first = h->count - pairs;
  return sum_distances(h->values + first, h->values + first - lag, pairs) / pairs;
}

static double step_at(const History *h, int lag, int reach, double floor) { return greater(mean_step(h, lag, reach), floor); }

static Spread spread_of(const History *h, const double *overall) {
  const int season = first_season(h), recent = smaller(h->count, larger(64, 2 * season));
  const double *newest = h->values + h->count - recent;
  const double mean = newest[0] + sum_from(newest, recent, newest[0]) / recent;
  const double deviation = square_root(sum_squares(newest, recent, mean) / recent);
  const double peak = greater(size_of(h->min), size_of(h->max));
  double floor = 0.01 * deviation + 1e-6 * size_of(mean) + 1e-9 * peak;
  // However far from zero the values lie, what moves at all moves by more than rounding.
  if (deviation > 1e-12 * peak) floor = lesser(floor, 0.02 * deviation);
  // A series of zeros has no unit of its own: any will do.
  if (!(floor > 0)) floor = 1;
  const int reach = 6 * larger(season, 8);
  Spread spread = {.near_step = h->count > 1 ? step_at(h, 1, reach, floor) : floor};
  spread.least_step = spread.near_step;
  for (int i = 0; i < h->season_count; i++) {
    const int lag = h->seasons[i];
    if (lag < h->count) spread.least_step = lesser(spread.least_step, step_at(h, lag, larger(reach, 3 * lag), floor));
  }
  double known[CANDIDATES];
  int count = 0;
  for (int c = 0; c < CANDIDATES; c++)
    if (!is_nan(overall[c])) known[count++] = overall[c];
  spread.typical_error = count == 0 ? NOT_A_NUMBER : median_of(known, count);
  const double error = count == 0 ? spread.least_step : greater(spread.typical_error, floor);
  // Roots first: a product of two large steps may overflow.
  spread.scale = square_root(spread.least_step) * square_root(error);
  spread.deviation = greater(deviation, floor);
  return spread;
}

static int is_whole(double x) {
  const double size = size_of(x), shift = 4503599627370496.0;
  return size >= shift || size + shift - shift == size;
}

static double log_of_bounded(double ratio) { return logarithm(lesser(greater(ratio, 1e-6), 1e6)); }

static void describe_series(const History *h, int horizon, const Spread *spread, int origin_count, double bias,
                            const double *log_errors, const unsigned char *applies, float *out) {
  const int season = first_season(h), long_season = h->season_count > 1 ? h->seasons[1] : 0;
  int zeros = 0, whole = 1;
  for (int t = 0; t < h->count; t++) {
    zeros += h->values[t] == 0;
    whole = whole && is_whole(h->values[t]);
  }
  double best = UNBOUNDED;
  for (int c = 0; c < CANDIDATES; c++)
    if (applies[c]) best = lesser(best, log_errors[c]);
  out[0] = (float)(logarithm(h->count) / 3 - 1);
  out[1] = (float)(logarithm(season) / 3);
  out[2] = (float)(logarithm(1 + long_season) / 3);
  out[3] = (float)(logarithm((double)h->count / season) / 2 - 1);
  out[4] = (float)log_of_bounded(spread->deviation / spread->scale);
  out[5] = (float)log_of_bounded(spread->least_step / spread->scale);
  out[6] = (float)((double)origin_count / MOST_ORIGINS);
  out[7] = (float)whole;
  out[8] = (float)((double)zeros / h->count);
  out[9] = (float)(logarithm(smaller(horizon, FARTHEST)) / 2 - 1);
  out[10] = (float)inverse_hyperbolic_sine(bias / spread->scale);
  out[11] = (float)log_of_bounded(spread->near_step / spread->scale);
  out[12] = (float)(season == 1);
  out[13] = (float)best;
  for (int c = 0; c < CANDIDATES; c++) {
    out[FACTS + c] = (float)log_errors[c];
    out[FACTS + CANDIDATES + c] = (float)applies[c];
  }
}

static double log_error(double error, double scale, double instead) {
  return is_nan(error) ? instead : logarithm(error / scale + ERROR_FLOOR);
}

// @param log_errors [candidate] of all steps, which stand in where a candidate was not tested at one
static void describe_step(const Origin *origin, int season, int h, int horizon, double reference, double scale, const Errors *errors,
                          const double *log_errors, float *out) {
  double low = UNBOUNDED, high = -UNBOUNDED;
  for (int c = 0; c < CANDIDATES; c++) {
    out[STEP_FACTS + c] = out[STEP_FACTS + CANDIDATES + c] = 0;
    if (!origin->applies[c]) continue;
    const double forecast = origin->forecasts[c * horizon + h];
    low = lesser(low, forecast);
    high = greater(high, forecast);
    out[STEP_FACTS + c] = (float)inverse_hyperbolic_sine((forecast - reference) / scale);
    out[STEP_FACTS + CANDIDATES + c] = (float)log_error(errors->by_step[c * horizon + h], scale, log_errors[c]);
  }
  out[0] = (float)((h + 1.0) / horizon);
  out[1] = (float)(logarithm(smaller(h + 1, FARTHEST)) / 2 - 1);
  out[2] = (float)(lesser((h + 1.0) / season, 4) / 2);
  out[3] = season > 1 ? (float)sine((double)h / season) : 0;
  out[4] = season > 1 ? (float)cosine((double)h / season) : 0;
  out[5] = (float)logarithm((high - low) / scale + 0.05);
}

// Of the tested origins the newest that forecast a step; null where none did.
static const Origin *newest_before(const Origin *tested, int count, int step, int horizon) {
  const Origin *found = 0;
  for (int o = 0; o < count; o++)
    if (tested[o].at <= step && step - tested[o].at < horizon && (!found || tested[o].at > found->at)) found = &tested[o];
  return found;
}

// A shift or an outlier just before the history ends hardly shows in errors that were averaged: here the newest values stand by themselves.
// @param overall [candidate] errors; NaN for one that was not tested @param out [2 × NEWEST + 1] the last value first, 0 where nothing had been said
static void describe_newest(const History *h, const Origin *tested, int tested_count, int horizon, double scale, const double *overall,
                            float *out) {
  const int recent = smaller(h->count, larger(first_season(h), 8));
  double level = 0, surprise = 0;
  for (int t = h->count - recent; t < h->count; t++) level += size_of(h->values[t]) / recent;
  for (int k = 0; k < NEWEST; k++) {
    out[k] = out[NEWEST + k] = 0;
    const int step = h->count - 1 - k;
    const Origin *origin = newest_before(tested, tested_count, step, horizon);
    if (!origin) continue;
    double said[CANDIDATES], best = NOT_A_NUMBER, least = UNBOUNDED;
    int count = 0;
    for (int c = 0; c < CANDIDATES; c++) {
      if (!origin->applies[c]) continue;
      const double forecast = origin->forecasts[c * horizon + step - origin->at];
      said[count++] = forecast;
      if (overall[c] < least) {
        least = overall[c];
        best = forecast;
      }
    }
    const double value = h->values[step], middle = median_of(said, count);
    out[k] = (float)inverse_hyperbolic_sine((value - middle) / scale);
    // Where more than usual was expected, as in a December's sales, more of a difference is no surprise.
    const double often = level > 0 ? greater(1, size_of(middle) / level) : 1;
    surprise = greater(surprise, size_of(value - middle) / (scale * often));
    if (!is_nan(best)) out[NEWEST + k] = (float)inverse_hyperbolic_sine((value - best) / scale);
  }
  out[2 * NEWEST] = (float)lesser(surprise, 1e6);
}

static void describe_recent(const History *h, const Spread *spread, float *out) {
  const int season = first_season(h), first = h->count - RECENT_STEPS, begin = larger(0, first);
  double mean = 0;
  for (int t = begin; t < h->count; t++) mean += h->values[t];
  mean /= h->count - begin;
  for (int i = 0; i < RECENT_STEPS * RECENT_FEATURES; i++) out[i] = 0;
  for (int t = larger(1, first); t < h->count; t++) {
    float *row = out + (t - first) * RECENT_FEATURES;
    row[0] = (float)inverse_hyperbolic_sine((h->values[t] - mean) / spread->deviation);
    row[1] = (float)inverse_hyperbolic_sine((h->values[t] - h->values[t - 1]) / spread->scale);
    if (t >= season) row[2] = (float)inverse_hyperbolic_sine((h->values[t] - h->values[t - season]) / spread->scale);
    if (season > 1) {
      row[3] = (float)sine((double)(t - h->count) / season);
      row[4] = (float)cosine((double)(t - h->count) / season);
    }
    row[5] = 1;
  }
}

// @param origin where the history ends @param tested earlier ones that the candidates are tested from
static void describe(const History *h, const Origin *origin, const Origin *tested, int tested_count, int horizon, Features *out) {
  double *const mark = h->work->free;
  const Errors errors = test_candidates(h->values, h->count, tested, tested_count, horizon, h->work);
  const Spread spread = spread_of(h, errors.overall);
  const double scale = spread.scale;
  *out->scale = scale;
  double at_step[CANDIDATES], log_errors[CANDIDATES];
  for (int i = 0; i < horizon; i++) {
    int count = 0;
    for (int c = 0; c < CANDIDATES; c++)
      if (origin->applies[c]) at_step[count++] = origin->forecasts[c * horizon + i];
    out->reference[i] = median_of(at_step, count);
  }
  // A candidate that applies but was never tested is taken for a middling one.
  const double typical = log_error(spread.typical_error, scale, 0);
  for (int c = 0; c < CANDIDATES; c++) log_errors[c] = origin->applies[c] ? log_error(errors.overall[c], scale, typical) : 0;
  describe_series(h, horizon, &spread, tested_count, errors.bias, log_errors, origin->applies, out->series);
  describe_newest(h, tested, tested_count, horizon, scale, errors.overall, out->series + FACTS + 2 * CANDIDATES);
  for (int i = 0; i < horizon; i++)
    describe_step(origin, first_season(h), i, horizon, out->reference[i], scale, &errors, log_errors, out->steps + i * STEP_FEATURES);
  if (out->recent) describe_recent(h, &spread, out->recent);
  h->work->free = mark;
}

// Exponential smoothing of a level and a damped trend. In: values without gaps. Out: forecasts and one-step errors.
#pragma once
#include "portable.h"
#include "side_by_side.h"

// The level and the trend before the first step, from the means of the first two spans: half the slope between them, for most
// of what differs between two short spans is chance. @param start filled with the first step's forecast, and what of it is trend
APART void start_trend(const double *values, int count, int span, int has_trend, double start[2]) {
  const int second = has_trend ? smaller(span, count - span) : 0;
  double first = 0, later = 0;
  for (int t = 0; t < span; t++) first += values[t] / span;
  for (int t = span; t < span + second; t++) later += values[t] / second;
  const double slope = second > 0 ? (later - first) / (span + second) : 0;
  start[0] = first - slope * (span - 1) / 2;
  start[1] = slope;
}

// The path of a level and a damped trend, f, f + φu, f + φu + φ²u, …
APART void continue_trend(double forecast, double trend, double damping, double *out, int horizon) {
  for (int h = 0; h < horizon; h++) {
    out[h] = forecast;
    trend *= damping;
    forecast += trend;
  }
}

// Without a season, the first level is the mean of this many steps at most.
enum { LONGEST_SPAN = 4 };

static void start_without_season(const double *values, int count, int has_trend, double start[2]) {
  start_trend(values, count, larger(1, smaller(LONGEST_SPAN, count >> 1)), has_trend, start);
}

// Of a level alone, and of a level with a trend.
enum { WITHOUT_TREND, WITH_TREND, TREND_FORMS };
static const Grid plain_grids[TREND_FORMS] = {{{5, 1, 1, 1}, {{0.03, 0.15, 0.4, 0.7, 0.95}, {0}, {0}, {0}}},
                                              {{4, 2, 1, 1}, {{0.1, 0.4, 0.8, 0.96}, {0.03, 0.25}, {0.7}, {0}}}};

typedef struct {
  const double *values;
  int count;
  double start[TREND_FORMS][2];
} LevelTrend;

static Smoothings run_level_trend(const LevelTrend *of, const Trials *trials) {
  Smoothings s = {.damping = splat(0)};
  for (int i = 0; i < trials->count; i++) set_lane(&s, i, &trials->shares[i], of->start[trials->search[i]]);
  smooth_plain(of->values, of->values, of->count, &s);
  return s;
}

static void score_level_trend(const void *of, Trials *trials) {
  const LevelTrend *level_trend = of;
  const Smoothings s = run_level_trend(level_trend, trials);
  for (int i = 0; i < trials->count; i++) trials->scores[i] = s.squares[i] / level_trend->count;
}

// AICc of a fit with Gaussian errors, but for a constant; infinite where the series is too short for so many parameters.
static double criterion(double mean_square, int count, int parameter_count) {
  const int spare = count - parameter_count - 2;
  if (spare <= 0) return UNBOUNDED;
  return count * logarithm(mean_square) + 2.0 * (parameter_count + 1) * count / spare;
}

// Simple exponential smoothing, or with a damped trend where Akaike's corrected criterion thinks the three more parameters worth it.
// Both with the shares of least squared one-step errors. @param values [count] at least one @param out [horizon] filled with finite values
APART void smooth_level_trend(const double *values, int count, double *out, int horizon) {
  LevelTrend of = {.values = values, .count = count};
  Search searches[TREND_FORMS];
  for (int form = 0; form < TREND_FORMS; form++) {
    start_without_season(values, count, form, of.start[form]);
    searches[form] = search_of(&plain_grids[form]);
  }
  search_shares(searches, TREND_FORMS, score_level_trend, &of);
  Trials chosen = {.count = 0};
  for (int form = 0; form < TREND_FORMS; form++) add_trial(&chosen, form, &searches[form].best);
  const Smoothings s = run_level_trend(&of, &chosen);
  const int has_trend = criterion(s.squares[WITH_TREND] / count, count, 5) < criterion(s.squares[WITHOUT_TREND] / count, count, 2);
  const int form = has_trend ? WITH_TREND : WITHOUT_TREND;
  continue_trend(s.forecast[form], s.trend[form], phi(&searches[form].best), out, horizon);
  replace_non_finite(out, horizon, values[count - 1]);
}

// Seasonal-trend decomposition by loess (Cleveland, Cleveland, McRae & Terpenning, Journal of Official Statistics 6, 1990). In: values and
// a season. Out: the seasonal part and the trend.
#pragma once
#include "loess.h"

// What a season's smoothers keep: of phases with fewer cycles and with one more, of what is below the season, and of the trend.
enum { FEW_CYCLES, MORE_CYCLES, LOW_PASS, TREND_PASS, STL_ROWS };

// 1.5 season / (1 − 1.5 / cycle_window), rounded up.
static int trend_window(int season, int cycle_window) {
  return next_odd((3 * season * cycle_window + 2 * cycle_window - 4) / (2 * cycle_window - 3));
}

// Over so many cycles a phase is smoothed, for the first of several seasons and the others.
static int cycle_window_of(int place) { return 7 + 4 * (place + 1); }

// The greatest width of each of these.
static int rows_width(int use, int season, int place) {
  return use == LOW_PASS ? next_odd(season) : use == TREND_PASS ? trend_window(season, cycle_window_of(place)) : cycle_window_of(place);
}

// Two passes of the inner loop suffice without robustness weights (§3.3).
enum { STL_PASSES = 2 };

// @param out [count − width + 1] filled, beginning with the mean of the first `width` values
APART void moving_mean(const double *values, int count, int width, double *out) {
  const double share = 1.0 / width;
  double sum = 0;
  for (int t = 0; t < width; t++) sum += values[t];
  out[0] = sum * share;
  for (int t = width; t < count; t++) {
    sum += values[t] - values[t - width];
    out[t - width + 1] = sum * share;
  }
}

// Smooths the cycles of up to eight phases, which have equally many, each a season longer at either end.
// @param cycles [count + 2 season] filled at these phases
static void smooth_phases(const Loess *l, const double *values, const double *trend, int season, int phase, int phase_count,
                          Lanes *phase_values, Lanes *phase_smooth, double *cycles) {
  for (int i = 0; i < l->count; i++) {
    const int t = phase + i * season;
    if (phase_count == LANES) phase_values[i] = load(values + t) - load(trend + t);
    else {
      phase_values[i] = splat(0);
      for (int lane = 0; lane < phase_count; lane++) phase_values[i][lane] = values[t + lane] - trend[t + lane];
    }
  }
  phase_smooth[0] = smooth_eight_at(l, phase_values, -1);
  smooth_eight(l, phase_values, phase_smooth + 1);
  phase_smooth[l->count + 1] = smooth_eight_at(l, phase_values, l->count);
  for (int i = 0; i < l->count + 2; i++) {
    double *to = cycles + phase + i * season;
    if (phase_count == LANES) store(to, phase_smooth[i]);
    else
      for (int lane = 0; lane < phase_count; lane++) to[lane] = phase_smooth[i][lane];
  }
}

// STL's inner loop (§2.2) without robustness weights, all of its lines local.
// @param values [count] two cycles at least @param place of the season among several @param rows [STL_ROWS] of this season and place
// @param seasonal [count] filled @param trend [count] filled
APART void separate_season(const double *values, int count, int season, int place, Rows *rows, double *seasonal, double *trend,
                           Workspace *work) {
  double *const mark = work->free;
  const int extended = count + 2 * season, fewest = count / season;
  const int cycle_window = cycle_window_of(place);
  const Loess few = loess_of(cycle_window, fewest, &rows[FEW_CYCLES]), more = loess_of(cycle_window, fewest + 1, &rows[MORE_CYCLES]);
  const Loess low_pass = loess_of(next_odd(season), count, &rows[LOW_PASS]);
  const Loess trend_pass = loess_of(trend_window(season, cycle_window), count, &rows[TREND_PASS]);
  double *cycles = borrow(work, extended), *low = borrow(work, extended), *spare = borrow(work, extended);
  Lanes *phase_values = borrow_lanes(work, fewest + 1), *phase_smooth = borrow_lanes(work, fewest + 3);
  fill(trend, count, 0);
  for (int pass = 0; pass < STL_PASSES; pass++) {
    for (int phase = 0, longer = count % season; phase < season;) {
      const int phase_count = smaller(LANES, (phase < longer ? longer : season) - phase);
      smooth_phases(phase < longer ? &more : &few, values, trend, season, phase, phase_count, phase_values, phase_smooth, cycles);
      phase += phase_count;
    }
    moving_mean(cycles, extended, season, low);
    moving_mean(low, extended - season + 1, season, spare);
    moving_mean(spare, extended - 2 * season + 2, 3, low);
    smooth(&low_pass, low, spare);
    for (int t = 0; t < count; t++) {
      seasonal[t] = cycles[t + season] - spare[t];
      low[t] = values[t] - seasonal[t];
    }
    smooth(&trend_pass, low, trend);
  }
  work->free = mark;
}

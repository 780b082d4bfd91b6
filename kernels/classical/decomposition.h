// Classical decomposition, the start of most seasonal methods. In: values without gaps. Out: seasonal indices by phase.
#pragma once
#include "workspace.h"

// Means by phase of what a centred moving average leaves, less their mean (Hyndman & Athanasopoulos, Forecasting: Principles and
// Practice, 3rd ed., §3.4). @param indices [season] by t mod season; zeros where there are fewer than two cycles
APART void seasonal_indices(const double *values, int count, int season, double *indices) {
  fill(indices, season, 0);
  if (season < 2 || count < 2 * season) return;
  const int half = season >> 1, is_even = season % 2 == 0;
  // `sum` runs over the `season` values from t − half on.
  double sum = 0;
  for (int t = 0; t < season; t++) sum += values[t];
  for (int t = half, phase = half; t + half < count; t++) {
    const int first = t - half;
    const double trend = is_even ? sum + (values[first + season] - values[first]) / 2 : sum;
    indices[phase] += values[t] - trend / season;
    if (first + season < count) sum += values[first + season] - values[first];
    if (++phase == season) phase = 0;
  }
  // Phase p is met at every step from half to count − half − 1 that is p mod season.
  const int met = count - 2 * half;
  double mean = 0;
  for (int phase = 0; phase < season; phase++) {
    const int after = (phase - half + season) % season;
    indices[phase] /= larger(1, (met - after + season - 1) / season);
    mean += indices[phase] / season;
  }
  for (int phase = 0; phase < season; phase++) indices[phase] -= mean;
}

static int average_count(int count, int season) { return larger(0, count - 2 * (season >> 1)); }

// Centred moving average over one cycle, the ends of an even one at half weight.
// @param averages [average_count], the first one that of step ⌊season/2⌋
APART void average_cycles(const double *values, int count, int season, double *averages) {
  const int is_even = season % 2 == 0, filled = average_count(count, season);
  double sum = 0;
  for (int t = 0; t < smaller(season, count); t++) sum += values[t];
  for (int i = 0; i < filled; i++) {
    const double change = i + season < count ? values[i + season] - values[i] : 0;
    averages[i] = (is_even ? sum + change / 2 : sum) / season;
    sum += change;
  }
}

// Multiplicative counterpart of seasonal_indices: means by phase of the ratios to a centred moving average, over their mean.
// @param values positive @param ratios [season] by t mod season; ones where there are fewer than two cycles
APART void seasonal_ratios(const double *values, int count, int season, double *ratios, Workspace *work) {
  if (season < 2 || count < 2 * season) {
    fill(ratios, season, 1);
    return;
  }
  const int filled = average_count(count, season), half = season >> 1;
  double *averages = borrow(work, filled);
  average_cycles(values, count, season, averages);
  fill(ratios, season, 0);
  for (int i = 0, phase = half; i < filled; i++) {
    ratios[phase] += values[i + half] / averages[i];
    if (++phase == season) phase = 0;
  }
  double mean = 0;
  for (int phase = 0; phase < season; phase++) {
    const int after = (phase - half + season) % season;
    ratios[phase] /= larger(1, (filled - after + season - 1) / season);
    mean += ratios[phase] / season;
  }
  for (int phase = 0; phase < season; phase++) ratios[phase] /= mean;
}

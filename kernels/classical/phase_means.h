// The ordinary course of a cycle: what a year is like on its 40th day. In: values without gaps. Out: their mean by phase, smoothed over
// neighbouring phases as far as that foretells the other cycles better.
#pragma once
#include "workspace.h"

// A mean reaches at most to this share of a season on either side: one in so many.
enum { WIDEST = 8 };

// out(i) = Σ values(i − reach … i + reach), round the end.
APART void sum_around(const double *values, int count, int reach, double *out) {
  double sum = 0;
  for (int i = -reach; i < reach; i++) sum += values[(i + count) % count];
  for (int i = 0, enters = reach % count, leaves = count - reach; i < count; i++) {
    sum += values[enters];
    out[i] = sum;
    sum -= values[leaves];
    if (++enters == count) enters = 0;
    if (++leaves == count) leaves = 0;
  }
}

// Squared error of each value against the mean around its phase in the other cycles.
static double cross_error(const double *values, int count, double centre, int season, int reach, const double *near_sums,
                          const double *near_counts) {
  double own = 0, own_count = 0, error = 0;
  for (int t = 0; t < smaller(reach, count); t++) {
    own += values[t] - centre;
    own_count++;
  }
  for (int t = 0, phase = 0; t < count; t++) {
    if (t + reach < count) {
      own += values[t + reach] - centre;
      own_count++;
    }
    const double others = near_counts[phase] - own_count, mean = others > 0 ? (near_sums[phase] - own) / others : 0;
    error += square(values[t] - centre - mean);
    if (t >= reach) {
      own -= values[t - reach] - centre;
      own_count--;
    }
    if (++phase == season) phase = 0;
  }
  return error;
}

// @param means [season] by t mod season; phases never met take the mean of all
APART void smooth_phase_means(const double *values, int count, int season, double *means, Workspace *work) {
  const double centre = values[count - 1];
  double *sums = borrow_zeros(work, season), *counts = borrow_zeros(work, season);
  double *near_sums = borrow(work, season), *near_counts = borrow(work, season);
  for (int t = 0, phase = 0; t < count; t++) {
    sums[phase] += values[t] - centre;
    counts[phase]++;
    if (++phase == season) phase = 0;
  }
  copy(near_sums, sums, season);
  copy(near_counts, counts, season);
  fill(means, season, 0);
  double least = UNBOUNDED;
  for (int reach = 0; reach * WIDEST <= season; reach = larger(1, 2 * reach)) {
    if (reach > 0) {
      sum_around(sums, season, reach, near_sums);
      sum_around(counts, season, reach, near_counts);
    }
    const double error = cross_error(values, count, centre, season, reach, near_sums, near_counts);
    if (error >= least) continue;
    least = error;
    for (int phase = 0; phase < season; phase++) means[phase] = centre + near_sums[phase] / near_counts[phase];
  }
}

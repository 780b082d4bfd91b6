// How the candidates did in the recent past of one series: each forecast from a few earlier origins. In: those forecasts. Out:
// their mean absolute errors, by step and overall, which are what the gate leans on most.
#pragma once
#include "candidates.h"

// What the candidates say from one origin.
typedef struct {
  int at;                  // steps that are known
  const double *forecasts; // [candidate × horizon], NaN for those that do not apply
  const unsigned char *applies;
} Origin;

typedef struct {
  double *by_step;             // [candidate × horizon] mean |y − ŷ| with neighbouring steps pooled; NaN where the candidate was not tested
  double overall[CANDIDATES];  // over all steps; NaN likewise
  double bias;                 // mean of y − the candidates' median: above 0 when they come out too low
} Errors;

// Steps are pooled with this share of the horizon on either side: one in so many.
enum { POOLED = 6 };

static void pool_steps(const double *sums, const double *counts, int horizon, double *means) {
  const int reach = larger(1, horizon / POOLED);
  for (int c = 0; c < CANDIDATES; c++, sums += horizon, counts += horizon, means += horizon) {
    double sum = 0, count = 0;
    for (int h = 0; h < smaller(reach, horizon); h++) {
      sum += sums[h];
      count += counts[h];
    }
    for (int h = 0; h < horizon; h++) {
      const int enters = h + reach, leaves = h - reach - 1;
      if (enters < horizon) {
        sum += sums[enters];
        count += counts[enters];
      }
      if (leaves >= 0) {
        sum -= sums[leaves];
        count -= counts[leaves];
      }
      // A running sum may fall a rounding error below zero.
      means[h] = count == 0 ? NOT_A_NUMBER : greater(0, sum) / count;
    }
  }
}

// @param end steps that are known: the origins lie before it, and nothing after it counts
static Errors test_candidates(const double *values, int end, const Origin *origins, int origin_count, int horizon, Workspace *work) {
  const Size size = (Size)CANDIDATES * horizon;
  Errors errors = {.by_step = borrow(work, size)};
  double *sums = borrow_zeros(work, size), *counts = borrow_zeros(work, size);
  double at_step[CANDIDATES], bias_sum = 0;
  int bias_count = 0;
  for (int o = 0; o < origin_count; o++) {
    const Origin *origin = &origins[o];
    const int steps = smaller(horizon, end - origin->at);
    for (int h = 0; h < steps; h++) {
      const double actual = values[origin->at + h];
      int applied = 0;
      for (int c = 0; c < CANDIDATES; c++) {
        if (!origin->applies[c]) continue;
        const double forecast = origin->forecasts[c * horizon + h];
        at_step[applied++] = forecast;
        sums[c * horizon + h] += size_of(actual - forecast);
        counts[c * horizon + h]++;
      }
      bias_sum += actual - median_of(at_step, applied);
      bias_count++;
    }
  }
  pool_steps(sums, counts, horizon, errors.by_step);
  for (int c = 0; c < CANDIDATES; c++) {
    double sum = 0, count = 0;
    for (int h = 0; h < horizon; h++) {
      sum += sums[c * horizon + h];
      count += counts[c * horizon + h];
    }
    errors.overall[c] = sum / count;
  }
  errors.bias = bias_count == 0 ? 0 : bias_sum / bias_count;
  return errors;
}

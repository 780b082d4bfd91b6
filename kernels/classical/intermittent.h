// Intermittent demand: many zeros, now and then a value. In: a history. Out: a flat rate per step.
#pragma once
#include "history.h"

// Small ones only: the sparser the demand, the more of it a good mean takes in (Syntetos & Boylan 2005 find .05 to .2 best).
static const double demand_weights[] = {0.02, 0.05, 0.1, 0.2, 0.3};
enum { DEMAND_WEIGHTS = 5 };

// Smooths the sizes at each demand, and at each step the probability that there is one: the rate falls while nothing comes (Teunter,
// Syntetos & Babai 2011). @param first step with a demand @param squares set to Σ ε² one step ahead, from the step after on @returns the rates
static Lanes smooth_probability(const double *values, int count, int first, Lanes size_weight, Lanes probability_weight,
                                Lanes *squares) {
  Lanes size = splat(values[first]), probability = splat(1.0 / (first + 1));
  *squares = splat(0);
  for (int t = first + 1; t < count; t++) {
    const Lanes value = splat(values[t]), error = value - size * probability;
    *squares += error * error;
    if (values[t] != 0) size += size_weight * (value - size);
    probability += probability_weight * (splat(values[t] != 0) - probability);
  }
  return size * probability;
}

// With the weights of least squared errors. No series demands nothing: without a value other than zero the rate is zero.
static void demand_probability(History *h, double *out, int horizon) {
  enum { CHOICES = DEMAND_WEIGHTS * DEMAND_WEIGHTS };
  int first = 0;
  while (first < h->count && h->values[first] == 0) first++;
  double rate = 0, least = 0;
  for (int from = 0; first < h->count && from < CHOICES; from += LANES) {
    Lanes size_weight = splat(0), probability_weight = splat(0), squares;
    for (int lane = 0; lane < LANES; lane++) {
      const int choice = smaller(from + lane, CHOICES - 1);
      size_weight[lane] = demand_weights[choice / DEMAND_WEIGHTS];
      probability_weight[lane] = demand_weights[choice % DEMAND_WEIGHTS];
    }
    const Lanes rates = smooth_probability(h->values, h->count, first, size_weight, probability_weight, &squares);
    for (int lane = 0; lane < LANES && from + lane < CHOICES; lane++)
      if (from + lane == 0 || squares[lane] < least) {
        least = squares[lane];
        rate = rates[lane];
      }
  }
  fill(out, horizon, rate);
  replace_non_finite(out, horizon, h->last);
}

// Losses over the steps of the horizon. In: forecasts, targets and weights, element by element. Out: the loss summed by
// weight, and the gradient of its weighted mean, so that unobserved steps (weight 0) neither help nor hurt.
#pragma once
#include "simd.h"

typedef enum { MSE, MAE, HUBER } Loss;

// Error at which the Huber loss turns from squared to absolute (Huber 1964).
#define HUBER_DELTA 1.0f

static double sum_of(const float *values, Size count) {
  double sum = 0;
  for (Size i = 0; i < count; i++) sum += values[i];
  return sum;
}

// Adds up weight × loss of some elements. @param total_weight of all elements of the batch
// @param gradient is set to that of the weighted mean
static double add_weighted_loss(Loss kind, const float *forecast, const float *target, const float *weight, Size count,
                                double total_weight, float *gradient) {
  double total = 0;
  const float share = (float)(1 / total_weight);
  for (Size i = 0; i < count; i++) {
    gradient[i] = 0;
    if (weight[i] == 0) continue;
    const float error = forecast[i] - target[i], size = error < 0 ? -error : error, sign = error < 0 ? -1.0f : error > 0;
    const float inner = size < HUBER_DELTA ? size : HUBER_DELTA;
    const float loss = kind == MSE ? size * size : kind == MAE ? size : inner * (size - 0.5f * inner);
    const float slope = kind == MSE ? 2 * error : kind == MAE ? sign : sign * inner;
    total += (double)weight[i] * loss;
    gradient[i] = weight[i] * slope * share;
  }
  return total;
}

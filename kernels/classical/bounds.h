// How far a forecast may leave what was seen.
#pragma once
#include "history.h"

// A forecast may leave the seen range on either side by this many times its extent.
#define MARGIN 1.2

// @param out [horizon] changed in place; the last value stands where it was not finite; never below 0 where the history never was
static void keep_within(const History *h, double *out, int horizon) {
  const double reach = MARGIN * saturate(h->max - h->min);
  const double low = h->min >= 0 ? greater(h->min - reach, 0) : saturate(h->min - reach), high = saturate(h->max + reach);
  for (int i = 0; i < horizon; i++) out[i] = is_finite(out[i]) ? lesser(greater(out[i], low), high) : h->last;
}

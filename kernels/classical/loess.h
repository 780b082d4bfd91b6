// Local regression on evenly spaced values, the smoother inside STL (Cleveland, Cleveland, McRae & Terpenning, Journal of Official
// Statistics 6, 1990, §2). In: values. Out: smooth values, where wanted one step beyond either end. What a value weighs depends on
// distances alone, so that few rows of weights serve a whole series, and smoothing is a sum of products.
#pragma once
#include "workspace.h"

// Rows of weights that were worked out for one window and width, whatever the series: near its right end, where a row lies depends on the
// length. When there are as many as are kept, the oldest one goes.
enum { KEPT_ROWS = 32 };

typedef struct {
  int window, width, kept, next;
  int position[KEPT_ROWS]; // −1 … width: where among the fitted values
  double *of;              // [KEPT_ROWS × the greatest width]
} Rows;

// Local lines with tricube weights over the nearest values.
typedef struct {
  int count;
  int width;  // how many values a line is fitted to: the window, or all where there are fewer
  int jump;   // every so many steps the line is worked out; between, it is interpolated
  int excess; // how far the weights reach beyond the fitted values, where there are fewer than the window
  Rows *rows;
} Loess;

// With the jump that STL's authors recommend, a tenth of the window. @param window odd, in steps
static Loess loess_of(int window, int count, Rows *rows) {
  const int width = smaller(window, count);
  if (rows->window != window || rows->width != width) {
    rows->window = window;
    rows->width = width;
    rows->kept = rows->next = 0;
  }
  return (Loess){.count = count, .width = width, .jump = (window + 9) / 10, .excess = (window - width) >> 1, .rows = rows};
}

// What each of the fitted values weighs in the local line's value at `position`.
static void line_weights(int width, int position, int excess, double *weights) {
  const double reach = larger(position, width - 1 - position) + excess;
  double sum = 0, centre = 0, squares = 0;
  for (int j = 0; j < width; j++) {
    const double distance = size_of(j - position) / reach;
    weights[j] = distance < 1 ? cube(1 - cube(distance)) : 0;
    sum += weights[j];
    centre += weights[j] * j;
  }
  centre /= sum;
  for (int j = 0; j < width; j++) squares += weights[j] / sum * square(j - centre);
  const double slope = squares > 0 ? (position - centre) / squares : 0;
  for (int j = 0; j < width; j++) weights[j] *= (1 + slope * (j - centre)) / sum;
}

APART const double *weights_at(const Loess *l, int position) {
  Rows *rows = l->rows;
  int row = 0;
  while (row < rows->kept && rows->position[row] != position) row++;
  if (row == rows->kept) {
    row = rows->next;
    rows->next = (rows->next + 1) % KEPT_ROWS;
    rows->kept = larger(rows->kept, row + 1);
    rows->position[row] = position;
    line_weights(l->width, position, l->excess, rows->of + row * l->width);
  }
  return rows->of + row * l->width;
}

INLINE int first_fitted(const Loess *l, int position) {
  return smaller(larger(position - (l->width >> 1), 0), l->count - l->width);
}

// @param values [count] @param position −1 … count: one step beyond either end, the line goes on
APART double smooth_at(const Loess *l, const double *values, int position) {
  const int first = first_fitted(l, position);
  const double *weights = weights_at(l, position - first);
  values += first;
  typedef double Four __attribute__((ext_vector_type(4)));
  typedef double UnalignedFour __attribute__((ext_vector_type(4), aligned(8), may_alias));
  Four sums = 0;
  int j = 0;
  for (; j + 3 < l->width; j += 4) sums += *(const UnalignedFour *)(weights + j) * *(const UnalignedFour *)(values + j);
  for (; j < l->width; j++) sums[0] += weights[j] * values[j];
  return sums[0] + sums[1] + (sums[2] + sums[3]);
}

// @param out [count] filled
APART void smooth(const Loess *l, const double *values, double *out) {
  const int last = l->count - 1;
  out[0] = smooth_at(l, values, 0);
  for (int known = 0; known < last;) {
    const int next = smaller(known + l->jump, last);
    const double before = out[known], value = smooth_at(l, values, next), slope = (value - before) / (next - known);
    for (int between = known + 1; between < next; between++) out[between] = before + slope * (between - known);
    out[next] = value;
    known = next;
  }
}

// The same of eight series side by side.
APART Lanes smooth_eight_at(const Loess *l, const Lanes *values, int position) {
  const int first = first_fitted(l, position);
  const double *weights = weights_at(l, position - first);
  values += first;
  Lanes a = splat(0), b = a, c = a, d = a;
  int j = 0;
  for (; j + 3 < l->width; j += 4) {
    a += splat(weights[j]) * values[j];
    b += splat(weights[j + 1]) * values[j + 1];
    c += splat(weights[j + 2]) * values[j + 2];
    d += splat(weights[j + 3]) * values[j + 3];
  }
  for (; j < l->width; j++) a += splat(weights[j]) * values[j];
  return a + b + (c + d);
}

APART void smooth_eight(const Loess *l, const Lanes *values, Lanes *out) {
  const int last = l->count - 1;
  out[0] = smooth_eight_at(l, values, 0);
  for (int known = 0; known < last;) {
    const int next = smaller(known + l->jump, last);
    const Lanes before = out[known], value = smooth_eight_at(l, values, next);
    const Lanes slope = (value - before) / splat(next - known);
    for (int between = known + 1; between < next; between++) out[between] = before + slope * splat(between - known);
    out[next] = value;
    known = next;
  }
}

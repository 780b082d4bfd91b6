// The gate: a small network that weighs the candidates at every step ahead. In: the features of one series. Out: a median and
// quantiles, and the weights.
//
// a = W₁·series + b₁, once; x = relu(a + W₂·step), x += relu(W₃·x + b₃); weights = softmax(W₄·x + b₄ − τ₁·overall log errors − τ₂·log errors
// at the step) over the candidates there are; median = Σ weights · candidates (+ residual). The quantiles hang on it as sums of softplus
// increments, in units of the error that the weighted candidates made before, so that they cannot cross.
#pragma once
#include "features.h"

enum {
  // The levels that the network speaks of: SIDE of them below the median and as many above, the nearest first.
  SIDE = 3,
  TAILS = 2 * SIDE,
  KNOTS = TAILS + 1
};

// The share of the candidates' disagreement that widens the quantiles.
#define DISAGREEMENT_SHARE 0.3
#define RESIDUAL_LIMIT 5

// A matrix whose rows are filled up with zeros to whole lanes.
typedef struct {
  int rows, columns, stride;
  double *of; // [rows × stride]
} Matrix;

// The parts of a network, in the order of its file. `trust` and what stands before all parts have a row each.
typedef enum {
  SERIES_KERNEL,
  SERIES_BIAS,
  STEP_KERNEL,
  HIDDEN_KERNEL,
  HIDDEN_BIAS,
  GATE_KERNEL,
  GATE_BIAS,
  TAIL_KERNEL,
  TAIL_BIAS,
  TRUST,
  RESIDUAL_KERNEL, // without rows where nothing is added to the weighted candidates
  GATE_PARTS
} GatePart;

typedef struct {
  int width;
  int looks_at_newest; // and so answers where the newest values are a surprise, and the others elsewhere
  Matrix part[GATE_PARTS];
  Size given, packed; // numbers of all parts as they are given, and with their rows filled up
} Gate;

// Lays out a network of so many hidden units at `of`.
APART Gate gate_of(int width, int has_residual, int looks_at_newest, double *of) {
  const int series = looks_at_newest ? SEEN_FEATURES : SEEN_FEATURES - 2 * NEWEST;
  const int shapes[GATE_PARTS][2] = {{series, width},          {1, width},      {STEP_FEATURES, width}, {width, width},
                                     {1, width},               {width, CANDIDATES}, {1, CANDIDATES},     {width, TAILS},
                                     {1, TAILS},               {1, 2},          {has_residual ? width : 0, 1}};
  Gate gate = {.width = width, .looks_at_newest = looks_at_newest, .given = 0, .packed = 0};
  for (int p = 0; p < GATE_PARTS; p++) {
    const int rows = shapes[p][0], columns = shapes[p][1], stride = (columns + LANES - 1) / LANES * LANES;
    gate.part[p] = (Matrix){rows, columns, stride, of ? of + gate.packed : 0};
    gate.given += (Size)rows * columns;
    gate.packed += (Size)rows * stride;
  }
  return gate;
}

static void pack_gate(const Gate *gate, const float *given) {
  for (int p = 0; p < GATE_PARTS; p++) {
    const Matrix *m = &gate->part[p];
    for (int row = 0; row < m->rows; row++)
      for (int column = 0; column < m->stride; column++) m->of[row * m->stride + column] = column < m->columns ? *given++ : 0;
  }
}

// out += left · kernel, four rows of it at a time, so that `out` is read and written less often. @param out [stride]
APART void add_product(const double *left, const Matrix *kernel, double *out) {
  const int stride = kernel->stride;
  int i = 0;
  for (; i + 3 < kernel->rows; i += 4) {
    const double a = left[i], b = left[i + 1], c = left[i + 2], d = left[i + 3];
    if (a == 0 && b == 0 && c == 0 && d == 0) continue;
    const double *row = kernel->of + i * stride;
    for (int j = 0; j < stride; j += LANES) {
      const Lanes near = splat(a) * load(row + j) + splat(b) * load(row + stride + j);
      const Lanes far = splat(c) * load(row + 2 * stride + j) + splat(d) * load(row + 3 * stride + j);
      store(out + j, load(out + j) + (near + far));
    }
  }
  for (; i < kernel->rows; i++)
    for (int j = 0; j < stride; j += LANES)
      store(out + j, load(out + j) + splat(left[i]) * load(kernel->of + i * stride + j));
}

static void widen(const float *from, int count, double *to) {
  for (int i = 0; i < count; i++) to[i] = from[i];
}

static double softplus(double x) {
  return x > 0 ? x + logarithm_beside_one(exponential(-x)) : logarithm_beside_one(exponential(x));
}

// In place, over the candidates that apply; 0 for the others.
static void softmax(double *logits, const unsigned char *applies) {
  double top = -UNBOUNDED, sum = 0;
  for (int c = 0; c < CANDIDATES; c++)
    if (applies[c]) top = greater(top, logits[c]);
  for (int c = 0; c < CANDIDATES; c++) {
    logits[c] = applies[c] ? exponential(logits[c] - top) : 0;
    sum += logits[c];
  }
  for (int c = 0; c < CANDIDATES; c++) logits[c] /= sum;
}

typedef struct {
  int horizon;
  const unsigned char *applies; // [candidate]
  const float *series, *steps; // as features.h has them
  // The candidates' deviations from the reference and their errors, out of the features that hold their inverse sines and logarithms: [horizon
  // × candidate], in scales, 0 for those that do not apply.
  double *deviations, *errors;
  double *quantiles; // [knot × horizon] ascending by knot
  double *weights;   // [candidate × horizon] summing to 1 over the candidates
} GateRun;

static void unfold(const GateRun *run) {
  for (int h = 0; h < run->horizon; h++)
    for (int c = 0; c < CANDIDATES; c++) {
      const float *step = run->steps + h * STEP_FEATURES + STEP_FACTS + c;
      run->deviations[h * CANDIDATES + c] = run->applies[c] ? hyperbolic_sine(step[0]) : 0;
      run->errors[h * CANDIDATES + c] = run->applies[c] ? exponential(step[CANDIDATES]) : 0;
    }
}

// Adds a network's quantiles and weights, times its share in the whole.
static void add_gate(const Gate *gate, const GateRun *run, double share, Workspace *work) {
  double *const mark = work->free;
  const Matrix *part = gate->part;
  const int width = gate->width, stride = part[SERIES_BIAS].stride, horizon = run->horizon;
  double *from_series = borrow(work, stride), *x = borrow(work, stride), *hidden = borrow(work, stride);
  double *logits = borrow(work, part[GATE_BIAS].stride), *tails = borrow(work, part[TAIL_BIAS].stride);
  double *left = borrow(work, larger(SERIES_FEATURES, STEP_FEATURES));
  copy(from_series, part[SERIES_BIAS].of, stride);
  widen(run->series, SERIES_FEATURES, left);
  add_product(left, &part[SERIES_KERNEL], from_series);
  const double *trust = part[TRUST].of;
  for (int h = 0; h < horizon; h++) {
    const float *step = run->steps + h * STEP_FEATURES;
    const double *deviations = run->deviations + h * CANDIDATES, *errors = run->errors + h * CANDIDATES;
    copy(x, from_series, stride);
    widen(step, STEP_FEATURES, left);
    add_product(left, &part[STEP_KERNEL], x);
    for (int i = 0; i < width; i++) x[i] = greater(0, x[i]);
    copy(hidden, part[HIDDEN_BIAS].of, stride);
    add_product(x, &part[HIDDEN_KERNEL], hidden);
    for (int i = 0; i < width; i++) x[i] += greater(0, hidden[i]);
    copy(logits, part[GATE_BIAS].of, part[GATE_BIAS].stride);
    add_product(x, &part[GATE_KERNEL], logits);
    for (int c = 0; c < CANDIDATES; c++)
      logits[c] -= trust[0] * run->series[FACTS + c] + trust[1] * step[STEP_FACTS + CANDIDATES + c];
    softmax(logits, run->applies);

    double median = 0, error = 0, disagreement = 0;
    for (int c = 0; c < CANDIDATES; c++) {
      if (!run->applies[c]) continue;
      median += logits[c] * deviations[c];
      error += logits[c] * errors[c];
      run->weights[c * horizon + h] += share * logits[c];
    }
    if (part[RESIDUAL_KERNEL].rows > 0) {
      double residual[LANES] = {0};
      add_product(x, &part[RESIDUAL_KERNEL], residual);
      median += hyperbolic_sine(lesser(greater(residual[0], -RESIDUAL_LIMIT), RESIDUAL_LIMIT));
    }
    for (int c = 0; c < CANDIDATES; c++) disagreement += logits[c] * size_of(deviations[c] - median);
    copy(tails, part[TAIL_BIAS].of, part[TAIL_BIAS].stride);
    add_product(x, &part[TAIL_KERNEL], tails);
    const double unit = error + DISAGREEMENT_SHARE * disagreement;
    run->quantiles[SIDE * horizon + h] += share * median;
    double below = median, above = median;
    for (int k = 0; k < SIDE; k++) {
      below -= unit * softplus(tails[k]);
      above += unit * softplus(tails[SIDE + k]);
      run->quantiles[(SIDE - 1 - k) * horizon + h] += share * below;
      run->quantiles[(SIDE + 1 + k) * horizon + h] += share * above;
    }
  }
  work->free = mark;
}

// The surprise, in scales, from which on networks that look at the newest values begin to answer, and from which on they alone do.
#define SURPRISE_BEGINS 3
#define SURPRISE_FULL 6

// @returns the share of the networks that look at the newest values
static double surprise_share(const float *series) {
  return lesser(1, greater(0, (series[SEEN_FEATURES] - SURPRISE_BEGINS) / (SURPRISE_FULL - SURPRISE_BEGINS)));
}

// The mean of several networks' forecasts is steadier than each: begin, add_gate for each, finish.
static void begin_run(GateRun *run, Workspace *work) {
  run->deviations = borrow(work, (Size)run->horizon * CANDIDATES);
  run->errors = borrow(work, (Size)run->horizon * CANDIDATES);
  fill(run->quantiles, (Size)KNOTS * run->horizon, 0);
  fill(run->weights, (Size)CANDIDATES * run->horizon, 0);
  unfold(run);
}

// Puts the quantiles in the series' units.
static void finish_run(const GateRun *run, const double *reference, double scale) {
  for (int k = 0; k < KNOTS; k++)
    for (int h = 0; h < run->horizon; h++) {
      double *quantile = run->quantiles + k * run->horizon + h;
      *quantile = reference[h] + scale * *quantile;
    }
}

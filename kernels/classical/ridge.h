// Ridge regression with as much shrinkage as generalised cross-validation asks for (Golub, Heath & Wahba, Technometrics 21, 1979). In: the
// sums of products of regressors and target. Out: the weights. Each amount of shrinkage has a lane.
#pragma once
#include "workspace.h"

// In observations, the regressors being standardised.
enum { RIDGES = 6 };
static const double ridges[LANES] = {0.1, 0.5, 2, 8, 30, 100, 100, 100};
// Beyond this share of the rows more parameters cannot be told from interpolation.
#define GREATEST_SHARE 0.99

INLINE Lanes lanes_root(Lanes x) {
#if __has_builtin(__builtin_elementwise_sqrt)
  return __builtin_elementwise_sqrt(x);
#else
  // Compilers that only check the source are older.
  UNROLL for (int lane = 0; lane < LANES; lane++) x[lane] = __builtin_sqrt(x[lane]);
  return x;
#endif
}

// Cholesky's decomposition in place, the diagonal inverted. @param matrix [size × size] positive definite, its lower triangle, row-major
static void factorise(Lanes *matrix, int size) {
  for (int i = 0; i < size; i++)
    for (int j = 0; j <= i; j++) {
      const Lanes *row = matrix + i * size, *other = matrix + j * size;
      Lanes sum = row[j];
      for (int k = 0; k < j; k++) sum -= row[k] * other[k];
      matrix[i * size + j] = i == j ? splat(1) / lanes_root(sum) : sum * other[j];
    }
}

// @param factor as factorise leaves it
static void solve(const Lanes *factor, const double *vector, int size, Lanes *out) {
  for (int i = 0; i < size; i++) {
    Lanes sum = splat(vector[i]);
    for (int k = 0; k < i; k++) sum -= factor[i * size + k] * out[k];
    out[i] = sum * factor[i * size + i];
  }
  for (int i = size - 1; i >= 0; i--) {
    Lanes sum = out[i];
    for (int k = i + 1; k < size; k++) sum -= factor[k * size + i] * out[k];
    out[i] = sum * factor[i * size + i];
  }
}

// The trace of the inverse but for its last element: the squares of the inverse factor's columns but for the last.
static Lanes inverse_trace(const Lanes *factor, int size, Lanes *column) {
  Lanes sum = splat(0);
  for (int k = 0; k < size - 1; k++)
    for (int i = k; i < size; i++) {
      Lanes value = splat(i == k);
      for (int j = k; j < i; j++) value -= factor[i * size + j] * column[j];
      column[i] = value * factor[i * size + i];
      sum += column[i] * column[i];
    }
  return sum;
}

// The last regressor is the constant, and not shrunk. @param products [size × size] Σ x xᵀ, row-major, its lower triangle
// @param targets [size] Σ x y @param target_square Σ y² @param row_count how many rows were summed @param best [size] filled with weights
APART void fit_ridge(const double *products, const double *targets, int size, double target_square, int row_count, double *best,
                      Workspace *work) {
  Lanes *factor = borrow_lanes(work, (Size)size * size), *weights = borrow_lanes(work, size), *column = borrow_lanes(work, size);
  const Lanes ridge = load(ridges);
  for (int i = 0; i < size; i++)
    for (int j = 0; j <= i; j++) {
      const Lanes product = splat(products[i * size + j]);
      factor[i * size + j] = i == j && i < size - 1 ? product + ridge : product;
    }
  factorise(factor, size);
  solve(factor, targets, size, weights);
  // Σ (y − wᵀx)² + ridge |w|² = Σ y² − wᵀ Σ x y at the minimum
  Lanes residual = splat(target_square);
  for (int i = 0; i < size; i++) residual -= weights[i] * splat(targets[i]);
  for (int i = 0; i < size - 1; i++) residual -= ridge * (weights[i] * weights[i]);
  const Lanes freedom = splat(size) - ridge * inverse_trace(factor, size, column);
  fill(best, size, 0);
  double least = UNBOUNDED;
  for (int lane = 0; lane < RIDGES; lane++) {
    const double score = greater(residual[lane], 0) / square(1 - lesser(freedom[lane] / row_count, GREATEST_SHARE));
    if (!(score < least)) continue;
    least = score;
    for (int i = 0; i < size; i++) best[i] = weights[i][lane];
  }
}

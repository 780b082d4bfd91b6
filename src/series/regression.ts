// Least squares from the products of columns. In: columns of equal length, the last of them the one to be explained. Out: what the
// others leave of it.
import { productsOf } from "../base/linear-algebra.js";

/**
 * Sums of squares that the last column keeps after regression on none, the first, the first two … of the columns before it: the
 * last row of the Cholesky factor holds what each takes away.
 * @param products [columns × columns]
 * @returns [columns]
 */
export function squaredResiduals(products: Float64Array): Float64Array {
  const size = Math.sqrt(products.length);
  const factor = shrunkFactor(products);
  const sums = new Float64Array(size);
  let sum = products.at(-1)!;
  for (let c = 0; c < size; c++) {
    sums[c] = Math.max(0, sum);
    sum -= factor[(size - 1) * size + c]! ** 2;
  }
  return sums;
}

/** The last column less its regression on those before it. @param columns [columns][row] @returns [row] */
export function regress(columns: readonly Float64Array[], products = productsOf(columns)): Float64Array {
  const size = columns.length;
  const factor = shrunkFactor(products);
  const weights = new Float64Array(size - 1);
  for (let i = size - 2; i >= 0; i--) {
    let rest = factor[(size - 1) * size + i]!;
    for (let k = i + 1; k < size - 1; k++) rest -= factor[k * size + i]! * weights[k]!;
    weights[i] = factor[i * size + i]! > 0 ? rest / factor[i * size + i]! : 0;
  }
  const residuals = columns[size - 1]!.slice();
  for (let c = 0; c < size - 1; c++) {
    const column = columns[c]!;
    for (let row = 0; row < residuals.length; row++) residuals[row]! -= weights[c]! * column[row]!;
  }
  return residuals;
}

/**
 * Share of its own square that a column counts as noise: what depends on others then has next to no weight, and a wave without
 * noise is not continued from three of its values as if they were exact.
 */
const ridge = 1e-6;

/** Cholesky's, of products that may depend on each other. @returns [columns × columns] lower triangular; a column of zeros has zeros */
function shrunkFactor(products: Float64Array): Float64Array {
  const size = Math.sqrt(products.length);
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = products[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= factor[i * size + k]! * factor[j * size + k]!;
      const pivot = factor[j * size + j]!;
      if (i === j) factor[i * size + i] = Math.sqrt(Math.max(0, rest + ridge * products[i * size + i]!));
      else factor[i * size + j] = pivot > 0 ? rest / pivot : 0;
    }
  }
  return factor;
}

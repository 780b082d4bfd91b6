// Products of columns, and the factor that equations with them are solved by. In: columns of equal length. Out: numbers.

/** @param columns [columns][row] @returns [columns × columns] */
export function productsOf(columns: readonly Float64Array[]): Float64Array {
  const size = columns.length;
  const products = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const product = dot(columns[i]!, columns[j]!);
      products[i * size + j] = product;
      products[j * size + i] = product;
    }
  return products;
}

/** Cholesky's factor. @param gram [size × size] @param ridge added to its diagonal @returns [size × size], lower triangle; undefined where it is not positive definite */
export function choleskyFactor(gram: Float64Array, size: number, ridge: number): Float64Array | undefined {
  const factor = gram.slice();
  for (let i = 0; i < size; i++) {
    const row = i * size;
    factor[row + i]! += ridge;
    for (let j = 0; j <= i; j++) {
      const other = j * size;
      let sum = factor[row + j]!;
      for (let k = 0; k < j; k++) sum -= factor[row + k]! * factor[other + k]!;
      if (j < i) factor[row + j] = sum / factor[other + j]!;
      else if (sum > 0) factor[row + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

export function dot(a: Float64Array, b: Float64Array): number {
  const whole = a.length - (a.length % 4);
  let first = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  // Four sums, so that an addition need not wait for the one before.
  for (let i = 0; i < whole; i += 4) {
    first += a[i]! * b[i]!;
    second += a[i + 1]! * b[i + 1]!;
    third += a[i + 2]! * b[i + 2]!;
    fourth += a[i + 3]! * b[i + 3]!;
  }
  for (let i = whole; i < a.length; i++) first += a[i]! * b[i]!;
  return first + second + (third + fourth);
}

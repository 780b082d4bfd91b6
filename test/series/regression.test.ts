import { describe, expect, it } from "vitest";
import { dot, productsOf } from "../../src/base/linear-algebra.js";
import { seededRandom } from "../../src/base/random.js";
import { regress, squaredResiduals } from "../../src/series/regression.js";

const random = seededRandom(5);
const column = () => Float64Array.from({ length: 101 }, () => random.normal());

describe("least squares", () => {
  it("leave what is orthogonal to every column, up to the ridge", () => {
    const columns = [column(), column(), column(), column()];
    const left = regress(columns);
    // The ridge keeps a millionth of each column in.
    for (const one of columns.slice(0, 3)) expect(Math.abs(dot(one, left))).toBeLessThan(1e-5 * dot(one, one));
    expect(dot(left, left)).toBeLessThan(dot(columns[3]!, columns[3]!));
  });

  it("leave the squares of that, and those of each smaller regression", () => {
    const columns = [column(), column(), column()];
    const sums = squaredResiduals(productsOf(columns));
    const target = columns[2]!;
    const smaller = regress([columns[0]!, target]);
    const larger = regress(columns);
    expect(sums).toHaveLength(3);
    expect(sums[0]).toBeCloseTo(dot(target, target), 8);
    // To the ridge's share of about a hundred squares.
    expect(sums[1]).toBeCloseTo(dot(smaller, smaller), 3);
    expect(sums[2]).toBeCloseTo(dot(larger, larger), 3);
  });

  it("stand a column twice over and a column of zeros", () => {
    const one = column();
    const target = column();
    const left = regress([one, one, new Float64Array(101), target]);
    const without = regress([one, target]);
    for (let row = 0; row < left.length; row++) expect(left[row]).toBeCloseTo(without[row]!, 4);
  });
});

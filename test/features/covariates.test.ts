import { describe, expect, it } from "vitest";
import { chooseCovariates, covariateChannels, unknownCategories } from "../../src/features/covariates.js";
import { covariateFrame } from "../support/covariates.js";

const nan = Number.NaN;
const unscaled = (name: string) => ({ name, affine: { offset: 0, spread: 1 } });

describe("chooseCovariates", () => {
  it("takes the categories and gaps of the past alone, those known ahead first", () => {
    const frame = covariateFrame(
      [1, 2, 3],
      [
        { name: "stock", kind: "past", values: [5, nan, 7] },
        { name: "weather", kind: "future", values: [1, 0, 1, 2], categories: ["wet", "dry", "snow"] },
        { name: "price", kind: "future", values: [1, 1, 1, nan] },
      ],
    );
    expect(chooseCovariates(frame)).toEqual([
      { name: "weather", kind: "future", categories: ["dry", "wet"], gapIndicator: false },
      { name: "price", kind: "future", categories: null, gapIndicator: false },
      { name: "stock", kind: "past", categories: null, gapIndicator: true },
    ]);
  });
});

describe("covariateChannels", () => {
  it("gives a category its channel, and one that was never seen none", () => {
    const frame = covariateFrame(
      [1, 2],
      [{ name: "weather", kind: "future", values: [0, 1, 2, nan], categories: ["wet", "dry", "snow"] }],
    );
    const columns = chooseCovariates(frame);
    expect([...covariateChannels(frame, frame.series[0]!, columns, [], 4)]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
    expect(unknownCategories(frame, columns)).toEqual(["weather snow"]);
  });

  it("carries numbers on, starts from the mean, and tells gaps apart", () => {
    const frame = covariateFrame([1, 2, 3, 4], [{ name: "stock", kind: "past", values: [nan, 14, nan, 6] }]);
    const scales = [{ name: "stock", affine: { offset: 10, spread: 2 } }];
    const channels = covariateChannels(frame, frame.series[0]!, chooseCovariates(frame), scales, 5);
    expect([...channels]).toEqual([0, 1, 2, 0, 2, 1, -2, 0, -2, 1]);
  });

  it("holds what is constant at every step, and strays within bounds", () => {
    const frame = covariateFrame(
      [1, 2],
      [
        { name: "size", kind: "static", values: [3] },
        { name: "spike", kind: "past", values: [0, 1e300] },
      ],
    );
    const channels = covariateChannels(
      frame,
      frame.series[0]!,
      chooseCovariates(frame),
      [unscaled("size"), unscaled("spike")],
      2,
    );
    expect([...channels]).toEqual([3, 0, 3, 10]);
  });

  it("names a column that the data lack", () => {
    const trained = covariateFrame([1], [{ name: "size", kind: "static", values: [3] }]);
    const other = covariateFrame([1], []);
    expect(() => covariateChannels(other, other.series[0]!, chooseCovariates(trained), [unscaled("size")], 1)).toThrow(
      "the data have no size",
    );
  });
});

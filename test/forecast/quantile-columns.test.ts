import fc from "fast-check";
import { expect, test } from "vitest";
import { intervalsOf, quantileColumns, readQuantileName } from "../../src/forecast/quantile-columns.js";

test("the 80 % interval is the default, and gives way to quantiles that are asked for", () => {
  const names = (asked: Parameters<typeof quantileColumns>[0]) => quantileColumns(asked).map(({ name }) => name);
  expect(names({})).toEqual(["lo-80", "hi-80"]);
  expect(names({ quantiles: [0.5, 0.1] })).toEqual(["q0.5", "q0.1"]);
  expect(names({ level: [95, 80, 95] })).toEqual(["lo-95", "hi-95", "lo-80", "hi-80"]);
  expect(names({ level: [90], quantiles: [0.5] })).toEqual(["lo-90", "hi-90", "q0.5"]);
  expect(names({ level: "none" })).toEqual([]);
});

test("a column that is written is read as the quantile it was, to the last bit", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 998 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 5 }),
      (tenths, thousandths) => {
        const columns = quantileColumns({
          level: tenths.map((t) => t / 10),
          quantiles: thousandths.map((t) => t / 1000),
        });
        for (const column of columns) expect(readQuantileName(column.name)).toEqual(column);
      },
    ),
  );
});

test("other columns are no quantiles", () => {
  for (const name of ["forecast", "lo", "hi-", "q1", "q1.5", "lo-100", "quantity0.5", "xlo-80"])
    expect(readQuantileName(name), name).toBeUndefined();
});

test("intervals are the pairs of quantiles that mirror each other", () => {
  const columns = quantileColumns({ level: [95], quantiles: [0.9, 0.5, 0.1, 0.3] });
  expect(intervalsOf(columns)).toEqual([
    { percent: 95, low: 0, high: 1 },
    { percent: 80, low: 4, high: 2 },
  ]);
});

// Forecasts that repeat the past: all known values by hand.
import { describe, expect, test } from "vitest";
import { compiledMethod, type MethodName } from "../../src/classical/methods.js";
import { forecast } from "../support/classical.js";

const rising = [1, 2, 4, 3, 4, 6, 5, 6, 8];
const nested = [1, 3, 2, 4, 11, 13, 12, 14];

describe("known values", () => {
  const cases: readonly [string, MethodName, readonly number[], readonly number[], readonly number[]][] = [
    ["naive", "naive", rising, [3], [8, 8, 8, 8]],
    ["seasonal naive", "seasonal-naive", rising, [3], [5, 6, 8, 5]],
    ["seasonal naive without a season", "seasonal-naive", rising, [], [8, 8, 8, 8]],
    ["seasonal naive of the second season", "long-seasonal-naive", nested, [2, 4], [11, 13, 12, 14, 11]],
    ["drift: (8 − 1) / 8 a step", "drift", rising, [3], [8.875, 9.75]],
    ["drift of a single value", "drift", [7], [], [7, 7]],
    ["mean", "mean", rising, [], [39 / 9]],
    ["cycle mean: phases 3, 4, 6 about 13/3, moved to 19/3", "cycle-mean", rising, [3], [5, 6, 8, 5]],
    ["cycle mean without a season: the last eight", "cycle-mean", rising, [], [38 / 8]],
    ["seasonal drift: cycles rise by 2", "seasonal-drift", rising, [3], [7, 8, 10, 9]],
    ["seasonal drift without a season: (8 − 1) / 8 a step", "seasonal-drift", rising, [], [8.875, 9.75]],
    ["seasonal ratio: cycles double", "seasonal-ratio", [1, 3, 2, 6, 4, 12], [2], [8, 24, 16, 48]],
    ["seasonal ratio keeps to a doubling", "seasonal-ratio", [1, 3, 10, 30], [2], [20, 60, 40, 120]],
    ["seasonal ratio of zeros: the seasonal naive", "seasonal-ratio", [0, 3, 2, 6], [2], [2, 6]],
    // Today's level is 13; before the last four it was 3, before the first four nothing is known: one cycle, moved by 10.
    ["long cycle mean", "long-cycle-mean", nested, [2, 4], [21, 23, 22, 24, 21]],
    // Season 2: phases (12 + 11 + 2)/3 and (14 + 13 + 4)/3; season 4: (1 + 11)/2, …; half and half.
    [
      "mean of seasonal naives",
      "mean-seasonal-naive",
      nested,
      [2, 4],
      [(25 / 3 + 6) / 2, (31 / 3 + 8) / 2, (25 / 3 + 7) / 2, (31 / 3 + 9) / 2],
    ],
  ];
  for (const [what, method, values, seasons, expected] of cases)
    test(what, () => {
      forecast(compiledMethod(method), values, seasons, expected.length).forEach((value, h) => {
        expect(value).toBeCloseTo(expected[h]!, 12);
      });
    });
});

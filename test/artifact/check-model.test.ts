// Parts of a model that each are what they should be, and do not fit together.
import { describe, expect, test } from "vitest";
import { checkModel } from "../../src/artifact/check-model.js";
import type { Fitted, FittedModel, FittedPart } from "../../src/choose/fitted.js";
import type { Calibration } from "../../src/forecast/calibration.js";
import type { Frame } from "../../src/series/frame.js";
import { frameOf } from "../support/frames.js";
import { type Changes, calibration, networkSteps as horizon, networkOf } from "./parts.js";

/** 2^24 */
const most = 16_777_216;

const naive = { kind: "baseline", name: "naive", calibration: null } as const;
const network = (changes: Changes): Fitted => ({ kind: "network", network: networkOf(changes), calibration: null });
const calibrated = (own: Partial<Calibration>): Fitted => ({ ...naive, calibration: { ...calibration, ...own } });
const linear = (own: { horizon?: number; season?: number } = {}) =>
  ({ kind: "linear", model: { horizon, season: 1, forms: [], drifts: [], ...own }, calibration: null }) as const;
const pretrained: Fitted = { kind: "pretrained", gate: { networks: [], calibration: { factors: [] } } };
const combination = (parts: readonly FittedPart["fitted"][], ...weights: readonly number[][]): Fitted => ({
  kind: "combination",
  parts: parts.map((fitted) => ({ weight: 1 / parts.length, fitted })),
  series: weights.map((own, s) => ({ key: [`${s}`], target: "y", weights: own })),
  stretch: 1,
});

interface Place {
  readonly horizon?: number;
  readonly zone?: string;
  readonly context?: Frame;
}

/** @returns why it is refused; undefined when it is not */
function problemOf(
  fitted: Fitted,
  { horizon: asked = horizon, zone = "UTC", context }: Place = {},
): string | undefined {
  const model: FittedModel = { asked: "it", reason: undefined, seasons: [1], horizon: asked, ...fitted };
  try {
    checkModel(model, asked, zone, context, "a/model");
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ code: "model", hint: "train the model again" });
    const begin = "a/model does not fit together: ";
    expect((error as Error).message.slice(0, begin.length)).toBe(begin);
    return (error as Error).message.slice(begin.length);
  }
}

const promo = { name: "promo", kind: "future", categories: null, gapIndicator: false } as const;
const sky = { name: "sky", kind: "past", categories: ["dry", "wet"], gapIndicator: false } as const;

test.each<[string, Fitted, Place?]>([
  ["a baseline", naive],
  ["one of the longest horizon, in any zone", naive, { horizon: most, zone: "Europe/Berlin" }],
  ["a pretrained model of the longest horizon", pretrained, { horizon: 131_072 }],
  ["a regression", linear()],
  ["one of the longest horizon and season", linear({ horizon: most, season: most }), { horizon: most }],
  ["a calibration", calibrated({})],
  ["one of more levels than are needed", calibrated({ levels: [0.0005, 0.5, 0.9995] })],
  [
    "one that is certain",
    calibrated({
      offsets: [
        [0, 0, 0],
        [0, 0, 0],
      ],
    }),
  ],
  ["a network", network({})],
  ["one of a recursive decoder and any horizon", network({ config: { decoder: "recursive" } }), { horizon: 40 }],
  ["one of segments", network({ config: { segment: 4 } })],
  ["one of a window as long as its data", network({}), { context: frameOf([1], [1, 2, 3, 4, 5, 6, 7, 8]) }],
  ["one of the longest difference", network({ difference: most })],
  ["one of more channels", network({ config: { inputs: 4 }, channels: { gapIndicator: true, calendar: ["hour"] } })],
  [
    "one of scaled covariates, and of categories, which have no scale",
    network({
      config: { inputs: 5 },
      channels: { covariates: { columns: [promo, sky], ahead: 4 } },
      preparation: { covariates: [{ name: "promo", affine: { offset: 0, spread: 1 } }] },
    }),
  ],
  ["a combination", combination([naive, linear()])],
  ["one with weights of series", combination([naive, linear()], [0.25, 0.75], [1, 5e-7])],
])("%s is taken", (_, fitted, place) => {
  expect(problemOf(fitted, place)).toBeUndefined();
});

test.each<[string, string, Fitted, Place?]>([
  ["a zone that is none", 'there is no time zone "Nowhere/At_All"', naive, { zone: "Nowhere/At_All" }],
  ["a horizon too long", "a horizon of 16777217 steps", naive, { horizon: most + 1 }],
  ["a pretrained model for too many steps", "a pretrained model for 131073 steps", pretrained, { horizon: 131_073 }],
  ["a regression for fewer steps", "its horizon is 5 steps, its regression's 4", linear(), { horizon: 5 }],
  ["a regression for too many", "a regression of 16777217 steps", linear({ horizon: most + 1 })],
  ["a season too long", "a season of 16777217 steps", linear({ season: most + 1 })],
  [
    "a weight of a series too few",
    "the weights of a series do not go with its parts",
    combination([naive, linear()], [0.5, 0.5], [1]),
  ],
  [
    "weights of a series that are too small together",
    "the weights of a series do not go with its parts",
    combination([naive, linear()], [0.5, 0.499]),
  ],
  ["or too large", "the weights of a series do not go with its parts", combination([naive, linear()], [0.5, 0.500002])],
  ["channels that are not there", "its network takes 2 channels, its data have 1", network({ config: { inputs: 2 } })],
  [
    "a covariate without a scale",
    "its promo has no scale",
    network({
      config: { inputs: 3 },
      channels: { covariates: { columns: [promo], ahead: 4 } },
      preparation: { covariates: [{ name: "price", affine: { offset: 0, spread: 1 } }] },
    }),
  ],
  [
    "a covariate where nothing has one",
    "its promo has no scale",
    network({ config: { inputs: 3 }, channels: { covariates: { columns: [promo], ahead: 4 } } }),
  ],
  ["half a segment", "its window of 8 steps is no multiple of 3", network({ config: { segment: 3 } })],
  ["a network for fewer steps", "its horizon is 5 steps, its network's 4", network({}), { horizon: 5 }],
  [
    "a window longer than its data",
    "a window of 8 steps after a difference over 0 needs more than the 7 steps there are",
    network({}),
    { context: frameOf([1, 2, 3, 4, 5, 6, 7], [1]) },
  ],
  [
    "a difference over more than its data",
    "a window of 8 steps after a difference over 10 needs more than the 9 steps there are",
    network({ difference: 10 }),
    { context: frameOf([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
  ],
  [
    "a difference longer than any data",
    "a window of 8 steps after a difference over 16777217 needs more than the 16777216 steps there are",
    network({ difference: most + 1 }),
  ],
  [
    "a network among the parts",
    "its window of 8 steps is no multiple of 3",
    combination([naive, { kind: "network", network: networkOf({ config: { segment: 3 } }), calibration: null }]),
  ],
  [
    "a part that is for fewer steps",
    "its horizon is 5 steps, its regression's 4",
    combination([naive, linear()]),
    { horizon: 5 },
  ],
  [
    "a member of an ensemble",
    "its window of 8 steps is no multiple of 3",
    { kind: "ensemble", members: [networkOf({}), networkOf({ config: { segment: 3 } })], calibration: null },
  ],
])("%s is refused: %s", (_, problem, fitted, place) => {
  expect(problemOf(fitted, place)).toBe(problem);
});

describe("a calibration is refused", () => {
  const levels = "the levels of its calibration are not those that can be asked for";
  const offsets = "the offsets of its calibration do not ascend through 0";
  test.each<[string, string, Partial<Calibration>]>([
    ["without levels", levels, { levels: [] }],
    ["of levels that descend", levels, { levels: [0.001, 0.6, 0.5, 0.999] }],
    ["of a level twice", levels, { levels: [0.001, 0.5, 0.5, 0.999] }],
    ["of levels that begin too late", levels, { levels: [0.002, 0.5, 0.999] }],
    ["of levels that end too early", levels, { levels: [0.001, 0.5, 0.998] }],
    ["of steps that descend", "the steps of its calibration do not ascend", { steps: [4, 1] }],
    ["of a step twice", "the steps of its calibration do not ascend", { steps: [4, 4] }],
    ["of a step without offsets", "its calibration lacks offsets", { steps: [1, 2, 4] }],
    [
      "of a level without",
      "its calibration lacks offsets",
      {
        offsets: [
          [-1, 0, 1],
          [-1, 0],
        ],
      },
    ],
    ["without a median", offsets, { levels: [0.001, 0.4, 0.999] }],
    [
      "that shifts the forecast",
      offsets,
      {
        offsets: [
          [-1, 0, 1],
          [-1, 0.5, 2],
        ],
      },
    ],
    [
      "of intervals that cross",
      offsets,
      {
        offsets: [
          [-1, 0, -0.5],
          [-1, 0, 2],
        ],
      },
    ],
  ])("%s: %s", (_, problem, own) => {
    expect(problemOf(calibrated(own))).toBe(problem);
    const part = { ...linear(), calibration: { ...calibration, ...own } };
    expect(problemOf(combination([naive, part]))).toBe(problem);
  });
});

// Models of every kind on disk, as they were in memory, and what they keep of their data. None of them was trained.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ModelFiles, readModel } from "../../src/artifact/directory.js";
import { openModel } from "../../src/artifact/open-model.js";
import { contextSteps, fingerprint, type SavedModel, saveModel } from "../../src/artifact/save-model.js";
import type { Fitted, FittedModel, FittedPart } from "../../src/choose/fitted.js";
import type { Effects } from "../../src/effects/schema.js";
import { historyLimit } from "../../src/gate/history-limit.js";
import { encodeWeights, pretrainedGates } from "../../src/gate/weights.js";
import type { LinearModel } from "../../src/linear/model.js";
import type { Frame } from "../../src/series/frame.js";
import { covariateFrame } from "../support/covariates.js";
import { temporaryDirectory } from "../support/directory.js";
import { frameOf, wave } from "../support/frames.js";
import { calibration, networkOf } from "./parts.js";

const horizon = 3;
const frame = frameOf(wave(40), wave(20));
const limits = { min: 0, max: null, integer: true };

const linearModel: LinearModel = {
  horizon,
  season: 4,
  forms: [
    { log: false, lags: [2], share: 0.5, weights: Float32Array.of(1, 2, 3) },
    { log: true, lags: [3, 5], share: 0.5, weights: Float32Array.of(1, 2, 3, 4, 5, 6) },
  ],
  drifts: [],
};
const gate = { networks: pretrainedGates(), calibration: { factors: [1.5, 1, 1, 1, 1, 1, 0.5] } };
const naive = { kind: "baseline", name: "naive", calibration: null } as const;
const network = { kind: "network", network: networkOf({}), calibration: null } as const;
const ensemble = {
  kind: "ensemble",
  members: [networkOf({ config: { cell: "lstm" } }), networkOf({ config: { cell: "lstm", layers: [2, 3] } })],
  calibration,
} as const;
const linear = { kind: "linear", model: linearModel, calibration } as const;
const pretrained = { kind: "pretrained", gate } as const;

const combinationOf = (...parts: readonly FittedPart["fitted"][]): Fitted => ({
  kind: "combination",
  parts: parts.map((fitted, p) => ({ weight: (p + 1) / 10, fitted })),
  series: [],
  stretch: 1.25,
});
const modelOf = (fitted: Fitted, seasons: readonly number[] = [4]): FittedModel => ({
  asked: "it",
  reason: undefined,
  seasons,
  horizon,
  ...fitted,
});

async function save(fitted: FittedModel, own: Partial<SavedModel> = {}): Promise<string> {
  const path = join(await temporaryDirectory(), "model");
  const reading = { missing: "mask", aggregate: undefined } as const;
  const rest = { frame, horizon, seed: 7, engine: null, reading, limits, heldOut: null, keepContext: true };
  await saveModel(path, { fitted, ...rest, ...own }, "0.1.0", { host: "here" });
  return path;
}

const opened = async (path: string) => openModel(await readModel(path));

test.each<[string, Fitted, readonly string[]]>([
  ["a baseline", naive, []],
  ["one with intervals", { ...naive, name: "drift", calibration }, []],
  ["a network", network, ["model.json", "weights.bin"]],
  ["an ensemble", ensemble, ["1/model.json", "1/weights.bin", "2/model.json", "2/weights.bin"]],
  ["a linear model", linear, ["linear.bin"]],
  ["the pretrained one", pretrained, ["gate.bin"]],
  [
    "a combination of them all",
    combinationOf({ ...naive, calibration }, network, ensemble, linear, pretrained),
    [
      "2/model.json",
      "2/weights.bin",
      "3/1/model.json",
      "3/1/weights.bin",
      "3/2/model.json",
      "3/2/weights.bin",
      "4/linear.bin",
      "5/gate.bin",
    ],
  ],
  [
    "one with weights of its own for a series",
    {
      ...combinationOf(naive, linear),
      series: [{ key: ["s1"], target: "y", weights: [0.25, 0.75] }],
    } as Fitted,
    ["2/linear.bin"],
  ],
])("%s comes back as it was, with all that it needs of its data", async (_, fitted, files) => {
  const model = { ...modelOf(fitted), reason: "of its own" };
  const path = await save(model);
  const { fitted: found, context } = await opened(path);
  expect(found).toEqual(model);
  expect(context).toMatchObject({ columns: frame.columns, grid: frame.grid, timeStyle: frame.timeStyle });
  // A shorter series is kept whole, and so is what is no longer than is needed.
  const steps = Math.min(contextSteps(model), 40);
  expect(context!.series[0]).toEqual({
    ...frame.series[0],
    start: 41 - steps,
    values: frame.series[0]!.values.subarray(40 - steps),
  });
  const written = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => /\.\w/.test(name));
  expect(written.sort()).toEqual([...files, "context.bin", "hindcast.json", "run.json"].sort());
});

test("what it says of itself is what it was given, and nothing of what it lacks", async () => {
  const path = await save(modelOf(naive), {
    engine: "wasm",
    reading: { missing: "zero", aggregate: "sum" },
    heldOut: { n: 3, scores: { mase: 0.5 } },
    keepContext: false,
  });
  const { manifest, files } = await readModel(path);
  expect(files).toEqual({});
  expect((await opened(path)).context).toBeUndefined();
  expect(manifest).toEqual({
    schema_version: 1,
    type: "model",
    hindcast: "0.1.0",
    asked: "it",
    reason: null,
    horizon,
    seasons: [4],
    seed: 7,
    engine: "wasm",
    columns: frame.columns,
    grid: frame.grid,
    time_style: frame.timeStyle,
    reading: { missing: "zero", aggregate: "sum" },
    limits,
    model: { kind: "baseline", name: "naive" },
    held_out: { n: 3, scores: { mase: 0.5 } },
    data: fingerprint(frame),
    files: {},
  });
  expect(JSON.parse(readFileSync(join(path, "run.json"), "utf8"))).toEqual({ host: "here" });
  const { reading } = (await readModel(await save(modelOf(naive)))).manifest;
  expect(reading).toEqual({ missing: "mask", aggregate: null });
});

test("a combination says what forecasts", async () => {
  const { manifest } = await readModel(
    await save(modelOf(combinationOf(naive, network, ensemble, linear, pretrained))),
  );
  // No series has weights of its own.
  expect(manifest.model).not.toHaveProperty("series");
  expect(manifest.model).toMatchObject({
    name: "naive+gru+lstm*2+linear+pretrained",
    parts: [
      { model: { name: "naive" } },
      { model: { name: "gru" } },
      { model: { name: "lstm*2", members: [{ name: "lstm" }, { name: "lstm" }] } },
      { model: { name: "linear" } },
      { model: { name: "pretrained" } },
    ],
  });
});

describe("what stands beside the values", () => {
  const promo = { name: "promo", kind: "future", values: Array.from({ length: 44 }, (_, t) => t % 2) } as const;
  const beside = covariateFrame(wave(40), [promo]);
  const columns = [{ name: "promo", kind: "future", categories: null, gapIndicator: false }] as const;
  const scales = [{ name: "promo", affine: { offset: 0.5, spread: 0.5 } }];
  const looking = {
    ...network,
    network: networkOf({
      config: { inputs: 3 },
      channels: { covariates: { columns, ahead: horizon } },
      preparation: { covariates: scales },
    }),
  };
  const series = [{ key: [], target: "y", centre: 1.5, coefficients: [-2] }];
  const effects = { columns, scales, channels: [null], memory: 4, series };

  test("is kept by what looks at it, and by nothing else", async () => {
    for (const [fitted, isKept] of [
      [looking, true],
      [combinationOf(naive, looking), true],
      [{ ...linear, effects }, true],
      [combinationOf(naive, { ...pretrained, effects }), true],
      [network, false],
      [linear, false],
      [combinationOf(naive, linear), false],
    ] as const) {
      const path = await save(modelOf(fitted), { frame: beside });
      const { context } = await opened(path);
      expect(context!.covariates).toEqual(isKept ? beside.covariates : undefined);
      expect(context!.series[0]!.covariates?.length).toBe(isKept ? 1 : undefined);
      const { data } = (await readModel(path)).manifest;
      expect(data.sha256 === fingerprint(beside).sha256).toBe(isKept);
    }
  });

  test("is refused where the end of the series has another number of it", async () => {
    const stored = await readModel(await save(modelOf(looking), { frame: beside }));
    const { covariates, ...manifest } = stored.manifest;
    const refusal = {
      code: "model",
      message: `${stored.path}/context.bin: its covariates are not those of hindcast.json`,
    };
    await expect(openModel({ ...stored, manifest })).rejects.toMatchObject(refusal);
    const twice = { ...manifest, covariates: [...covariates!, ...covariates!] };
    await expect(openModel({ ...stored, manifest: twice })).rejects.toMatchObject({
      ...refusal,
      hint: "train the model again",
    });
  });
});

const curve = { range: [-1, 2], knots: [0, 0.5] } as const;
const columns = [
  { name: "rain", kind: "future", categories: ["no", "yes"], gapIndicator: false },
  { name: "temp", kind: "future", categories: null, gapIndicator: true },
] as const;
const effects: Effects = {
  columns,
  scales: [{ name: "temp", affine: { offset: 15, spread: 4 } }],
  channels: [null, null, { now: curve, lately: { ...curve, knots: [] } }, null],
  memory: 5,
  series: [
    { key: ["a"], target: "y", centre: 0.1, coefficients: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    {
      key: ["b"],
      target: "y",
      centre: 0,
      profile: { start: 86_400_000, shares: [0.5, 1.5] },
      coefficients: Array.from({ length: 18 }, (_, i) => i),
    },
  ],
};

describe("effects of covariates", () => {
  test.each<[string, FittedPart["fitted"]]>([
    ["pretrained", { ...pretrained, effects }],
    ["linear", { ...linear, effects }],
  ])("are kept with a %s model", async (_, fitted) => {
    expect((await opened(await save(modelOf(fitted)))).fitted).toMatchObject({ effects });
    expect((await opened(await save(modelOf(combinationOf(naive, fitted))))).fitted).toMatchObject({
      parts: [{}, { fitted: { effects } }],
    });
  });

  test("go back further, by the steps of their means", () => {
    expect(contextSteps(modelOf({ ...linear, effects }))).toBe(historyLimit([4]) + 4);
    expect(contextSteps(modelOf({ ...pretrained, effects }))).toBe(contextSteps(modelOf(pretrained)) + 4);
  });

  test.each<[string, Partial<Effects>]>([
    ["effects of 3 channels, whose columns have 4", { channels: [null, null, null] }],
    ["its temp has no scale", { scales: [] }],
    ["means of 16777217 steps", { memory: 2 ** 24 + 1 }],
    ["effects of 4 channels, 1 of which have a range", { logarithm: { ranges: [[0, 1]] } }],
    ["its effects lack coefficients", { common: [{ lags: [], coefficients: [1] }] }],
    ["its effects lack coefficients", { series: [{ ...effects.series[0]!, coefficients: [1] }] }],
    [
      "its effects lack coefficients",
      { series: [{ ...effects.series[0]!, profile: { start: 0, shares: [0.5, 1.5] } }] },
    ],
  ])("are refused: %s", async (problem, changed) => {
    const path = await save(modelOf({ ...pretrained, effects: { ...effects, ...changed } }));
    await expect(readModel(path).then(openModel)).rejects.toMatchObject({
      code: "model",
      message: `${path} does not fit together: ${problem}`,
    });
  });
});

describe("a part without its file, or with one that is not its own, is refused", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const gateBytes = encodeWeights(gate.networks);
  test.each<[string, Fitted, Readonly<Record<string, Uint8Array | undefined>>, string]>([
    ["a network", network, { "model.json": undefined }, "PATH lacks model.json or weights.bin"],
    ["a network", network, { "weights.bin": undefined }, "PATH lacks model.json or weights.bin"],
    ["a member", ensemble, { "2/weights.bin": undefined }, "PATH lacks 2/model.json or weights.bin"],
    [
      "a member of a part",
      combinationOf(naive, ensemble),
      { "2/1/model.json": undefined },
      "PATH lacks 2/1/model.json or weights.bin",
    ],
    ["a network", network, { "model.json": text("{") }, "PATH/model.json is not JSON"],
    ["a part", combinationOf(naive, network), { "2/model.json": text("{") }, "PATH/2/model.json is not JSON"],
    ["the pretrained model", pretrained, { "gate.bin": undefined }, "PATH: there is no gate.bin"],
    [
      "the pretrained model",
      pretrained,
      { "gate.bin": gateBytes.subarray(2) },
      `PATH: the gate's weights take ${gateBytes.length - 2} bytes, not ${gateBytes.length}`,
    ],
    ["a linear model", linear, { "linear.bin": undefined }, "PATH: there is no linear.bin"],
  ])("%s: %#", async (_, fitted, changed, message) => {
    const stored = await readModel(await save(modelOf(fitted)));
    const kept = Object.entries({ ...stored.files, ...changed }).filter(([, bytes]) => bytes !== undefined);
    const files: ModelFiles = Object.fromEntries(kept);
    await expect(openModel({ ...stored, path: "PATH", files })).rejects.toMatchObject({
      code: "model",
      message,
      hint: "train the model again",
    });
  });
});

const longNetwork = networkOf({ config: { window: 5000 } });
test.each<[string, Fitted, readonly number[], number]>([
  ["a network: its window and a season", network, [12, 24], 8 + 12],
  ["without a season", network, [], 8 + 1],
  ["with a difference", { ...network, network: networkOf({ difference: 5 }) }, [2], 8 + 5 + 2],
  ["with two cycles to mix", { ...network, network: networkOf({ config: { mix: [3, 7] } }) }, [2], 14 + 2],
  ["with short cycles to mix", { ...network, network: networkOf({ config: { mix: [3] } }) }, [2], 8 + 2],
  [
    "an ensemble: the longest of its members'",
    { ...ensemble, members: [networkOf({ difference: 5 }), networkOf({})] },
    [2],
    8 + 5 + 2,
  ],
  ["intervals: a season and the newest steps", { ...naive, calibration: { ...calibration, season: 30 } }, [2], 30 + 5],
  ["or less than the forecast", { ...naive, calibration }, [12], 24],
  ["naive: two seasons", naive, [12], 24],
  ["naive without a season", naive, [], 2],
  ["seasonal naive: two of the shortest seasons", { ...naive, name: "seasonal-naive" }, [12, 24], 24],
  ["drift: everything", { ...naive, name: "drift" }, [12], Number.POSITIVE_INFINITY],
  ["mean: everything", { ...naive, name: "mean" }, [12], Number.POSITIVE_INFINITY],
  ["the pretrained model: what its gate looks at", pretrained, [12], 4096],
  ["six of the longest cycles of it", pretrained, [12, 1000], 6000],
  ["a linear model: what tells the range that it keeps to", linear, [12], 4096],
  [
    "its longest lag and a season",
    { ...linear, model: { ...linearModel, forms: [{ ...linearModel.forms[0]!, lags: [5000] }] }, calibration: null },
    [12],
    4 + 5000,
  ],
  ["a combination: as much as phases that never change", combinationOf(naive, linear), [12], 4096],
  ["or the longest of its parts'", combinationOf(naive, { ...network, network: longNetwork }), [12], 5000 + 12],
  [
    "or of their intervals'",
    combinationOf(naive, { ...linear, calibration: { ...calibration, season: 9000 } }),
    [12],
    9005,
  ],
])("what is looked at by %s", (_, fitted, seasons, steps) => {
  expect(contextSteps(modelOf(fitted, seasons))).toBe(steps);
});

test("data are told by their series, steps, values and a hash of them all", () => {
  const no = Number.NaN;
  const whole = covariateFrame([1, no, 3], [{ name: "promo", kind: "future", values: [0, 1, 0, 1] }]);
  const [series] = whole.series;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([series!.key, series!.target, series!.start, 3]));
  for (const values of [series!.values, ...series!.covariates!]) hash.update(new Uint8Array(values.buffer));
  const sha256 = hash.digest("hex");
  expect(fingerprint(whole)).toEqual({ series: 1, steps: 3, observed: 2, sha256 });
  // A view of more is no other than what it shows.
  const view: Frame = {
    ...whole,
    series: [{ ...series!, values: Float64Array.of(9, 1, no, 3, 9).subarray(1, 4) }],
  };
  expect(fingerprint(view).sha256).toBe(sha256);
  expect(fingerprint(frameOf([1, 2], [3]))).toMatchObject({ series: 2, steps: 3, observed: 3 });
  expect(fingerprint(frameOf()).sha256).toBe(createHash("sha256").digest("hex"));
});

// hindcast.json: which files a model may hold, and what may be said of it.
import { describe, expect, test } from "vitest";
import { manifestSchema } from "../../src/artifact/manifest.js";
import { baselines } from "../../src/forecast/baselines.js";
import { hashes, manifest } from "./manifests.js";

const withFiles = (...names: readonly string[]) => ({
  ...manifest,
  files: Object.fromEntries(names.map((name) => [name, { bytes: 0, sha256: hashes.nothing }])),
});
const isManifest = (given: unknown) => manifestSchema.safeParse(given).success;

describe("a model may hold", () => {
  const parts = ["model.json", "weights.bin", "gate.bin", "linear.bin"];
  test("its context, and the files of each part, in numbered directories at most two deep", () => {
    const places = ["", "1/", "12/", "9999/", "1/2/", "9999/9999/"];
    const names = ["context.bin", ...places.flatMap((place) => parts.map((name) => place + name))];
    expect(isManifest(withFiles(...names))).toBe(true);
  });

  test.each([
    "1/context.bin",
    "run.json",
    "hindcast.json",
    "0/model.json",
    "01/model.json",
    "10000/model.json",
    "1/2/3/model.json",
    "a/model.json",
    "/model.json",
    "1//model.json",
    "../model.json",
    "model.json/",
    "model.json.old",
    "my-model.json",
    "my-context.bin",
    "context.bin.old",
    "modelxjson",
    "weightsxbin",
    "gatexbin",
    "linearxbin",
    "contextxbin",
  ])("no %s", (name) => {
    expect(isManifest(withFiles(name))).toBe(false);
  });

  test.each([
    { bytes: -1, sha256: hashes.nothing },
    { bytes: 0, sha256: hashes.nothing.slice(1) },
    { bytes: 0, sha256: `0${hashes.nothing}` },
    { bytes: 0, sha256: `${hashes.nothing}0` },
    { bytes: 0, sha256: hashes.nothing.toUpperCase() },
    { bytes: 0, sha256: hashes.nothing, name: "a" },
    { bytes: 0 },
  ])("no file that is recorded as %j", (record) => {
    expect(isManifest({ ...manifest, files: { "context.bin": record } })).toBe(false);
  });
});

const whole = { ...manifest, files: {} };

test("every baseline may be saved", () => {
  for (const name of baselines.names)
    expect(isManifest({ ...whole, model: { kind: "baseline", name } }), name).toBe(true);
});

const linear = { kind: "linear", name: "linear", horizon: 1, season: 1, forms: [{ log: true, lags: [2], share: 1 }] };
const gate = {
  kind: "pretrained",
  name: "pretrained",
  candidates: ["naive"],
  networks: [{ width: 1, residual: true, units: 0 }],
  calibration: { factors: [1, 1, 1, 1, 1, 1, 1] },
};
const part = { weight: 0.5, model: { kind: "baseline", name: "naive" } } as const;
const combination = { kind: "combination", name: "a+b", parts: [part, part], stretch: 1 };

test.each([
  { model: linear },
  { model: { ...linear, drifts: [{ key: ["a"], target: "y", slopes: [-0.5] }] } },
  { model: gate },
  { model: combination },
  { model: { ...combination, parts: [part, { ...part, model: linear }] } },
  { model: { ...combination, parts: [part, { ...part, model: gate }] } },
  { model: { ...combination, series: [{ key: ["a"], target: "y", weights: [0, 1] }] } },
  { covariates: [{ name: "promo", kind: "future", categories: null, place: null }] },
  { held_out: { n: 3, scores: { mase: 1, mape: null } } },
  { seasons: [] },
  { data: { series: 0, steps: 0, observed: 0, sha256: "" } },
])("%j may be said of a model", (own) => {
  expect(isManifest({ ...whole, ...own })).toBe(true);
});

test.each<[object]>([
  [{ schema_version: 2 }],
  [{ type: "shard" }],
  [{ horizon: 0 }],
  [{ seasons: [0] }],
  [{ columns: { ...manifest.columns, targets: [] } }],
  [{ columns: { ...manifest.columns, more: [] } }],
  [{ grid: { ...manifest.grid, more: 1 } }],
  [{ reading: { ...manifest.reading, more: 1 } }],
  [{ limits: { ...manifest.limits, more: 1 } }],
  [{ held_out: { n: 3, scores: {}, more: 1 } }],
  [{ held_out: { n: 3, scores: { mase: "1" } } }],
  [{ data: { ...manifest.data, series: -1 } }],
  [{ data: { ...manifest.data, steps: -1 } }],
  [{ data: { ...manifest.data, observed: -1 } }],
  [{ data: { ...manifest.data, more: 1 } }],
  [{ more: 1 }],
  [{ model: { kind: "baseline", name: "oracle" } }],
  [{ model: { ...part.model, more: 1 } }],
  [{ model: { kind: "oracle", name: "naive" } }],
  [{ model: { ...linear, name: "another" } }],
  [{ model: { ...linear, horizon: 0 } }],
  [{ model: { ...linear, season: 0 } }],
  [{ model: { ...linear, drifts: [{ key: ["a"], target: "y", slopes: ["1"] }] } }],
  [{ model: { ...linear, drifts: [{ key: ["a"], target: "y", slopes: [1], more: 1 }] } }],
  [{ model: { ...linear, forms: [] } }],
  [{ model: { ...linear, forms: [{ log: true, lags: [1], share: 1 }] } }],
  [{ model: { ...linear, forms: [{ log: true, lags: [2], share: 0 }] } }],
  [{ model: { ...linear, forms: [{ log: true, lags: [2], share: 1, more: 1 }] } }],
  [{ model: { ...linear, more: 1 } }],
  [{ model: { ...gate, name: "another" } }],
  [{ model: { ...gate, candidates: [] } }],
  [{ model: { ...gate, networks: [] } }],
  [{ model: { ...gate, more: 1 } }],
  [{ model: { kind: "ensemble", name: "gru*2", members: [] } }],
  [{ model: { kind: "network", name: "gru" } }],
  [{ model: { ...combination, parts: [part] } }],
  [{ model: { ...combination, parts: [part, { ...part, weight: 0 }] } }],
  [{ model: { ...combination, parts: [part, { ...part, more: 1 }] } }],
  [{ model: { ...combination, parts: [part, { ...part, model: combination }] } }],
  [{ model: { ...combination, series: [{ key: ["a"], target: "y", weights: [-1, 2] }] } }],
  [{ model: { ...combination, series: [{ key: ["a"], target: "y", weights: [0, 1], more: 1 }] } }],
  [{ model: { ...combination, stretch: 0 } }],
  [{ model: { ...combination, more: 1 } }],
])("%j may not be said of a model", (own) => {
  expect(isManifest({ ...whole, ...own })).toBe(false);
});

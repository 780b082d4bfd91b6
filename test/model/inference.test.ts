import { build } from "esbuild";
import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { type NamedArray, predictArrays } from "../../src/model/inference.js";
import { initialise } from "../../src/model/initialisers.js";
import { planNetwork } from "../../src/model/parameters.js";
import { normals } from "../engine/kernels/reference.js";

const config: NetworkConfig = {
  kind: "recurrent",
  cell: "lstm",
  layers: [6, 4],
  bidirectional: true,
  decoder: "direct",
  dropout: 0,
  truncate: 0,
  inputs: 2,
  window: 5,
  horizon: 3,
};
const weights: NamedArray[] = planNetwork(config).parameters.map((parameter) => ({
  name: parameter.name,
  shape: parameter.shape,
  values: initialise(parameter, seededRandom(1).fork(parameter.name)),
}));

test("a window's forecast is the same bits alone and in any batch", () => {
  const batch = 150;
  const rowSize = config.window * config.inputs;
  const inputs = normals(1, "inputs", batch * rowSize, 1);
  const mask = normals(1, "mask", batch * config.window, 1).map((value) => (value < 1 ? 1 : 0));
  const all = predictArrays(config, weights, inputs, mask, batch);
  for (const row of [0, 63, 64, 149]) {
    // Both arrays go on after the window, as the buffers of a batch that is not full do.
    const alone = predictArrays(config, weights, inputs.subarray(row * rowSize), mask.subarray(row * config.window), 1);
    expect(alone).toEqual(all.subarray(row * config.horizon, (row + 1) * config.horizon));
  }
});

test("needs no TensorFlow.js, whose loading would cost more than the forecast", async () => {
  const { metafile } = await build({
    entryPoints: ["src/model/inference.ts"],
    bundle: true,
    packages: "external",
    format: "esm",
    write: false,
    metafile: true,
  });
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(imported.filter((path) => path.startsWith("@tensorflow/"))).toEqual([]);
  expect(imported).toContain("src/engine/kernels/recurrent.ts");
});

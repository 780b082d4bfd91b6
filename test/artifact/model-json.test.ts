// model.json to the letter: what other programs read of it, and what later versions have to read. In: networks of every form. Out: the
// layers, a line each, as test/artifact/model-json/ keeps them.
import { expect, test } from "vitest";
import { encodeLayersModel } from "../../src/artifact/layers-model.js";
import type { NetworkConfig } from "../../src/model/config.js";
import { drawWeights } from "../support/forms.js";
import { networkOf } from "./parts.js";

const forms: Readonly<Record<string, Partial<NetworkConfig>>> = {
  "gru-of-segments": { layers: [5, 3], segment: 2, dropout: 0.1 },
  "rnn-both-ways": { cell: "rnn", bidirectional: true },
  "lstm-with-additive-attention": {
    cell: "lstm",
    bidirectional: true,
    conv: { filters: 3, width: 2 },
    attention: "additive",
  },
  "gru-with-dot-attention": { layers: [2, 4], attention: "dot", dropout: 0.2, decoder: "recursive" },
  "gru-with-candidates": { mix: [2, 4], bidirectional: false },
  "lstm-of-quantiles-with-candidates": { cell: "lstm", head: { kind: "quantile" }, mix: [2] },
  "gru-of-student-t": { head: { kind: "student-t", sampleCount: 50 }, decoder: "recursive" },
  "gru-of-bins": { head: { kind: "bins", count: 3, edges: [-1, 0, 1, 2], values: [-0.5, 0.5, 1.5] } },
};

/** Objects deeper than `depth` stand on one line. */
function linesOf(value: unknown, depth: number, indent = ""): string {
  if (depth === 0 || typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(
    ([key, one]) => `${inner}${isList ? "" : `${JSON.stringify(key)}: `}${linesOf(one, depth - 1, inner)}`,
  );
  return `${isList ? "[" : "{"}\n${lines.join(",\n")}\n${indent}${isList ? "]" : "}"}`;
}

test.each(Object.keys(forms))("%s", async (name) => {
  const { config } = networkOf({ config: forms[name]! });
  const { modelJson } = encodeLayersModel(config, drawWeights(config));
  expect(JSON.parse(linesOf(modelJson, 4))).toEqual(JSON.parse(JSON.stringify(modelJson)));
  await expect(`${linesOf(modelJson, 4)}\n`).toMatchFileSnapshot(`model-json/${name}.txt`);
});

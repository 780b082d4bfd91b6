// Models of several parts on disk: all of them in one directory, which is whole or is refused.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readModel } from "../../src/artifact/directory.js";
import { decodeLayersModel } from "../../src/artifact/layers-model.js";
import { openModel } from "../../src/artifact/open-model.js";
import { saveModel } from "../../src/artifact/save-model.js";
import { seededRandom } from "../../src/base/random.js";
import { sealJson } from "../../src/base/sealed-json.js";
import { answererOf, type FittedModel, networksOf } from "../../src/choose/fitted.js";
import { fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import type { Frame } from "../../src/series/frame.js";
import { airPassengers } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";
import { temporaryDirectory } from "../support/directory.js";
import { frameOf, solar } from "../support/frames.js";

const horizon = 6;
const levels = [0.025, 0.1, 0.42, 0.975];
const frame = airPassengers();
const { limits } = smallModel;

async function save(fitted: FittedModel, of = frame): Promise<string> {
  const path = join(await temporaryDirectory(), "model");
  const reading = { missing: "mask", aggregate: undefined } as const;
  const rest = { horizon, seed: 7, engine: "wasm", reading, limits, heldOut: null, keepContext: true };
  await saveModel(path, { fitted, frame: of, ...rest }, "0.1.0", {});
  return path;
}

async function forecast(fitted: FittedModel, of = frame) {
  return (await predictorOf(fitted, limits, quietContext())).predict(of, horizon, levels);
}

let combination: FittedModel;
let path: string;

beforeAll(async () => {
  const options: ModelOptions = { ...smallModel, seasons: "auto", epochs: 2, members: 2 };
  const parts = [];
  for (const [name, weight] of [
    ["pretrained", 0.375],
    ["linear", 0.125],
    ["gru", 0.25],
    ["lstm", 0.25],
  ] as const) {
    const own = { ...options, members: name === "gru" ? 2 : 1 };
    const fitted = await fitModel(name, frame, horizon, own, quietContext());
    if (fitted.kind === "baseline" || fitted.kind === "combination") throw new Error(fitted.kind);
    parts.push({ weight, fitted });
  }
  const series = frame.series.map(({ key, target }) => ({ key, target, weights: [0.5, 0.25, 0, 0.25] }));
  combination = {
    asked: "auto",
    reason: "a test",
    seasons: [12],
    horizon,
    kind: "combination",
    parts,
    series,
    stretch: 1.25,
  };
  path = await save(combination);
});

test("a saved combination goes on from its own context with the very numbers it would give in memory", async () => {
  expect(answererOf(combination)).toBe("pretrained+linear+gru*2+lstm");
  const { fitted, context } = await openModel(await readModel(path));
  expect(await forecast(fitted, context)).toEqual(await forecast(combination));
});

test("a saved combination remembers phases that never change, though no part of it looks back so far", async () => {
  const sun = frameOf(solar(40));
  const parts = [];
  for (const name of ["naive", "seasonal-naive"]) {
    const fitted = await fitModel(name, sun, horizon, { ...smallModel, seasons: [24] }, quietContext());
    if (fitted.kind !== "baseline") throw new Error(fitted.kind);
    parts.push({ weight: 0.5, fitted });
  }
  // From noon on, so that the last value, which is half of the answer, is not the night's.
  const noon = { ...sun, series: sun.series.map((one) => ({ ...one, values: one.values.subarray(0, -10) })) };
  const rest = { asked: "auto", reason: "a test", seasons: [24], horizon: 12, kind: "combination", parts } as const;
  const two: FittedModel = { ...rest, series: [], stretch: 1 };
  const inMemory = await (await predictorOf(two, limits, quietContext())).predict(noon, 12);
  expect([...inMemory.point.subarray(4)]).toEqual(Array(8).fill(0));
  const { fitted, context } = await openModel(await readModel(await save(two, noon)));
  expect(await (await predictorOf(fitted, limits, quietContext())).predict(context!, 12)).toEqual(inMemory);
});

test("a saved linear model knows the drift of each series, and none of a series that is new", async () => {
  const random = seededRandom(8);
  const walk = (drift: number) => {
    let value = 100;
    return Array.from({ length: 200 }, () => (value += drift + random.normal()));
  };
  const panel = frameOf(walk(1), walk(-1), walk(0));
  const linear = await fitModel("linear", panel, horizon, { ...smallModel, seasons: [1] }, quietContext());
  if (linear.kind !== "linear") throw new Error(linear.kind);
  expect(linear.model.drifts.map(({ key }) => key)).toEqual([["s0"], ["s1"]]);
  const { fitted, context } = await openModel(await readModel(await save(linear, panel)));
  expect(await forecast(fitted, context)).toEqual(await forecast(linear, panel));
  const renamed = { ...panel, series: panel.series.map((one, s) => ({ ...one, key: [`new ${s}`] })) };
  const gains = async (of: Frame) => {
    const { point } = await forecast(fitted, of);
    return panel.series.map(({ values }, s) => point[(s + 1) * horizon - 1]! - values.at(-1)!);
  };
  const [known, unknown] = [await gains(panel), await gains(renamed)];
  expect(known[0]).toBeGreaterThan(unknown[0]!);
  expect(known[1]).toBeLessThan(unknown[1]!);
  expect(known[2]).toBe(unknown[2]);
});

test("a saved ensemble, too, and its members are those that were trained", async () => {
  const options = { ...smallModel, seasons: "auto" as const, epochs: 2, members: 2 };
  const ensemble = await fitModel("lstm", frame, horizon, options, quietContext());
  const { fitted, context } = await openModel(await readModel(await save(ensemble)));
  expect(fitted).toMatchObject({ kind: "ensemble", asked: "lstm" });
  expect(await forecast(fitted, context)).toEqual(await forecast(ensemble));
});

test("each network stands in a numbered subdirectory, in the form in which one alone would", () => {
  const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));
  expect(files.sort()).toEqual([
    "1/gate.bin",
    "2/linear.bin",
    "3/1/model.json",
    "3/1/weights.bin",
    "3/2/model.json",
    "3/2/weights.bin",
    "4/model.json",
    "4/weights.bin",
    "context.bin",
    "hindcast.json",
    "run.json",
  ]);
  const [first] = networksOf(combination);
  const json: unknown = JSON.parse(readFileSync(join(path, "3/1/model.json"), "utf8"));
  expect(decodeLayersModel(json, readFileSync(join(path, "3/1/weights.bin")), first!.config)).toEqual(first!.weights);
});

test("the same model gives the same bytes, and takes the place of another whole", async () => {
  const again = await save(combination);
  for (const name of ["hindcast.json", "1/gate.bin", "3/2/weights.bin", "4/model.json"])
    expect(readFileSync(join(again, name)).equals(readFileSync(join(path, name))), name).toBe(true);
  const { parts } = combination as FittedModel & { kind: "combination" };
  const single: FittedModel = { asked: "lstm", reason: undefined, seasons: [12], horizon, ...parts[3]!.fitted };
  const reading = { missing: "mask", aggregate: undefined } as const;
  const rest = { horizon, seed: 7, engine: "wasm", reading, limits, heldOut: null, keepContext: true };
  await saveModel(again, { fitted: single, frame, ...rest }, "0.1.0", {});
  expect(existsSync(join(again, "1"))).toBe(false);
  expect((await openModel(await readModel(again))).fitted.kind).toBe("network");
});

test("a part that is missing, changed, swapped or elsewhere is refused", async () => {
  const harm: Record<string, (model: string) => void> = {
    missing: (model) => rmSync(join(model, "3/1/weights.bin")),
    "without its directory": (model) => rmSync(join(model, "4"), { recursive: true }),
    changed: (model) => {
      const bytes = readFileSync(join(model, "1/gate.bin"));
      bytes[100]! ^= 1;
      writeFileSync(join(model, "1/gate.bin"), bytes);
    },
    swapped: (model) => cpSync(join(model, "3/1/weights.bin"), join(model, "3/2/weights.bin")),
    "behind a link": (model) => {
      cpSync(join(model, "4"), `${model}-elsewhere`, { recursive: true });
      rmSync(join(model, "4"), { recursive: true });
      symlinkSync(`${model}-elsewhere`, join(model, "4"));
    },
    "outside, by its name": (model) =>
      rewrite(model, (text) => text.replaceAll('"4/weights.bin"', '"../4/weights.bin"')),
    "left out of the list": (model) =>
      rewrite(model, (text) => text.replace('"4/weights.bin"', '"5/weights.bin"'), "5"),
  };
  for (const [what, does] of Object.entries(harm)) {
    const model = join(await temporaryDirectory(), "model");
    cpSync(path, model, { recursive: true });
    does(model);
    const use = async () => forecast((await openModel(await readModel(model))).fitted);
    await expect(use(), what).rejects.toMatchObject({ code: "model" });
  }
});

/** Changes the manifest and seals it anew. @param beside a directory that gets the files of part 3 */
function rewrite(model: string, change: (text: string) => string, beside?: string): void {
  const file = join(model, "hindcast.json");
  const { checksum: _, ...fields } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const changed = JSON.parse(change(JSON.stringify(fields))) as Record<string, unknown>;
  writeFileSync(file, sealJson(changed));
  if (beside === undefined) return;
  mkdirSync(join(model, beside));
  cpSync(join(model, "4"), join(model, beside), { recursive: true });
}

// The compiled methods in each of their builds: one source, the same bytes, and the elementary functions of src/base/portable.ts.
import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { generateSeries } from "../../pretrain/generator/generate.js";
import { portableRandom } from "../../src/base/distributions.js";
import {
  portableAsinh,
  portableCos,
  portableExp,
  portableLog,
  portableLog1p,
  portableSin,
  portableSinh,
} from "../../src/base/portable.js";
import { candidateCount, candidateNames } from "../../src/classical/candidates.js";
import { openBlock } from "../../src/classical/compiled/block.js";
import type { Build } from "../../src/classical/compiled/builds.js";
import { checkKnownAnswer } from "../../src/classical/compiled/check.js";
import { loadClassical } from "../../src/classical/compiled/load.js";
import { runPart } from "../../src/classical/compiled/parts.js";
import {
  recentFeatureCount,
  recentLength,
  seriesFeatureCount,
  stepFeatureCount,
  writeWindows,
} from "../../src/gate/features.js";
import { forecastSeries } from "../../src/gate/forecast.js";
import { chooseOrigins } from "../../src/gate/origins.js";
import { pretrainedGates } from "../../src/gate/weights.js";

const kinds = ["native", "wasm", "js"] as const;

afterEach(() => vi.unstubAllEnvs());

/** Synthetic series of every family, and what lies at the edges of what a series can be. */
function* seriesFor(count: number) {
  for (let i = 0; i < count; i++) {
    const { values, historyLength, seasons, horizon } = generateSeries(7, i);
    yield { values: values.subarray(0, historyLength), seasons, horizon };
  }
  const { normal } = portableRandom(9);
  const noise = (size: number) => (length: number) => Float64Array.from({ length }, () => size * normal());
  const shapes: ((length: number) => Float64Array)[] = [
    noise(1),
    noise(1e300),
    noise(1e-300),
    (length) => new Float64Array(length),
    (length) => new Float64Array(length).fill(3.7),
    (length) => Float64Array.from({ length }, (_, t) => 2 ** t),
    (length) => Float64Array.from({ length }, (_, t) => (t % 5 === 0 ? t : 0)),
  ];
  for (const length of [1, 2, 3, 5, 12, 61])
    for (const shape of shapes)
      for (const seasons of [[], [4], [3, 6], [7, 365]]) yield { values: shape(length), seasons, horizon: 3 };
  yield { values: noise(1)(300), seasons: [24, 140], horizon: 500 };
}

/** Of the bits of each candidate's forecasts, of the features, of the gate's quantiles and weights. */
function hashAll(seriesCount: number): Record<string, string> {
  const hashes = new Map<string, ReturnType<typeof createHash>>();
  const add = (name: string, values: Float64Array | Float32Array) => {
    const hash = hashes.get(name) ?? createHash("sha256");
    hashes.set(name, hash);
    // Zeros alike whatever their sign, and what is not a number alike whatever its bits.
    const same = values.map((value) => (Number.isNaN(value) ? Number.NaN : value + 0));
    hash.update(new Uint8Array(same.buffer, same.byteOffset, same.byteLength));
  };
  for (const { values, seasons, horizon } of seriesFor(seriesCount)) {
    const { length } = values;
    const tested = chooseOrigins(length, horizon, seasons, 5);
    const block = writeWindows({ values, seasons }, horizon, [{ origin: length, tested }]);
    block.set("wantsRecent", 1);
    block.run("describe_windows");
    const { forecasts, series, steps, recent } = block.regions;
    candidateNames.forEach((name, c) => {
      for (let o = 0; o <= tested.length; o++) {
        const from = (o * candidateCount + c) * horizon;
        add(name, forecasts.slice(from, from + horizon));
      }
    });
    add("features", series.slice(0, seriesFeatureCount));
    add("features", steps.slice(0, horizon * stepFeatureCount));
    add("features", recent.slice(0, recentLength * recentFeatureCount));
    const terms = { networks: pretrainedGates(), seasons, horizon, originLimit: 5 };
    const { quantiles, weights } = forecastSeries(values, terms);
    add("quantiles", quantiles);
    add("weights", weights);
  }
  return Object.fromEntries(Array.from(hashes, ([name, hash]) => [name, hash.digest("hex").slice(0, 16)]));
}

describe.each(kinds)("the %s build", (kind) => {
  test("loads here, and gives the known answer", () => {
    const build = loadClassical(kind);
    expect(build.kind).toBe(kind);
    expect(() => checkKnownAnswer(build)).not.toThrow();
  });

  test("forecasts what it did before, bit for bit", async () => {
    vi.stubEnv("HINDCAST_KERNELS", kind);
    // JavaScript takes its time over more.
    const [file, count] = kind === "js" ? ["few.json", 12] : ["many.json", 300];
    // `vitest -u` renews the files where forecasts are to change.
    await expect(`${JSON.stringify(hashAll(count), null, 2)}\n`).toMatchFileSnapshot(`golden/${file}`);
  });

  test("has the elementary functions of src/base/portable.ts, to the last bit", () => {
    vi.stubEnv("HINDCAST_KERNELS", kind);
    const functions = [portableExp, portableLog, portableCos, portableSin, portableLog1p, portableSinh, portableAsinh];
    const numbers = fc.array(
      fc.oneof(
        fc.double({ min: -800, max: 800, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.constantFrom(0, 1, -1, 0.5, 1e-20, 5e-324, Number.NaN, 709, -708, 1e9),
      ),
      { minLength: 1, maxLength: 50 },
    );
    fc.assert(
      fc.property(numbers, (list) => {
        const values = Float64Array.from(list);
        functions.forEach((portable, f) => {
          const { results } = runPart("elementary", values, [f], values.length);
          for (const [i, x] of list.entries()) expect(results[i]! + 0, `function ${f} of ${x}`).toBe(portable(x) + 0);
        });
      }),
      { numRuns: 40 },
    );
  });
});

test("a build that answers wrongly in one bit is refused", () => {
  const right = loadClassical("native");
  const wrong: Build = {
    ...right,
    allocate(prepare) {
      const memory = right.allocate(prepare);
      const run: typeof memory.run = (entry) => {
        memory.run(entry);
        // The answer is the last of the fields before the regions.
        if (entry === "answer") new Float64Array(memory.buffer, memory.offset)[24]! += 1;
      };
      return { ...memory, run };
    },
  };
  expect(() => checkKnownAnswer(wrong)).toThrow("wrong answer");
});

test("an unknown wish is refused, with what to try", () => {
  expect(() => loadClassical("abacus")).toThrow(
    expect.objectContaining({
      code: "engine",
      message: expect.stringContaining("HINDCAST_KERNELS=abacus"),
      hint: expect.stringContaining("native, wasm or js"),
    }),
  );
});

test("a block is laid out anew for what it does not hold, and forecasts the same", () => {
  const build = loadClassical();
  const measures = { length: 40, horizon: 4, shortSeason: 4, longSeason: 10, origins: 2, windows: 1, gateNumbers: 0 };
  const [small, large] = [openBlock(build, measures), openBlock(build, { ...measures, length: 4000, horizon: 90 })];
  const values = Float64Array.from({ length: 40 }, (_, t) => 20 + (t % 4) + Math.sin(t * t));
  const told = [small, large].map((block) => {
    block.regions.values.set(values);
    block.regions.origins[0] = 40;
    for (const [field, value] of [
      ["count", 40],
      ["seasonCount", 2],
      ["firstSeason", 4],
      ["secondSeason", 10],
      ["steps", 4],
      ["originCount", 1],
      ["windowCount", 0],
    ] as const)
      block.set(field, value);
    block.run("describe_windows");
    return Array.from(block.regions.forecasts.slice(0, 4 * candidateCount));
  });
  expect(told[0]).toEqual(told[1]);
});

import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cells } from "../../../src/engine/kernels/cells.js";
import { loadAddon } from "../../../src/engine/kernels/fused/addon.js";
import { type Build, openBlock } from "../../../src/engine/kernels/fused/block.js";
import type { FusedNetwork, NetworkShape } from "../../../src/engine/kernels/fused/kernels.js";
import { openCompiledNetwork, usefulThreads } from "../../../src/engine/kernels/fused/network.js";
import { loadWasm } from "../../../src/engine/kernels/fused/wasm.js";
import { normals } from "./reference.js";

/** Each of the builds that runs here. */
function loadBuilds(): Build[] {
  const prebuilt = join(import.meta.dirname, "../../../kernels/prebuilt");
  const sources = [
    () => loadAddon(join(prebuilt, `${process.platform}-${process.arch}.node`)),
    () => [loadWasm("relaxed", join(prebuilt, "relaxed.wasm"))],
    () => [loadWasm("simd", join(prebuilt, "simd.wasm"))],
  ];
  return sources.flatMap((load) => {
    try {
      return load();
    } catch {
      return [];
    }
  });
}

const base: NetworkShape = {
  cell: "lstm",
  layers: [9, 5],
  bidirectional: false,
  inputs: 2,
  time: 12,
  outputs: 3,
  batch: 70,
  truncate: 0,
  trains: true,
  threads: 1,
};

function openFilled(build: Build, shape: NetworkShape): FusedNetwork {
  const network = openCompiledNetwork(build, shape);
  for (const [name, scale] of [
    ["inputs", 1],
    ["parameters", 0.4],
    ["targets", 1],
  ] as const)
    network[name].set(normals(8, name, network[name].length, scale));
  network.mask.set(normals(8, "mask", network.mask.length, 1).map((value) => (value < 0.8 ? 1 : 0)));
  network.weights.fill(1);
  network.loadParameters();
  return network;
}

/** Losses, gradient norms and weights of some steps, with pauses in which helping threads start, or fall asleep. */
async function train(network: FusedNetwork, count: number, stepCount: number, pauseEvery: number): Promise<number[]> {
  const given = {
    count,
    masked: true,
    scaled: false,
    loss: "mse",
    learningRate: 0.01,
    clip: 1,
    weightDecay: 0,
  } as const;
  const results: number[] = [];
  for (let step = 1; step <= stepCount; step++) {
    const { loss, gradientNorm } = network.step({ ...given, step });
    results.push(loss, gradientNorm);
    if (step % pauseEvery === 0) await setTimeout(20);
  }
  network.storeParameters();
  network.close();
  return [...results, ...network.parameters];
}

const builds = loadBuilds();

test("the builds include the add-on and WebAssembly", () => {
  expect(builds.map(({ name }) => name)).toEqual(expect.arrayContaining(["simd"]));
  expect(builds.length).toBeGreaterThan(1);
});

describe.each(builds.map((build) => [build.name, build] as const))("threads of the %s kernels", (_, build) => {
  test("change no byte, however many there are, and come and go", async () => {
    const shapes = fc.record({
      cell: fc.constantFrom(...cells),
      layers: fc.constantFrom([9], [17, 5]),
      bidirectional: fc.boolean(),
      batch: fc.constantFrom(1, 9, 32, 70),
      time: fc.integer({ min: 1, max: 12 }),
      share: fc.constantFrom(1, 0.6),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ share, ...shape }) => {
        const count = Math.ceil(shape.batch * share);
        const [alone, ...together] = await Promise.all(
          [1, 2, 3, 4].map((threads) => train(openFilled(build, { ...base, ...shape, threads }), count, 40, 8)),
        );
        for (const results of together) expect(results).toEqual(alone);
      }),
      { numRuns: 4 },
    );
  });

  test("compute a whole step by themselves when the caller is late", async () => {
    const shape = { cell: 1, batch: 30, time: 5, inputs: 2, layers: 1, units: [6], bidirectional: 0, reverse: 0 };
    const rest = { outputs: 1, sequences: 0, truncate: 0, trains: 1, hasInputGradient: 0 };
    const [alone, together] = [1, 3].map((threads) => openBlock(build, { ...shape, ...rest }, threads));
    for (const block of [alone!, together!]) {
      for (const region of ["inputs", "parameters", "targets"] as const)
        block.region(region).set(normals(8, region, block.region(region).length, 0.5));
      block.region("weights").fill(1);
      block.set("count", 30);
      block.run("load_parameters");
      block.run("begin_step");
    }
    const team = together!.region("team");
    const missing = new Int32Array(team.buffer, team.byteOffset + 64, 1);
    expect(Atomics.load(missing, 0)).toBeGreaterThan(1);
    for (let waited = 0; Atomics.load(missing, 0) > 0 && waited < 5000; waited += 5) {
      together!.helpers!.wake();
      await setTimeout(5);
    }
    expect(Atomics.load(missing, 0)).toBe(0);
    for (const block of [alone!, together!]) block.run("finish_step");
    together!.helpers!.stop();
    expect(together!.result("loss")).toBe(alone!.result("loss"));
    expect(together!.result("gradientNorm")).toBe(alone!.result("gradientNorm"));
  });
});

describe("the threads that pay for a network", () => {
  const shape = { ...base, cell: "lstm", layers: [64], time: 48, inputs: 1, batch: 32 } as const;

  test("are all there are where there is much to do, and never more", () => {
    expect(usefulThreads({ ...shape, time: 500 }, 6)).toBe(6);
  });

  test("are one where a step is short", () => {
    expect(usefulThreads({ ...shape, time: 1 }, 6)).toBe(1);
    expect(usefulThreads({ ...shape, cell: "rnn", layers: [16], time: 24 }, 6)).toBe(1);
  });

  test("grow with the work of a step", () => {
    const counts = [1, 4, 16, 64].map((time) => usefulThreads({ ...shape, time }, 64));
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(usefulThreads({ ...shape, bidirectional: true }, 64)).toBeGreaterThan(usefulThreads(shape, 64));
  });
});

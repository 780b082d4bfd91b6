import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkKnownAnswers } from "../../../src/engine/kernels/fused/check.js";
import type { FusedKernels } from "../../../src/engine/kernels/fused/kernels.js";
import { listKernels, loadKernels } from "../../../src/engine/kernels/fused/load.js";
import { typedArrayKernels } from "../../../src/engine/kernels/fused/typed-arrays.js";

const prebuilt = join(import.meta.dirname, "../../../kernels/prebuilt");

describe("the choice of the kernels", () => {
  test("falls on the best that runs here, and gives no reason against better ones", () => {
    const { kernels, reasons } = loadKernels("auto");
    expect(kernels.name).toBe(listKernels()[0]!.name);
    if (kernels.kind === "native") expect(reasons).toEqual([]);
  });

  test("follows a wish for a kind", () => {
    for (const kind of new Set(listKernels().map((kernels) => kernels.kind)))
      expect(loadKernels(kind).kernels.kind).toBe(kind);
  });

  test("follows a wish for one implementation", () => {
    for (const { name } of listKernels()) expect(loadKernels(name).kernels.name).toBe(name);
  });

  test("refuses what does not exist, with what to try", () => {
    expect(() => loadKernels("abacus")).toThrow(
      expect.objectContaining({
        code: "engine",
        message: expect.stringContaining("HINDCAST_KERNELS=abacus"),
        hint: expect.stringContaining("native, wasm or js"),
      }),
    );
  });

  test("always has the typed arrays to fall back on", () => {
    expect(listKernels().at(-1)).toBe(typedArrayKernels);
  });
});

describe("the known answers", () => {
  test("are given by every implementation", () => {
    for (const kernels of listKernels()) expect(() => checkKnownAnswers(kernels), kernels.name).not.toThrow();
  });

  test("catch kernels that are a little wrong", () => {
    const wrong: FusedKernels = {
      ...typedArrayKernels,
      openNetwork(shape) {
        const network = typedArrayKernels.openNetwork(shape);
        return {
          ...network,
          step: (options) => network.step({ ...options, learningRate: options.learningRate * 1.1 }),
        };
      },
    };
    expect(() => checkKnownAnswers(wrong)).toThrow(/wrong answer: rnn losses of step 2/);
  });
});

describe("the compiled artifacts", () => {
  test("are there for every platform that is promised, and together stay below 2 MB", () => {
    const names = readdirSync(prebuilt);
    expect(names).toEqual(
      expect.arrayContaining([
        "classical.cjs",
        "classical.wasm",
        "darwin-arm64.node",
        "darwin-x64.node",
        "linux-arm64.node",
        "linux-x64.node",
        "relaxed.wasm",
        "simd.wasm",
        "win32-x64.node",
      ]),
    );
    expect(names.reduce((sum, name) => sum + statSync(join(prebuilt, name)).size, 0)).toBeLessThan(2_000_000);
  });
});

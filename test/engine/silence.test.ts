import { spawnSync } from "node:child_process";
import process from "node:process";
import { expect, test } from "vitest";
import { engineNames } from "../../src/engine/engine.js";
import { bundleScript } from "../support/bundle.js";
import { dataDirectory, testEngineName } from "../support/engine.js";

test("starting engines and training on them writes nothing to stdout or stderr, and plain node runs the bundle", async () => {
  const engines = engineNames.filter((name) => name !== "native" || testEngineName() === "native");
  const bundle = await bundleScript(`
    import { matMul, ones, sum, topk, variable, variableGrads } from "@tensorflow/tfjs-core";
    import { startEngine } from "./engine/engine.js";
    import { loadGradients } from "./engine/gradients.js";
    const computed = [];
    for (const name of ${JSON.stringify(engines)}) {
      await startEngine(name, { dataDirectory: ${JSON.stringify(dataDirectory())}, notify() { throw new Error("noted"); } });
      await loadGradients();
      const weights = variable(ones([40, 60]));
      const { grads } = variableGrads(() => sum(matMul(ones([2, 40]), weights)));
      topk(grads[weights.name], 2).values.dataSync();
      computed.push(grads[weights.name].dataSync()[0]);
    }
    process.exitCode = computed.every((value) => value === 2) ? 42 : 43;
  `);
  const { TF_CPP_MIN_LOG_LEVEL: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle.file], { encoding: "utf8", env });
  await bundle.remove();
  expect({ status, stdout, stderr }).toEqual({ status: 42, stdout: "", stderr: "" });
});

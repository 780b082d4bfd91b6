import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseSettings, type NetworkSpec } from "../../src/fit/defaults.js";
import { type Fit, fitNetwork } from "../../src/fit/fit.js";
import { kernelTrainers } from "../../src/fit/kernel-trainer.js";
import { dailyFrame } from "../evaluate/frames.js";

const season = Float64Array.from({ length: 70 }, (_, t) => 10 + t / 7 + 4 * Math.sin((2 * Math.PI * t) / 7) + (t % 5));
const spec: NetworkSpec = { cell: "gru", plain: false, seed: 5, layers: [5], window: 8, epochs: 4, batch: 32 };

async function train(given: Partial<NetworkSpec>): Promise<{ fit: Fit; warnings: string[] }> {
  const frame = dailyFrame(season);
  const warnings: string[] = [];
  const fit = await fitNetwork(frame, chooseSettings(frame, 3, [7], { ...spec, ...given }), {
    createTrainer: kernelTrainers(1).create,
    notify: ({ level, text }) => {
      if (level === "warning") warnings.push(text);
    },
    signal: new AbortController().signal,
    isTimeUp: () => false,
    onEpoch: () => {},
  });
  return { fit, warnings };
}

const lossesOf = ({ network, rehearsal }: Fit) =>
  [network, ...(rehearsal === null ? [] : [rehearsal.network])].flatMap(({ record }) => [
    ...record.loss,
    ...record.validationLoss,
  ]);

describe("a loss that blows up", () => {
  test("is taken back and tried again at half the rate, which is said", async () => {
    const { fit, warnings } = await train({ loss: "mse", learningRate: 40, schedule: "constant" });
    expect(warnings).toContain(
      "the loss blew up in epoch 1; went back to the best weights at half the learning rate (20)",
    );
    // On scaled values a loss of 1 is about that of a constant.
    expect(Math.max(...lossesOf(fit))).toBeLessThan(1000);
  });

  test("is given up with what to do where no lower rate was low enough", async () => {
    await expect(train({ learningRate: 1e6, schedule: "constant" })).rejects.toMatchObject({
      code: "data",
      hint: expect.stringContaining("lower --lr"),
    });
  });

  test("never gets into a model, whatever the rate, the clipping and the head", async () => {
    const rate = fc.double({ min: -4, max: 38, noNaN: true }).map((power) => 10 ** power);
    const head = fc.constantFrom("point", "quantile", "gaussian", "student-t", "bins:8");
    let trainedCount = 0;
    await fc.assert(
      fc.asyncProperty(rate, fc.constantFrom(0, 1), head, async (learningRate, clip, text) => {
        const outcome = await train({ learningRate, clip, head: text }).catch((error: unknown) => error);
        if (outcome instanceof Error) {
          expect(outcome).toMatchObject({ code: "data" });
          return;
        }
        trainedCount++;
        expect(lossesOf((outcome as { fit: Fit }).fit).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 60, examples: [[1e37, 1, "bins:8"]] },
    );
    expect(trainedCount).toBeGreaterThan(0);
  });
});

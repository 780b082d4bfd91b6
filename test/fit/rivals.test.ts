import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { chooseSettings } from "../../src/fit/defaults.js";
import { fitNetwork } from "../../src/fit/fit.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";

/** Series that each repeat a season of 12 of their own, which only a season ago tells. */
function repeating(seed: number): Float64Array {
  const random = seededRandom(seed);
  const season = Float64Array.from({ length: 12 }, () => 10 + random.normal());
  return Float64Array.from({ length: 72 }, (_, t) => season[t % 12]! + 0.05 * random.normal());
}

async function fitBeside(mix: number[], isTimeUp = () => false) {
  const frame = dailyFrame(...Array.from({ length: 6 }, (_, s) => repeating(s)));
  const spec = { ...smallModel, cell: "gru", window: 12, mix: [], scale: { deseasonalize: false } } as const;
  const settings = { ...chooseSettings(frame, 4, [12], spec), rivals: [{ mix }] };
  const createTrainer = await smallModel.openTrainer();
  return fitNetwork(frame, settings, { ...quietContext(), createTrainer, isTimeUp, onEpoch: () => {} });
}

test("a rival that does better on the held-back steps is what is trained on everything", async () => {
  const { network, rehearsal } = await fitBeside([1, 12]);
  expect(network.config.mix).toEqual([1, 12]);
  expect(rehearsal!.network.config.mix).toEqual([1, 12]);
  expect(network.record.refitted).toBe(true);
});

test("a rival that does not is left out, and so is one that there is no time for", async () => {
  expect((await fitBeside([7])).network.config.mix).toBeUndefined();
  expect((await fitBeside([1, 12], () => true)).network.config.mix).toBeUndefined();
});

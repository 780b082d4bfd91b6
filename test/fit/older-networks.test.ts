// Trainings that go on from an older network: where they begin, and that what is held back is new to it.
import { beforeAll, describe, expect, test } from "vitest";
import { chooseSettings, type NetworkSpec } from "../../src/fit/defaults.js";
import { fitNetwork } from "../../src/fit/fit.js";
import type { OlderNetworks } from "../../src/fit/older-networks.js";
import { cutFrame } from "../../src/series/frame.js";
import { quietContext, smallModel } from "../support/context.js";
import { frameOf, wave } from "../support/frames.js";

const horizon = 4;
const whole = frameOf(wave(80), wave(80, 2));
const upTo = (...ends: number[]) => cutFrame(whole, ends);
const spec: NetworkSpec = { ...smallModel, cell: "gru", window: 8 };
const settingsOf = (frame: typeof whole, given: Partial<NetworkSpec> = {}) =>
  chooseSettings(frame, horizon, [4], { ...spec, ...given });

let older: OlderNetworks;
beforeAll(async () => {
  const seen = upTo(60, 60);
  const createTrainer = await smallModel.openTrainer();
  const context = { ...quietContext(), createTrainer, isTimeUp: () => false, onEpoch: () => {} };
  older = { networks: [(await fitNetwork(seen, settingsOf(seen), context)).network], seen };
});

test("it begins with the older weights, in the older form, whatever the data would have now", async () => {
  const settings = settingsOf(whole, { older, window: 12 });
  const [network] = older.networks;
  expect(settings.start).toBe(network!.weights);
  expect(settings.network).toBe(network!.config);
  const createTrainer = await smallModel.openTrainer();
  const begun: Float32Array[] = [];
  await fitNetwork(whole, settings, {
    ...quietContext(),
    createTrainer: (config, start, ...rest) => {
      begun.push(...start.map(({ values }) => values));
      return createTrainer(config, start, ...rest);
    },
    isTimeUp: () => false,
    onEpoch: () => {},
  });
  const weights = network!.weights.map(({ values }) => values);
  // Once to tell when to stop, and once on everything.
  expect(begun).toEqual([...weights, ...weights]);
});

describe("what is held back is new to the older network", () => {
  test.each([
    ["all that it would be otherwise, where more is new", [80, 80], 8],
    ["what is new, where that is less", [66, 80], 6],
    ["a series that the older network does not know has no say", [64, 64, 30], 4],
  ])("%s", (_, ends, held) => {
    const frame = cutFrame(frameOf(...whole.series.map(({ values }) => [...values]), wave(80, 1)), [...ends, 0]);
    const known = { ...frame, series: frame.series.slice(0, ends.length) };
    expect(settingsOf(known, { older }).validationSteps).toBe(held);
  });

  test.each([
    ["less than a horizon is new", [63, 80]],
    ["the data end before the older network's own, as in a backtest", [50, 50]],
  ])("and it is begun anew where %s", (_, ends) => {
    const settings = settingsOf(upTo(...ends), { older });
    expect(settings).toEqual(settingsOf(upTo(...ends)));
    expect(settings.start).toBeUndefined();
  });
});

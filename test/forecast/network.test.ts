import { expect, test } from "vitest";
import { fitModel } from "../../src/choose/model.js";
import { networkPredictor } from "../../src/forecast/network.js";
import { dailyFrame } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";

const horizon = 3;
const wave = Array.from({ length: 40 }, (_, t) => 10 + (t % 7));

test("what is no number is left out, and said to be a forecast that leaves the range of numbers", async () => {
  const frame = dailyFrame(wave, wave);
  const fitted = await fitModel("gru", frame, horizon, { ...smallModel, epochs: 1 }, quietContext());
  if (fitted.kind !== "network") throw new Error(fitted.kind);
  const { weights, ...rest } = fitted.network;
  const context = quietContext();
  const { notes } = context;
  const lost = weights.map((array) => ({ ...array, values: array.values.map(() => Number.NaN) }));
  const { point } = await networkPredictor({ ...rest, weights: lost }, context).predict(frame, horizon);
  expect([...point]).toEqual(Array(2 * horizon).fill(Number.NaN));
  expect(notes).toEqual([{ level: "warning", text: expect.stringContaining("it left the range of numbers: ") }]);
  const { point: usual } = await networkPredictor(fitted.network, context).predict(frame, horizon);
  expect([...usual].every(Number.isFinite)).toBe(true);
  expect(notes).toHaveLength(1);
});

// The weights of a linear model as bytes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeLinear, encodeLinear } from "../../src/artifact/linear.js";
import type { LinearModel } from "../../src/linear/model.js";

const model: LinearModel = {
  horizon: 2,
  season: 12,
  forms: [
    { log: false, lags: [2, 12], share: 0.75, weights: Float32Array.of(1, -2, 0.5, 4) },
    { log: true, lags: [3], share: 0.25, weights: Float32Array.of(8, 16) },
  ],
  drifts: [{ key: ["a"], target: "y", slopes: [0.5, 0.01] }],
};
const refusal = (reason: string) =>
  expect.objectContaining({ code: "model", message: `a/model: ${reason}`, hint: "train the model again" });

test("stand one after the other, least byte first", () => {
  const bytes = encodeLinear(model);
  expect([...bytes]).toEqual([...new Uint8Array(Float32Array.of(1, -2, 0.5, 4, 8, 16).buffer)]);
  expect([...bytes.subarray(0, 4)]).toEqual([0, 0, 0x80, 0x3f]);
});

test("come back as they were, wherever the bytes stand in memory", () => {
  const lags = fc.uniqueArray(fc.integer({ min: 2, max: 2 ** 20 }), { minLength: 1, maxLength: 4 });
  const form = fc.record({
    log: fc.boolean(),
    lags: lags.map((some) => some.sort((a, b) => a - b)),
    share: fc.constant(1),
  });
  fc.assert(
    fc.property(fc.array(form, { minLength: 1, maxLength: 2 }), fc.integer({ min: 1, max: 3 }), (forms, horizon) => {
      const weighed = forms.map((one, f) => ({
        ...one,
        weights: Float32Array.from({ length: one.lags.length * horizon }, (_, i) => Math.sin(i + 7 * f)),
      }));
      const whole: LinearModel = { horizon, season: 1, forms: weighed, drifts: [] };
      const bytes = encodeLinear(whole);
      const shifted = new Uint8Array(bytes.length + 1).subarray(1);
      shifted.set(bytes);
      expect(decodeLinear({ kind: "linear", name: "linear", ...whole }, shifted, "")).toEqual(whole);
    }),
  );
});

test.each([
  ["are missing", {}, undefined, "there is no linear.bin"],
  ["are too few", {}, 23, "linear.bin has 23 bytes, not 24"],
  ["are too many", {}, 28, "linear.bin has 28 bytes, not 24"],
  ["are for a lag that comes twice", { lags: [12, 12] }, 24, "its lags do not ascend"],
  ["are for lags that descend", { lags: [12, 2] }, 24, "its lags do not ascend"],
  ["are for the last value itself", { lags: [1, 12] }, 24, "its lags do not ascend"],
  ["are for a lag that nothing is fitted with", { lags: [2, 2 ** 20 + 1] }, 24, "its lags do not ascend"],
])("are refused where they %s", (_, own, length, reason) => {
  const [first, second] = model.forms;
  const stored = { ...model, kind: "linear", name: "linear", forms: [{ ...first!, ...own }, second!] } as const;
  const bytes = length === undefined ? undefined : new Uint8Array(length);
  expect(() => decodeLinear(stored, bytes, "a/model")).toThrow(refusal(reason));
});

test("are refused where one of them is no number", () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const bytes = new Uint8Array(Float32Array.of(1, 2, 3, value, 5, 6).buffer);
    const stored = { ...model, kind: "linear", name: "linear" } as const;
    expect(() => decodeLinear(stored, bytes, "a/model")).toThrow(refusal("linear.bin holds what is no number"));
  }
});

test("are refused beside a drift that does not go with them", () => {
  const drifts = [{ key: ["a"], target: "y", slopes: [1] }];
  const stored = { ...model, kind: "linear", name: "linear", drifts } as const;
  expect(() => decodeLinear(stored, new Uint8Array(24), "a/model")).toThrow(
    refusal("the drifts of a series do not go with its forms"),
  );
});

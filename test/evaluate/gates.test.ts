import { describe, expect, test } from "vitest";
import type { Table } from "../../src/base/table.js";
import { checkGates, failedGates, parseGate } from "../../src/evaluate/gates.js";

const overall: Table = {
  type: "score",
  columns: ["model", "mse", "mase", "skill"],
  rows: [
    ["lstm", 4, 0.8, 0.1],
    ["naive", 9, 1.5, null],
  ],
};
const failed = (text: string) =>
  failedGates([parseGate(text)], overall, ["lstm"]).map(({ model, value }) => [model, value]);

describe("--fail-if", () => {
  test("holds for the models asked for unless it names one", () => {
    expect(failed("mase>1")).toEqual([]);
    expect(failed("naive.mase>1")).toEqual([["naive", 1.5]]);
    expect(failed(" lstm.mse >= 4 ")).toEqual([["lstm", 4]]);
  });

  test.each([
    ["mse>4", false],
    ["mse>=4", true],
    ["mse<4", false],
    ["mse<=4", true],
    ["skill<0.2", true],
    ["skill<-1e-3", false],
  ])("%s fails: %s", (text, fails) => {
    expect(failed(text).length > 0).toBe(fails);
  });

  test("an undefined score cannot pass", () => {
    expect(failed("naive.skill<0")).toEqual([["naive", null]]);
    expect(failed("gru.mse>1")).toEqual([["gru", null]]);
  });

  test("a model that is not scored is a usage error", () => {
    const gates = [parseGate("mase>1"), parseGate("gru.mase>1")];
    expect(() => checkGates(gates, ["gru", "naive"])).not.toThrow();
    expect(() => checkGates(gates, ["lstm", "naive"])).toThrow('no model "gru" is scored');
  });

  test.each([
    ["mase", "is not a condition"],
    ["mase>", "is not a condition"],
    ["mase>one", "is not a condition"],
    ["mase==1", "is not a condition"],
    ["maze>1", 'there is no score "maze"'],
    [".mase>1", "is not a condition"],
  ])("%s is a usage error", (text, message) => {
    expect(() => parseGate(text)).toThrow(
      expect.objectContaining({ code: "usage", message: expect.stringContaining(message) }),
    );
  });
});

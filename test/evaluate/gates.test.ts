import { describe, expect, test } from "vitest";
import { checkGates, failedGates, gateScores, parseGate } from "../../src/evaluate/gates.js";
import { metrics } from "../../src/evaluate/metrics.js";
import type { OverallScores } from "../../src/evaluate/score-table.js";

const scoresOf = (mse: number, mase: number, skill: number | null) => new Map(Object.entries({ mse, mase, skill }));
const overall: OverallScores = new Map([
  ["lstm", scoresOf(4, 0.8, 0.1)],
  ["naive", scoresOf(9, 1.5, null)],
]);
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

  test.each([
    ["mase>1", { score: "mase", comparison: ">", bound: 1 }],
    ["  skill  <=  -0.5  ", { score: "skill", comparison: "<=", bound: -0.5 }],
    ["lstm.coverage-95<90", { model: "lstm", score: "coverage-95", comparison: "<", bound: 90 }],
    ["my model v1.2.winkler-80>=1e3", { model: "my model v1.2", score: "winkler-80", comparison: ">=", bound: 1000 }],
    ["coverage-97.5<.9", { score: "coverage-97.5", comparison: "<", bound: 0.9 }],
    ["lstm.v2.winkler-99.9>1", { model: "lstm.v2", score: "winkler-99.9", comparison: ">", bound: 1 }],
    ["x.rmsse>.5", { model: "x", score: "rmsse", comparison: ">", bound: 0.5 }],
  ])("%j is read as its parts", (text, parts) => {
    expect(parseGate(text)).toEqual({ text, ...parts });
  });

  test("may look at every score there is, and at no other", () => {
    const intervals = ["pinball", "crps", "coverage", "winkler", "perplexity", "skill"];
    expect(gateScores).toEqual([...metrics.names, ...intervals]);
    for (const score of [...gateScores, "coverage-5", "winkler-95"])
      expect(parseGate(`${score}>1`)).toMatchObject({ score });
    for (const score of ["pinball-80", "coverage-", "coverage-9x", "x-coverage-95", "n"])
      expect(() => parseGate(`${score}>1`)).toThrow(`there is no score "${score}"`);
    expect(() => parseGate("maze>1")).toThrow(expect.objectContaining({ hint: `one of: ${gateScores.join(", ")}` }));
    expect(() => parseGate("mase")).toThrow(
      expect.objectContaining({ hint: "write it as 'mase>1' or 'lstm.mse>=0.5'" }),
    );
  });

  test("on a model that is not scored names the gate, and the models there are", () => {
    expect(() => checkGates([parseGate("gru.mase>1")], ["lstm", "naive"])).toThrow(
      expect.objectContaining({
        code: "usage",
        message: '--fail-if "gru.mase>1": no model "gru" is scored',
        hint: "one of: lstm, naive",
      }),
    );
  });

  test("tells each condition that came true, of each model asked for, with what it was read as", () => {
    const gates = [parseGate("mse>3"), parseGate("mase>1")];
    expect(failedGates(gates, overall, ["lstm", "naive"])).toEqual([
      { gate: gates[0], model: "lstm", value: 4 },
      { gate: gates[0], model: "naive", value: 9 },
      { gate: gates[1], model: "naive", value: 1.5 },
    ]);
  });

  test.each([
    ["mase>1x", "is not a condition"],
    ["mase>Infinity", "is not a condition"],
    ["mase>1 2", "is not a condition"],
    ["mase=1", "is not a condition"],
    ["mase>>1", "is not a condition"],
    ["mase!>1", "is not a condition"],
    ["", "is not a condition"],
  ])("%j is a usage error", (text, message) => {
    expect(() => parseGate(text)).toThrow(`--fail-if "${text}" ${message}`);
  });
});

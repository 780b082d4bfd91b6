import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import { editDistance, suggest } from "../../src/base/suggest.js";
import { parseArgv } from "../../src/commands/argv.js";
import { commandNames } from "../../src/commands/commands.js";
import { flagsOf } from "../../src/commands/options.js";

const refusal = (...argv: string[]) => {
  try {
    parseArgv(argv);
  } catch (error) {
    if (error instanceof HindcastError) return { message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error(`${argv.join(" ")} was accepted`);
};

describe("the command line", () => {
  test("flags may stand anywhere, values beside them or after an equals sign, short ones together", () => {
    const { command, operands, given } = parseArgv(["-q", "forecast", "a.csv", "-H12", "--freq=h", "b.csv", "-o", "-"]);
    expect(command).toBe("forecast");
    expect(operands).toEqual(["a.csv", "b.csv"]);
    expect(Object.fromEntries(given)).toEqual({ quiet: true, horizon: "12", freq: "h", output: "-" });
  });

  test("numbers stay text, negative ones too, so that ids and leading zeros survive", () => {
    const { operands, given } = parseArgv(["forecast", "007", "1.50", "--min", "-5", "--only", "0042"]);
    expect(operands).toEqual(["007", "1.50"]);
    expect(Object.fromEntries(given)).toEqual({ min: "-5", only: "0042" });
  });

  test("what follows -- is an operand, whatever it looks like", () => {
    expect(parseArgv(["forecast", "--", "--wide", "-"]).operands).toEqual(["--wide", "-"]);
  });

  test("of a repeated flag the last value counts, and a repeated list grows", () => {
    const { given } = parseArgv([
      "backtest",
      "--folds",
      "2",
      "--folds",
      "5",
      "--fail-if",
      "mase>1",
      "--fail-if",
      "mse>2",
    ]);
    expect(given.get("folds")).toBe("5");
    expect(given.get("fail-if")).toEqual(["mase>1", "mse>2"]);
  });

  test("a flag that may stand alone takes a word of its own, and leaves any other to be an operand", () => {
    const attention = (...argv: string[]) => {
      const { given, operands } = parseArgv(["forecast", ...argv]);
      return [given.get("attention"), ...operands];
    };
    expect(attention("--attention", "a.csv")).toEqual(["additive", "a.csv"]);
    expect(attention("a.csv", "--attention")).toEqual(["additive", "a.csv"]);
    expect(attention("--attention", "dot", "a.csv")).toEqual(["dot", "a.csv"]);
    expect(attention("--attention=none", "a.csv")).toEqual(["none", "a.csv"]);
    expect(attention("--attention", "--", "dot")).toEqual(["additive", "dot"]);
    expect(attention("--", "--attention")).toEqual([undefined, "--attention"]);
  });

  test("a toggle is turned off by its no- form", () => {
    expect(parseArgv(["train", "--no-header", "--no-context"]).given.get("header")).toBe(false);
  });

  test("an unknown flag is refused with the nearest one of the command, or the command that has it", () => {
    expect(refusal("forecast", "--horizn", "3").hint).toBe("did you mean --horizon?");
    expect(refusal("forecast", "--no-hedder").hint).toBe("did you mean --header?");
    expect(refusal("forecast", "--fold", "3").hint).toContain("a flag of backtest");
    expect(refusal("inspect", "--folds", "3").message).toBe("inspect has no --folds");
    expect(refusal("forecast", "-x").message).toBe("there is no flag -x");
  });

  test("an unknown command is refused with the nearest one", () => {
    expect(refusal("bactest", "a.csv").hint).toBe("did you mean backtest?");
  });

  test("a value that is missing is not taken from the next flag, unless it is meant", () => {
    expect(refusal("forecast", "--time", "--wide").message).toBe("--time needs a value");
    expect(refusal("forecast", "--time").message).toBe("--time needs a value");
    expect(parseArgv(["forecast", "--time=--wide"]).given.get("time")).toBe("--wide");
  });

  test("names that every object has are no flags", () => {
    expect(refusal("forecast", "--constructor").message).toBe("there is no flag --constructor");
    expect(refusal("forecast", "--__proto__", "1").message).toBe("there is no flag --__proto__");
  });

  test("any words are either parsed or refused as usage", () => {
    const word = fc.oneof(
      fc.constantFrom(...commandNames, ...flagsOf().map(({ name }) => `--${name}`), "--", "-", "-H", "--=", "="),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        try {
          parseArgv(argv);
        } catch (error) {
          expect(error).toBeInstanceOf(HindcastError);
        }
      }),
    );
  });
});

describe("a flag's data", () => {
  test("one name is one kind of flag in every command, so that it can be parsed before the command is known", () => {
    const kinds = new Map<string, string>();
    for (const flag of commandNames.flatMap((name) => flagsOf(name))) {
      const kind = `${flag.value.placeholder === ""} ${flag.alias}`;
      expect(kinds.get(flag.name) ?? kind, flag.name).toBe(kind);
      kinds.set(flag.name, kind);
    }
  });

  test("no two flags share a short name", () => {
    const names = new Map(flagsOf().map((flag) => [flag.name, flag.alias]));
    const aliases = [...names.values()].filter((alias) => alias !== undefined);
    expect(new Set(aliases).size).toBe(aliases.length);
  });
});

describe("did you mean", () => {
  test("edit distance is a metric's: 0 for the same, symmetric, at most the longer length", () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b)).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
    );
  });

  test("swapped neighbours are one edit", () => {
    expect(editDistance("gru", "gur")).toBe(1);
  });

  test("what is far from everything gets no suggestion", () => {
    expect(suggest("zzzz", ["lstm", "gru"])).toBeUndefined();
    expect(suggest("ltsm", ["lstm", "gru"])).toBe("lstm");
  });
});

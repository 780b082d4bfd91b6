import { describe, expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import {
  backtestArgs,
  completionArgs,
  engineArgs,
  forecastArgs,
  inspectArgs,
  scoreArgs,
  trainArgs,
} from "../../src/commands/args.js";
import { parseArgv } from "../../src/commands/argv.js";
import { HelpWanted } from "../../src/commands/help.js";
import { flagsOf } from "../../src/commands/options.js";
import { resolveSettings } from "../../src/commands/settings.js";
import { defaultReadOptions } from "../../src/series/options.js";

const invoke = (line: string, stdinIsTerminal = false) => {
  const argv = parseArgv(line.split(" "));
  return { argv, settings: resolveSettings(argv, {}, []), stdinIsTerminal };
};
const refusal = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof HindcastError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("arguments", () => {
  test("a forecast's are typed, with the defaults in place and what was given told apart", () => {
    const args = forecastArgs(
      invoke("forecast a.csv -H 12 --epochs 5 --layers 64,32 --season 12 --max-time 2m --target x"),
    );
    expect(args).toMatchObject({
      data: ["a.csv"],
      horizon: "12",
      model: "auto",
      epochs: 5,
      layers: [64, 32],
      season: [12],
      maxTimeMs: 120_000,
      seed: 1,
      plain: false,
      preset: "good",
      reading: { ...defaultReadOptions, targets: ["x"] },
    });
    expect(args.window).toBeUndefined();
    expect([...args.given].sort()).toEqual(["epochs", "horizon", "layers", "max-time", "season", "target"]);
  });

  test("reading options default to the reader's own defaults", () => {
    const { reading } = inspectArgs(invoke("inspect a.csv"));
    const set = Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined));
    expect(set).toEqual(defaultReadOptions);
  });

  test.each([
    [() => forecastArgs(invoke("forecast a.csv -H 1 --min 5 --max 1")), "no number lies between --min 5 and --max 1"],
    [
      () => trainArgs(invoke("train a.csv -H 1 --out m --min 0.2 --max 0.8 --integer")),
      "no whole number lies between --min 0.2 and --max 0.8",
    ],
    [() => trainArgs(invoke("train a.csv -H 1 --out -")), "--out - is stdout, and a model is a directory"],
  ])("what cannot be together is refused (%#)", (run, message) => {
    expect(refusal(run)).toBe(`usage: ${message}`);
  });

  test("limits that leave one number are taken", () => {
    forecastArgs(invoke("forecast a.csv -H 1 --min 1 --max 1 --integer"));
  });

  test("stdin is the data when it is no terminal, and the help is wanted when it is one", () => {
    expect(forecastArgs(invoke("forecast -H 3")).data).toEqual(["-"]);
    expect(() => forecastArgs(invoke("forecast -H 3", true))).toThrow(HelpWanted);
    expect(() => scoreArgs(invoke("score", true))).toThrow(HelpWanted);
    expect(forecastArgs(invoke("forecast - -H 3", true)).data).toEqual(["-"]);
  });

  test("with --from stdin is read only when - is written", () => {
    expect(forecastArgs(invoke("forecast --from model")).data).toEqual([]);
    expect(forecastArgs(invoke("forecast --from model", true)).data).toEqual([]);
    expect(forecastArgs(invoke("forecast - --from model")).data).toEqual(["-"]);
  });

  test("with --from each flag about fitting is refused by its name, and others are not", () => {
    const fitting = flagsOf("forecast").filter((flag) => flag.fitting === true && flag.value.placeholder === "");
    expect(fitting.length).toBeGreaterThan(2);
    for (const { name } of fitting)
      expect(refusal(() => forecastArgs(invoke(`forecast --from m --${name}`)))).toContain(`usage: --${name}`);
    expect(refusal(() => backtestArgs(invoke("backtest a.csv --from m --model lstm")))).toContain("--model");
    expect(refusal(() => backtestArgs(invoke("backtest a.csv --from m --refit 2")))).toContain("--refit");
    expect(forecastArgs(invoke("forecast a.csv --from m -H 3 --engine cpu --min 0 --missing zero")).from).toBe("m");
  });

  test("without data each flag about reading them is refused by its name, but for which series", () => {
    for (const flag of ["--until 2024", "--missing zero", "--time t", "--wide", "--freq d"])
      expect(refusal(() => forecastArgs(invoke(`forecast --from m ${flag}`)))).toContain(
        `usage: ${flag.split(" ")[0]} is about reading data`,
      );
    expect(forecastArgs(invoke("forecast --from m --only a")).reading.only).toEqual(["a"]);
    expect(forecastArgs(invoke("forecast --from m --future-data f.csv --decimal ,")).from).toBe("m");
  });

  test("one or two seasons are taken, and no third", () => {
    const seasonOf = (list: string) => forecastArgs(invoke(`forecast a.csv -H 3 --season ${list}`)).season;
    expect(seasonOf("24,168")).toEqual([24, 168]);
    expect(refusal(() => seasonOf("7,8,9"))).toContain('usage: --season is "7,8,9"');
  });

  test("a template is written by a run that writes nothing else", () => {
    expect(forecastArgs(invoke("forecast a.csv -H 3 --future x --future-template t.csv")).futureTemplate).toBe("t.csv");
    for (const flag of ["-o x.csv", "--plot", "--report r.html", "--format json", "--future-data f.csv"])
      expect(
        refusal(() => forecastArgs(invoke(`forecast a.csv -H 3 --future x --future-template t.csv ${flag}`))),
      ).toContain("usage: --future-template writes what is to be filled in");
  });

  test("a setting of the environment about fitting does not stand in the way of --from", () => {
    const argv = parseArgv(["forecast", "--from", "m"]);
    const settings = resolveSettings(argv, { HINDCAST_MODEL: "gru" }, []);
    expect(forecastArgs({ argv, settings, stdinIsTerminal: false }).from).toBe("m");
  });

  test("without --from a horizon is needed, before anything is read", () => {
    expect(refusal(() => forecastArgs(invoke("forecast a.csv")))).toContain("needs a horizon");
    expect(refusal(() => trainArgs(invoke("train a.csv --out m")))).toContain("needs a horizon");
  });

  test("train needs a place for the model unless it is a dry run", () => {
    expect(refusal(() => trainArgs(invoke("train a.csv -H 3")))).toContain("needs a directory");
    expect(trainArgs(invoke("train a.csv -H 3 --dry-run")).out).toBeUndefined();
    expect(trainArgs(invoke("train a.csv -H 3 --out m --no-context"))).toMatchObject({ out: "m", context: false });
  });

  test("a backtest's gates and lists are parsed", () => {
    const args = backtestArgs(
      invoke("backtest a.csv -H 3 --model lstm,naive --by fold,step --refit 2 --fail-if mase>1"),
    );
    expect(args).toMatchObject({ models: ["lstm", "naive"], by: ["fold", "step"], refit: 2, folds: 3 });
    expect(args.failIf?.[0]).toMatchObject({ score: "mase", comparison: ">", bound: 1 });
  });

  test("a warm start needs a model that has one", () => {
    expect(trainArgs(invoke("train a.csv -H 3 --out m --warm-start pretrained")).warmStart).toBe("pretrained");
    const refused = refusal(() => trainArgs(invoke("train a.csv -H 3 --out m --model gru --warm-start pretrained")));
    expect(refused).toContain("fine-tunes the pretrained model");
    expect(
      backtestArgs(invoke("backtest a.csv -H 3 --model gru,pretrained --warm-start pretrained")).models,
    ).toHaveLength(2);
    expect(trainArgs(invoke("train a.csv -H 3 --out m --model gru --warm-start older")).warmStart).toBe("older");
    expect(refusal(() => backtestArgs(invoke("backtest a.csv -H 3 --model gru --warm-start older")))).toContain(
      "is for train and retrain",
    );
  });

  test("score takes two files, of which one may be stdin", () => {
    expect(scoreArgs(invoke("score - b.csv"))).toMatchObject({ forecast: "-", actuals: "b.csv" });
    expect(refusal(() => scoreArgs(invoke("score - -")))).toContain("twice");
    expect(refusal(() => scoreArgs(invoke("score a b c")))).toContain("3 given");
  });

  test("engine takes an action, status by default, and a source to install from", () => {
    expect(engineArgs(invoke("engine")).action).toBe("status");
    expect(engineArgs(invoke("engine install --from w.whl"))).toMatchObject({ action: "install", source: "w.whl" });
    expect(engineArgs(invoke("engine bench")).action).toBe("bench");
    expect(refusal(() => engineArgs(invoke("engine race")))).toContain('"race"');
    expect(refusal(() => engineArgs(invoke("engine --from w.whl")))).toContain("--from");
  });

  test("the completion is for the shell that is named, or else the user's own", () => {
    expect(completionArgs(invoke("completion zsh"), { SHELL: "/bin/bash" }).form).toBe("zsh");
    expect(completionArgs(invoke("completion"), { SHELL: "/bin/bash" }).form).toBe("bash");
    expect(refusal(() => completionArgs(invoke("completion"), { SHELL: "/bin/tcsh" }))).toContain("which shell");
  });
});

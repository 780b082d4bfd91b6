import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  character,
  convolution,
  durationMs,
  horizon,
  listOf,
  oneOf,
  parseConvolution,
  realNumber,
  text,
  toggle,
  type Value,
  wholeNumber,
  wordOr,
} from "../../src/commands/values.js";

const read = <T>(value: Value<T>, given: unknown): T | "refused" => {
  const result = value.schema.safeParse(given);
  return result.success ? result.data : "refused";
};

describe("values", () => {
  test("a whole number is read from its text, and from a settings file's number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), (n) => {
        expect(read(wholeNumber(0), String(n))).toBe(n);
        expect(read(wholeNumber(0), n)).toBe(n);
      }),
    );
  });

  test.each(["", " ", "abc", "1.5", "0x10", "1,000", "NaN", "Infinity", "12abc", null, true, [], "-1", "101"])(
    "%j is no whole number from 0 to 100",
    (given) => {
      expect(read(wholeNumber(0, 100), given)).toBe("refused");
    },
  );

  test("a convolution is filters by width", () => {
    expect(read(convolution, "32x5")).toBe("32x5");
    expect(parseConvolution("32x5")).toEqual({ filters: 32, width: 5 });
    expect(parseConvolution("none")).toBeNull();
    for (const given of ["32", "32x", "x5", "0x5", "32x0", "3.5x2", "32X5", "-1x2", 325])
      expect(read(convolution, given)).toBe("refused");
  });

  test("a real number is read as JavaScript reads its shortest text", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => {
        expect(read(realNumber(), String(x))).toBe(x === 0 ? read(realNumber(), "0") : x);
      }),
    );
    expect(read(realNumber({ above: 0 }), "0")).toBe("refused");
    expect(read(realNumber({ min: 0, max: 0.95 }), "0.96")).toBe("refused");
    expect(read(realNumber({ min: 0, max: 0.95 }), ".95")).toBe(0.95);
  });

  test("a list is split at commas outside quotes, and repeats add to it", () => {
    const list = listOf(text("COL"));
    expect(read(list, "a, b")).toEqual(["a", "b"]);
    expect(read(list, ["a,b", "c"])).toEqual(["a", "b", "c"]);
    expect(read(list, '"net, of tax",b')).toEqual(["net, of tax", "b"]);
    expect(read(list, '"say ""hi"""')).toEqual(['say "hi"']);
    expect(read(list, "a,,b")).toBe("refused");
    expect(read(listOf(wholeNumber(1)), [64, "32"])).toEqual([64, 32]);
    expect(read(listOf(wholeNumber(1)), "64,x")).toBe("refused");
  });

  test("a word or a value is whichever it is", () => {
    const season = wordOr(["auto"], listOf(wholeNumber(1)));
    expect(read(season, "auto")).toBe("auto");
    expect(read(season, "24,168")).toEqual([24, 168]);
    expect(read(season, "often")).toBe("refused");
    expect(season.choices).toEqual(["auto"]);
  });

  test("a choice is one of its words", () => {
    expect(read(oneOf(["csv", "json"]), "json")).toBe("json");
    expect(read(oneOf(["csv", "json"]), "JSON")).toBe("refused");
  });

  test.each([
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    ["45", 45_000],
    [45, 45_000],
  ])("the time %j is %d ms", (given, ms) => {
    expect(read(durationMs, given)).toBe(ms);
  });

  test.each(["", "m", "10x", "-5m", "0", "1h foo"])("%j is no time", (given) => {
    expect(read(durationMs, given)).toBe("refused");
  });

  test("a horizon is a count or a span, and never zero", () => {
    for (const given of ["12", " 2 weeks", "3d", 12]) expect(read(horizon, given)).toBe(String(given));
    for (const given of ["0", "-3", "1.5", "weeks", "", 0]) expect(read(horizon, given)).toBe("refused");
  });

  test("a toggle takes the usual words", () => {
    for (const given of [true, "true", "1", "yes", "ON"]) expect(read(toggle, given)).toBe(true);
    for (const given of [false, "false", 0, "no", "off"]) expect(read(toggle, given)).toBe(false);
    expect(read(toggle, "maybe")).toBe("refused");
  });

  test("a delimiter is one character, and a tab can be written", () => {
    expect(read(character, "\\t")).toBe("\t");
    expect(read(character, ";;")).toBe("refused");
  });
});

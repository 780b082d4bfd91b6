import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explainNumber, isMissing, type NumberStyle, numberReader } from "../../src/series/numbers.js";

const plain: NumberStyle = { decimal: "." };
const comma: NumberStyle = { decimal: "," };

describe("numbers", () => {
  test("every finite number that JavaScript writes is read back, whatever the decimal mark", () => {
    const [point, mark] = [numberReader(plain), numberReader(comma)];
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -9e15, max: 9e15 }), (value) => {
        expect(point(String(value))).toBe(value === 0 ? point(String(value)) : value);
        expect(mark(String(value).replace(".", ","))).toBe(point(String(value)));
      }),
    );
  });

  test("thousands are read in groups of three only, so that a separator is never a decimal mark", () => {
    const read = numberReader({ decimal: ",", thousands: "." });
    expect(read("1.234.567,5")).toBe(1234567.5);
    expect(read("-12.345")).toBe(-12345);
    expect(read("1234,5")).toBe(1234.5);
    for (const text of ["1.23", "12.34,5", "1.2345", "1.234.56", ".123", "1,5.000"]) expect(read(text)).toBeNaN();
  });

  test("a space as the separator covers the spaces that do not break", () => {
    const read = numberReader({ decimal: ",", thousands: " " });
    expect([read("1 234,5"), read("1\u00a0234,5"), read("1\u202f234,5")]).toEqual([1234.5, 1234.5, 1234.5]);
  });

  test("what JavaScript would take for a number but a table would not is refused", () => {
    const read = numberReader(plain);
    for (const text of ["", " ", "0x1F", "0b1", "Infinity", "1_000", "1,5", "1.5.2", "--1", "e5", "1e", "12abc"])
      expect(read(text)).toBeNaN();
    expect([read(" 12 "), read("+.5"), read("1."), read("1E3"), read("007")]).toEqual([12, 0.5, 1, 1000, 7]);
  });

  test("missing cells are told from bad ones", () => {
    for (const text of ["", "  ", "NA", "NaN", "nan", "null", "N/A", "None", "#N/A", "<NA>"])
      expect(isMissing(text)).toBe(true);
    for (const text of ["-", "0", "nano", "n", "missing", "nanna"]) expect(isMissing(text)).toBe(false);
  });

  test.each([
    ["1,5", plain, "not a number", "--decimal ,"],
    ["2523,00", plain, "not a number", "--decimal ,"],
    ["1,234", plain, "not a number", "--decimal , or --thousands ,"],
    ["1,234.5", plain, "not a number", "--thousands ,"],
    ["1.234,5", plain, "not a number", "--decimal , --thousands ."],
    ["1\u202f234", plain, "not a number", '--thousands " " or --decimal , --thousands " "'],
    ["1\u00a0234,5", plain, "not a number", '--decimal , --thousands " "'],
    ["1 234", plain, "not a number", '--thousands " " or --decimal , --thousands " "'],
    ["1.5", comma, "not a number", "--decimal ."],
    [
      "9007199254740993",
      plain,
      "beyond 2^53, where whole numbers are no longer exact",
      "write it as 1.5e18 where rounding does no harm",
    ],
    ["1e999", plain, "infinite", "leave the cell empty where there is no value"],
    ["-inf", plain, "infinite", "leave the cell empty where there is no value"],
    ["Infinity", comma, "infinite", "leave the cell empty where there is no value"],
  ])("%s is explained", (text, style, problem, hint) => {
    expect(numberReader(style)(text)).toBeNaN();
    expect(explainNumber(text, style)).toMatchObject({ problem, hint });
  });

  test("the largest exact whole number is read, large inexact decimals are", () => {
    const read = numberReader(plain);
    expect(read("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(read("9007199254740992")).toBeNaN();
    expect(read("1.5e18")).toBe(1.5e18);
  });

  test.each(["5", "e", "-", ".", "ab", "\n"])("%j cannot separate thousands", (thousands) => {
    expect(() => numberReader({ decimal: ".", thousands })).toThrow("cannot separate the thousands");
  });
});

import { expect, test } from "vitest";
import { parseExact, parseJsonLine } from "../../src/series/json-line.js";

test("whole numbers that a JSON number does not keep are text, and nothing else is", () => {
  const text =
    '{"id":1234567890123456789,"b":[-9007199254740993,9007199254740991],"c":0.12345678901234567,"d":"x:1234567890123456789,","e":1e300}';
  expect(parseExact(text)).toEqual({
    id: "1234567890123456789",
    b: ["-9007199254740993", 9007199254740991],
    c: Number("0.12345678901234567"),
    d: "x:1234567890123456789,",
    e: 1e300,
  });
  expect(parseJsonLine(Buffer.from('{"id":1234567890123456788}'))).toEqual({ id: "1234567890123456788" });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { cutToWidth, textWidth } from "../../src/report/width.js";

test.each([
  ["abc", 3],
  ["é", 1],
  ["e\u0301", 1],
  ["東京", 4],
  ["ｶﾅ", 2],
  ["한국", 4],
  ["…", 1],
  ["📈", 2],
  ["\u200b", 0],
  ["", 0],
])("%j takes %d columns", (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test("a cut text fits, and one that fits is not cut", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, width) => {
      const cut = cutToWidth(text, width);
      expect(textWidth(cut)).toBeLessThanOrEqual(width);
      if (textWidth(text) <= width) expect(cut).toBe(text);
      else expect(cut.endsWith("…") && text.startsWith(cut.slice(0, -1))).toBe(true);
    }),
  );
});

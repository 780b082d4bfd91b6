import fc from "fast-check";
import { expect, test } from "vitest";
import { cutToWidth, harmless, textWidth } from "../../src/report/width.js";

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
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: 1, max: 20 }),
      fc.boolean(),
      (text, width, unicode) => {
        const mark = unicode ? "…" : "...".slice(0, width);
        const cut = cutToWidth(text, width, unicode);
        expect(textWidth(cut)).toBeLessThanOrEqual(width);
        if (textWidth(text) <= width) expect(cut).toBe(text);
        else expect(cut.endsWith(mark) && text.startsWith(cut.slice(0, -mark.length))).toBe(true);
      },
    ),
  );
});

test("a harmless text has nothing that moves the cursor or turns around what follows, and its own letters still", () => {
  expect(harmless("a\nb\u001b[2J \u202Eevil\u202C \u2067x\u2069 مبيعات 🦉")).toBe("a b [2J  evil   x  مبيعات 🦉");
});

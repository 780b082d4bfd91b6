// Text as a terminal shows it. In: text. Out: how many columns it takes, and the same text cut to some, or made harmless.

/** Columns: 0 for marks that combine with what stands before and for invisible characters, 2 for East Asian wide ones and emoji. */
export function textWidth(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text when it fits, else its beginning and a mark, "…" or "..." where there is no such character. @param width 1 or more */
export function cutToWidth(text: string, width: number, unicode: boolean): string {
  if (textWidth(text) <= width) return text;
  const mark = unicode ? "…" : "...".slice(0, width);
  let cut = "";
  let used = mark.length;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) break;
    cut += character;
  }
  return cut + mark;
}

/** Lines of at most `width` columns, broken between words, and inside of those that are longer. @param width 2 or more */
export function wrapToWidth(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const end = () => {
    lines.push(line);
    [line, used] = ["", 0];
  };
  for (const word of text.split(" ")) {
    const size = textWidth(word);
    if (line !== "" && used + 1 + size > width) end();
    if (line !== "") [line, used] = [`${line} `, used + 1];
    for (const character of size > width ? word : [word]) {
      const more = textWidth(character);
      if (used + more > width) end();
      [line, used] = [line + character, used + more];
    }
  }
  end();
  return lines;
}

/**
 * A line feed or an escape code from the data must not move the cursor, nor one of its marks of direction turn around what follows.
 * @param standIn what is shown for such a character
 */
export function harmless(text: string, standIn: (character: string) => string = () => " "): string {
  return text.replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, standIn);
}

function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return code === 0xad ? 0 : 1;
  if (/^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

/** First and last code points of the blocks that Unicode's EastAsianWidth.txt gives as W or F, emoji included. */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return wideRanges.some(([first, last]) => code >= first && code <= last);
}

// What a stream can show. In: whether it is a terminal, the environment and the user's wish. Out: colour or not, bars or not, which
// characters, and how wide.

export interface Screen {
  readonly columns: number;
  readonly colour: boolean;
  /** Whether it shows more than ASCII. */
  readonly unicode: boolean;
}

export type ColourChoice = "auto" | "always" | "never";
type Environment = Readonly<Record<string, string | undefined>>;

/** Columns of a pipe, for which any width would do. */
const defaultColumns = 80;

/** https://no-color.org: NO_COLOR counts when it is not empty. */
export function wantsColour(choice: ColourChoice, isTerminal: boolean, env: Environment): boolean {
  return choice === "always" || (choice === "auto" && isTerminal && !env.NO_COLOR && env.TERM !== "dumb");
}

/** Whether lines can be drawn over. */
export function canDraw(isTerminal: boolean, env: Environment): boolean {
  return isTerminal && env.TERM !== "dumb";
}

/**
 * Whether the locale's text is UTF-8, so that bars and braille come out right (POSIX: the first of these that is not empty counts).
 * The console of Linux itself has no glyphs for them.
 */
export function writesUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment, platform: string): boolean {
  return platform === "win32" || (TERM !== "linux" && /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || ""));
}

export function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return stream.isTTY && stream.columns ? stream.columns : defaultColumns;
}

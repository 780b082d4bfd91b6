// What a stream can show. In: whether it is a terminal, the environment and the user's wish. Out: colour or not, bars or not, and
// how wide.

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

export function columnsOf(stream: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return stream.isTTY && stream.columns ? stream.columns : defaultColumns;
}

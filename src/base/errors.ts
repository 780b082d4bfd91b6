// Expected failures and the exit code each one means. In: what went wrong, in words. Out: an error the command line prints
// on one line, with what to try next. Anything thrown that is not a HindcastError is a bug.

/** Exit codes by kind of failure; part of the contract, so a number never changes its meaning. */
export const exitCodes = {
  bug: 1,
  usage: 2,
  partial: 3,
  data: 4,
  model: 5,
  gate: 6,
  engine: 7,
  output: 8,
  locked: 11,
} as const;

export type ErrorCode = Exclude<keyof typeof exitCodes, "bug">;

/** A failure the user can act on. `message` names the value, file and line; `hint` is the command or flag to use next. */
export class HindcastError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HindcastError";
    this.code = code;
    this.hint = hint;
  }
}

/** The code of what the system or Node.js refused, such as ENOENT; "" of anything else. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/** The text of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

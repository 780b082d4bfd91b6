// What is fuzzed, and what counts as a finding. In: a target and an input. Out: nothing, where the program took the input or refused it in
// so many words; else what it threw.
import { HindcastError } from "../../src/base/errors.js";
import type { Note } from "../../src/base/notes.js";
import { HelpWanted } from "../../src/commands/help.js";
import type { FitContext } from "../../src/forecast/predictor.js";
import { describeFailure } from "../../src/report/messages.js";
import { guardAllocations } from "./guard.js";
import type { Form } from "./mutate.js";

export interface Target {
  /** Of its findings' directory, too. */
  readonly name: string;
  readonly form: Form;
  /** Share of a campaign's inputs, beside the others'. */
  readonly share: number;
  /** Inputs that a campaign begins with. */
  seeds(): Promise<readonly Uint8Array[]> | readonly Uint8Array[];
  /** @throws HindcastError for an input that is refused; anything else is a finding */
  run(input: Uint8Array): Promise<void> | void;
}

/** Nothing that an input of 64 KiB is worth takes more at once: a panel may have 16 million steps for a few rows. */
const allocationLimit = 256 * 2 ** 20;

/** @throws what is a finding */
export async function tryInput(target: Target, input: Uint8Array): Promise<void> {
  const guard = guardAllocations(allocationLimit);
  try {
    await target.run(input);
  } catch (thrown) {
    if (!(thrown instanceof HindcastError) && !(thrown instanceof HelpWanted)) throw thrown;
    if (thrown instanceof HindcastError) checkRefusal(thrown);
  } finally {
    guard.remove();
  }
  if ("polluted" in {}) throw new Error("the prototype of all objects has changed");
}

const style = { quiet: false, json: false, jsonErrors: false, colour: false };

/** A refusal is two lines, and says something, be it of a name that begins with a blank. */
function checkRefusal(error: HindcastError): void {
  const { text } = describeFailure(error, style);
  if (!/^hindcast: error: +\S[^\n]*\ntry: \S[^\n]*\n$/.test(text) || text.includes("[object Object]"))
    throw new Error(`a refusal that tells nothing: ${text}`);
}

export const quiet: FitContext & { readonly notify: (note: Note) => void } = {
  notify() {},
  signal: new AbortController().signal,
  progress: { stage() {}, update() {}, stop() {} },
};

export function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}

export function utf8Text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

/** An input whose first byte says how the rest is used. */
export function splitChoice<T>(input: Uint8Array, choices: readonly T[]): { choice: T; rest: Uint8Array } {
  return { choice: choices[(input[0] ?? 0) % choices.length]!, rest: input.subarray(1) };
}

/** Inputs with every choice in front of every content. */
export function withChoices(choiceCount: number, contents: readonly Uint8Array[]): Uint8Array[] {
  return contents.flatMap((content) =>
    Array.from({ length: choiceCount }, (_, choice) => Buffer.concat([Buffer.of(choice), content])),
  );
}

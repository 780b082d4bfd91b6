// What a pool and its threads tell each other, as data that can be posted. In: notes, progress and errors. Out: the same, on the
// other side.
import { type ErrorCode, HindcastError, messageOf } from "../base/errors.js";
import type { Note } from "../base/notes.js";
import type { JobName } from "./jobs.js";

/** What a thread begins with. */
export interface Start {
  readonly job: JobName;
  /** What the job's tasks have in common. */
  readonly setup: unknown;
}

/** From a thread, about the one task it has. */
export type Report =
  | { readonly kind: "note"; readonly note: Note }
  /** How far it is, in words. */
  | { readonly kind: "progress"; readonly text: string }
  | { readonly kind: "done"; readonly result: unknown }
  | { readonly kind: "failed"; readonly failure: Failure };

export type Failure =
  | { readonly code: ErrorCode; readonly message: string; readonly hint: string }
  /** A bug. */
  | { readonly code: null; readonly message: string; readonly stack: string };

export function packFailure(thrown: unknown): Failure {
  if (thrown instanceof HindcastError) return { code: thrown.code, message: thrown.message, hint: thrown.hint };
  const stack = thrown instanceof Error ? (thrown.stack ?? "") : "";
  return { code: null, message: messageOf(thrown), stack };
}

/** @returns an error that ends the command as the original would have */
export function unpackFailure(failure: Failure): Error {
  if (failure.code !== null) return new HindcastError(failure.code, failure.message, failure.hint);
  return Object.assign(new Error(failure.message), { stack: failure.stack });
}

// What is at a path. In: a path. Out: its status, or nothing where nothing is; what the system lets nobody look at is an error in words.
import { lstatSync, type Stats } from "node:fs";
import { codeOf, HindcastError, messageOf } from "./errors.js";

/** Whether the reason why something cannot be looked at is that it is not there. */
export function isAbsence(error: unknown): boolean {
  return ["ENOENT", "ENOTDIR"].includes(codeOf(error));
}

/** @param look `statSync` for what a link leads to @returns undefined when nothing is there @throws HindcastError "model" */
export function statusOf(path: string, look: (path: string) => Stats = lstatSync): Stats | undefined {
  try {
    return look(path);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw cannotRead(path, error);
  }
}

export function cannotRead(path: string, error: unknown): HindcastError {
  const hint = "check who may read it: ls -la";
  return new HindcastError("model", `${path} cannot be read: ${messageOf(error)}`, hint, { cause: error });
}

// The bytes of a source, unzipped when they are gzip. In: a source. Out: chunks; whatever keeps it from being read becomes an
// error with its name.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { codeOf, HindcastError, messageOf } from "../base/errors.js";
import { quoteWord } from "../base/wording.js";
import type { Source } from "./source.js";

/** Enough to tell gzip and a byte order mark. */
const headBytes = 4;

/**
 * The first chunk holds at least four bytes, if there are as many.
 * @throws HindcastError "data" when the source cannot be read, or its gzip is damaged
 */
export async function* readBytes(source: Source): AsyncGenerator<Buffer> {
  let head: Buffer | undefined;
  const chunks = readChunks(source);
  try {
    for (;;) {
      const { done, value } = await chunks.next();
      if (done === true) break;
      head = head === undefined ? value : Buffer.concat([head, value]);
      if (head.length >= headBytes) break;
    }
    if (head === undefined) return;
    if (head[0] === 0x1f && head[1] === 0x8b) yield* unzip(head, chunks, source.name);
    else {
      yield head;
      yield* chunks;
    }
  } finally {
    await chunks.return(undefined);
  }
}

async function* readChunks(source: Source): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of await source.open()) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  } catch (thrown) {
    throw readError(source.name, thrown);
  }
}

async function* unzip(head: Buffer, rest: AsyncGenerator<Buffer>, name: string): AsyncGenerator<Buffer> {
  const compressed = async function* () {
    yield head;
    yield* rest;
  };
  try {
    // The callback is there because pipeline wants one: a failure reaches the loop through the destroyed stream.
    yield* pipeline(Readable.from(compressed()), createGunzip(), () => {});
  } catch (thrown) {
    if (thrown instanceof HindcastError) throw thrown;
    throw new HindcastError(
      "data",
      `${name}: its gzip data are damaged or cut off (${messageOf(thrown)})`,
      "gzip -t says where; copy or write the file again",
      { cause: thrown },
    );
  }
}

/** Why a file cannot be read. */
export function readError(name: string, thrown: unknown): HindcastError {
  const code = codeOf(thrown);
  const [message, hint] =
    code === "ENOENT"
      ? [`${name}: there is no such file`, "check the path, or - for stdin"]
      : code === "EISDIR"
        ? [
            `${name} is a directory`,
            existsSync(join(name, "hindcast.json"))
              ? `it is a model: --from ${quoteWord(name)}`
              : `its files: ${quoteWord(name.replace(/\/$/, ""))}/*.csv`,
          ]
        : code === "EACCES" || code === "EPERM"
          ? [`${name}: no permission to read it`, `ls -l ${quoteWord(name)}`]
          : [`${name} cannot be read: ${messageOf(thrown)}`, "check the path and the disk"];
  return new HindcastError("data", message, hint, { cause: thrown });
}

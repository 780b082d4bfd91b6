// Text onto a stream that may be slow, full, or no longer read. In: text in pieces. Out: a promise of its having been taken.
import { HindcastError } from "../base/errors.js";

/** Pieces are gathered to this many characters before they are handed to the system. */
const chunkSize = 1 << 16;

/**
 * Waits for the reader where it is slow. A reader that went away has all it wanted.
 * @param name as messages call it
 * @throws HindcastError "output"
 */
export async function writeStream(
  stream: NodeJS.WritableStream,
  name: string,
  pieces: Iterable<string>,
): Promise<void> {
  // The error also comes as an event, which would end the process if nobody listened.
  if (!stream.listeners("error").includes(ignore)) stream.on("error", ignore);
  try {
    for (const chunk of gatherPieces(pieces)) {
      await new Promise<void>((done, fail) => {
        stream.write(chunk, (error) => (error ? fail(error) : done()));
      });
    }
  } catch (error) {
    if (!isReaderGone(error)) throw cannotWrite(name, error);
  }
}

function ignore(): void {}

export function* gatherPieces(pieces: Iterable<string>): Generator<string> {
  let chunk = "";
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < chunkSize) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

export function isReaderGone(error: unknown): boolean {
  return ["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED"].includes(codeOf(error));
}

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOENT: ["its directory does not exist", "make the directory first, or write elsewhere"],
  ENOTDIR: ["what should be its directory is a file", "write elsewhere"],
  EACCES: ["permission is denied", "write where you may"],
  EPERM: ["permission is denied", "write where you may"],
  EROFS: ["the file system is read-only", "write elsewhere"],
  ENOSPC: ["no space is left on the device", "free some space, or write elsewhere"],
  EDQUOT: ["the disk quota is used up", "free some space, or write elsewhere"],
};

/** A failure that is not the system's, such as a bug in what makes the rows, passes as it is. */
export function cannotWrite(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !("syscall" in error)) return error;
  const [reason, hint] = reasons[codeOf(error)] ?? [error.message, "write elsewhere"];
  return new HindcastError("output", `${path} cannot be written: ${reason}`, hint, { cause: error });
}

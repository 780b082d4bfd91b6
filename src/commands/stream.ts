// Text onto a stream that may be slow, full, or no longer read. In: text in pieces. Out: a promise of its having been taken.
import { writeSync } from "node:fs";
import { codeOf, HindcastError } from "../base/errors.js";

/** Pieces are gathered to this many characters before they are handed to the system. */
const chunkSize = 1 << 16;

/** Text, or bytes as they are. */
export type Piece = string | Uint8Array;

export interface Sink {
  /**
   * Waits for the reader where it is slow. A reader that went away has all it wanted.
   * @throws HindcastError "output"
   */
  write(pieces: Iterable<Piece>): Promise<void>;
  /**
   * As `write`, for what comes bit by bit for as long as somebody reads it.
   * @returns false when the reader went away
   */
  push(text: string): Promise<boolean>;
}

/** @param name as messages call it */
export function streamSink(stream: NodeJS.WritableStream, name: string): Sink {
  // The error also comes as an event, which would end the process if nobody listened.
  stream.on("error", () => {});
  const put = (chunk: Piece) => writeChunk(stream, chunk);
  return sink(name, put, put);
}

/**
 * A standard stream of the process. What is short goes to its descriptor: to open it as a stream takes longer than the help does.
 * @param open gives the stream, for what is long or has to wait
 */
export function standardSink(descriptor: 1 | 2, name: string, open: () => NodeJS.WritableStream): Sink {
  let stream: NodeJS.WritableStream | undefined;
  const putOnStream = (chunk: Piece) => {
    if (stream === undefined) {
      stream = open();
      stream.on("error", () => {});
    }
    return writeChunk(stream, chunk);
  };
  const put = async (chunk: Piece) => {
    const rest = stream === undefined && chunk.length < chunkSize ? writeAtOnce(descriptor, chunk) : chunk;
    if (rest.length > 0) await putOnStream(rest);
  };
  // The descriptor may block, and while a reader is slow nothing would hear a signal.
  return sink(name, put, putOnStream);
}

function sink(name: string, put: (chunk: Piece) => Promise<void>, putWaiting: (chunk: string) => Promise<void>): Sink {
  return {
    async write(pieces) {
      try {
        for (const chunk of gatherPieces(pieces)) await put(chunk);
      } catch (error) {
        if (!isReaderGone(error)) throw cannotWrite(name, error);
      }
    },
    async push(text) {
      try {
        await putWaiting(text);
        return true;
      } catch (error) {
        if (isReaderGone(error)) return false;
        throw cannotWrite(name, error);
      }
    },
  };
}

function writeChunk(stream: NodeJS.WritableStream, chunk: Piece): Promise<void> {
  return new Promise((done, fail) => {
    stream.write(chunk, (error) => (error ? fail(error) : done()));
  });
}

/** @returns what would have to wait */
function writeAtOnce(descriptor: number, chunk: Piece): Uint8Array {
  let rest = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(descriptor, rest));
  } catch (error) {
    if (codeOf(error) !== "EAGAIN") throw error;
  }
  return rest;
}

export function* gatherPieces(pieces: Iterable<Piece>): Generator<Piece> {
  let chunk = "";
  for (const piece of pieces) {
    if (typeof piece !== "string") {
      if (chunk !== "") yield chunk;
      chunk = "";
      yield piece;
      continue;
    }
    chunk += piece;
    if (chunk.length < chunkSize) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
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

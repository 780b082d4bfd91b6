// Where data come from. In: a path or an open stream. Out: a name for messages and a stream of bytes.
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";

export interface Source {
  /** As messages call it; its extension tells the format. */
  readonly name: string;
  open(): Promise<Readable> | Readable;
}

/** A file, a named pipe or a device. Nothing is opened yet. */
export function fileSource(path: string): Source {
  return { name: path, open: () => createReadStream(path) };
}

export function stdinSource(stream: Readable): Source {
  return { name: "stdin", open: () => stream };
}

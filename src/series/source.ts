// Where data come from. In: a path, an open stream or a query. Out: a name for messages, and a stream of bytes where there is one.
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";

export interface Source {
  /** As messages call it; its extension tells the format. */
  readonly name: string;
  open(): Promise<Readable> | Readable;
  /** Where it lies, for a format that is not read from its beginning to its end; absent for a stream. */
  readonly path?: string;
}

/** SQL whose rows are read. */
export interface Query {
  /** As messages call it. */
  readonly name: string;
  readonly sql: string;
  /** Path of a DuckDB database; without one, the query names files itself. */
  readonly database?: string | undefined;
}

/** A file, a named pipe or a device. Nothing is opened yet. @param signal ends the reading, which may take long */
export function fileSource(path: string, signal?: AbortSignal): Source {
  return { name: path, path, open: () => createReadStream(path, { signal }) };
}

export function stdinSource(stream: Readable): Source {
  return { name: "stdin", open: () => stream };
}

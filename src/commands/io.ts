// The world as a command sees it. In: the process's streams, environment and clock. Out: one object to read, tell and write with,
// so that nothing past this edge touches the process.
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Notify } from "../base/notes.js";
import type { Progress } from "../base/progress.js";
import type { Table } from "../base/table.js";
import { type FormatName, formatOfName } from "../report/format-names.js";
import { formats, type Page } from "../report/formats/index.js";
import type { Messages } from "../report/messages.js";
import type { Screen } from "../report/terminal.js";
import { createOutputs, type OpenOutput, type Outputs } from "./output.js";
import type { Piece, Sink } from "./stream.js";
import { version } from "./version.js";

export interface Destination {
  readonly format?: FormatName | undefined;
  /** A path; stdout when absent. */
  readonly output?: string | undefined;
  readonly csvSafe?: boolean;
}

export interface Io {
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly notify: Notify;
  readonly progress: Progress;
  /** What stdout can show. */
  readonly stdout: Screen;
  /** Where `draw` draws. */
  readonly stderr: Screen;
  /** Shows lines on stderr. */
  draw(lines: readonly string[]): void;
  /** Aborted by the first Ctrl-C: finish the batch, then throw its reason. */
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now(): number;
  /** hindcast's own directory for the user's data. */
  readonly dataDirectory: string;
  /** Of hindcast, and of the Node.js it runs on. */
  readonly version: string;
  readonly nodeVersion: string;
  /** Name of this machine. */
  readonly host: string;
  /** Opens an output before the long work; `--output` and `--predictions` are opened before a handler starts. */
  prepareOutput(path: string): Promise<void>;
  /** What `writeTable` would write. */
  formatOf(destination: Destination, fallback: "csv" | "table"): FormatName;
  /** @param fallback the format when none was asked for; "table" is for terminals, and CSV elsewhere */
  writeTable(table: Table, destination: Destination, fallback: "csv" | "table"): Promise<void>;
  /** Several tables under each other; as JSON, one document of them all. CSV has no such form. */
  writeTables(tables: readonly Table[], destination: Destination & { readonly format: FormatName }): Promise<void>;
  writeText(text: string, destination: Pick<Destination, "output">): Promise<void>;
  /** For what comes bit by bit; a signal ends the wait for a slow reader, by throwing its reason. */
  openOutput(destination: Pick<Destination, "output">): Promise<OpenOutput>;
  /** Text that is never held whole, or bytes. */
  writePieces(pieces: Iterable<Piece>, destination: Pick<Destination, "output">): Promise<void>;
}

/** What stdout is. */
export interface Terminal extends Screen {
  readonly isTerminal: boolean;
}

export interface World extends Pick<Io, "env" | "cwd" | "signal" | "nodeVersion"> {
  /** Opened when it is first asked for. */
  readonly openStdin: () => Readable;
  readonly stdout: Sink;
  readonly terminal: Terminal;
  readonly messages: Messages;
  /** What stderr can show. */
  readonly stderr: Screen;
  readonly now: () => number;
}

export function createIo(world: World): Io & Pick<Outputs, "discard"> {
  const { openStdin, env, cwd, signal, nodeVersion, terminal, messages, stderr, now } = world;
  const outputs = createOutputs(world.stdout, cwd);
  const pageOf = ({ output, csvSafe = false }: Destination) => ({
    width: terminal.columns,
    colour: terminal.colour && output === undefined,
    unicode: terminal.unicode || output !== undefined,
    csvSafe,
  });
  const formatOf = ({ format, output }: Destination, fallback: "csv" | "table") => {
    const toTerminal = terminal.isTerminal && output === undefined;
    return format ?? formatOfName(output) ?? (fallback === "table" && !toTerminal ? "csv" : fallback);
  };
  return {
    get stdin() {
      return openStdin();
    },
    env,
    cwd,
    signal,
    now,
    version,
    nodeVersion,
    get host() {
      return hostname();
    },
    notify: messages.notify,
    progress: messages.progress,
    stdout: terminal,
    stderr,
    draw: messages.draw,
    get dataDirectory() {
      return join(env.XDG_DATA_HOME || join(env.HOME || homedir(), ".local", "share"), "hindcast");
    },
    prepareOutput: outputs.prepare,
    discard: outputs.discard,
    formatOf,
    writeTable(table, destination, fallback) {
      messages.progress.stop();
      const format = formats.get(formatOf(destination, fallback));
      return outputs.write(destination.output, format(table, pageOf(destination)));
    },
    writeTables(tables, destination) {
      messages.progress.stop();
      return outputs.write(destination.output, joinTables(tables, destination.format, pageOf(destination)));
    },
    writeText(text, { output }) {
      messages.progress.stop();
      return outputs.write(output, [text]);
    },
    async openOutput({ output }) {
      messages.progress.stop();
      const { push, end } = await outputs.open(output);
      const aborted = new Promise<never>((_, fail) => {
        signal.addEventListener("abort", () => fail(signal.reason), { once: true });
      });
      aborted.catch(() => {});
      return { push: (text) => Promise.race([push(text), aborted]), end };
    },
    writePieces(pieces, { output }) {
      messages.progress.stop();
      return outputs.write(output, pieces);
    },
  };
}

function* joinTables(tables: readonly Table[], format: FormatName, page: Page): Generator<string> {
  const [before, between, after] =
    format === "json" ? ["[", ",", "]\n"] : format === "ndjson" ? ["", "", ""] : ["", "\n", ""];
  yield before;
  for (const [i, table] of tables.entries()) {
    if (i > 0) yield between;
    yield* formats.get(format)(table, page);
  }
  yield after;
}

// The builds in the Node add-on, which works on memory of JavaScript, shared among threads or not. In: the add-on's file. Out:
// those of its builds that this processor runs, the best one first.
import { createRequire } from "node:module";
import { type Build, controlOf, type EntryName, entryNames, headBytes } from "./block.js";
import { readResult } from "./control.js";

type Entries = Readonly<Record<EntryName, (block: Uint8Array) => void>>;

/** @throws Error when the file is not an add-on for this platform */
export function loadAddon(path: string): Build[] {
  const loaded: unknown = createRequire(import.meta.url)(path);
  return Object.entries(Object(Object(loaded).recurrent))
    .map(([name, value]) => createBuild(path, name, parseEntries(value)))
    .reverse();
}

const bindHelper = `
const entries = require(data.path).recurrent[data.name];
const block = new Uint8Array(buffer);
const run = (entry) => entries[entry](block);`;

function createBuild(path: string, name: string, entries: Entries): Build {
  return {
    name,
    allocate(prepare, threads) {
      const head = new ArrayBuffer(headBytes);
      const planned = controlOf(head, 0);
      prepare(planned);
      entries.plan(new Uint8Array(head));
      const byteLength = readResult(planned, "byteCount");
      const buffer = threads > 1 ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
      const block = new Uint8Array(buffer);
      prepare(controlOf(buffer, 0));
      return {
        buffer,
        offset: 0,
        run: (entry) => entries[entry](block),
        share: () => ({ bind: bindHelper, data: { path, name } }),
      };
    },
  };
}

function parseEntries(value: unknown): Entries {
  const entries: Record<string, unknown> = Object(value);
  for (const name of entryNames)
    if (typeof entries[name] !== "function") throw new Error(`the add-on has no function ${name}`);
  return entries as Entries;
}

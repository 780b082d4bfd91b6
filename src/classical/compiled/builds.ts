// The compiled classical methods as they are packed: in the Node add-on, as WebAssembly and as plain JavaScript. In: a file. Out: a build
// that lays out blocks of memory for it to work on.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { controlLength, readField } from "./control.js";

/** The functions of kernels/classical.c. */
export const entryNames = [
  "plan",
  "open",
  "load_gates",
  "describe_windows",
  "forecast_windows",
  "run_gates",
  "forecast_method",
  "bound",
  "open_likelihood",
  "score_likelihood",
  "run_part",
  "answer",
] as const;
export type EntryName = (typeof entryNames)[number];

/** Memory that the functions of one build reach. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  /** Where the block begins in the buffer. */
  readonly offset: number;
  run(entry: EntryName): void;
}

export interface Build {
  readonly name: string;
  readonly kind: "native" | "wasm" | "js";
  /** @param prepare writes the block's measures @throws RangeError when there is not enough memory */
  allocate(prepare: (control: Float64Array) => void): Memory;
}

type Entries<Block> = Readonly<Record<EntryName, (block: Block) => void>>;

/** What a block needs before it is laid out, as in kernels/classical/block.h. */
const headBytes = 4096;
const alignment = 64;
const pageBytes = 65536;

/** The best build for this processor. @throws Error when the file is not an add-on for this platform */
export function loadAddon(path: string): Build {
  const module = { exports: {} };
  process.dlopen(module, path);
  const [name, best] = Object.entries(Object(Object(module.exports).classical)).at(-1) ?? ["none", {}];
  const entries = parseEntries<Uint8Array>(best);
  return {
    name,
    kind: "native",
    allocate(prepare) {
      const head = new ArrayBuffer(headBytes);
      const planned = controlOf(head, 0);
      prepare(planned);
      entries.plan(new Uint8Array(head));
      const buffer = new ArrayBuffer(readField(planned, "byteCount"));
      const block = new Uint8Array(buffer);
      prepare(controlOf(buffer, 0));
      return { buffer, offset: 0, run: (entry) => entries[entry](block) };
    },
  };
}

// The part of the WebAssembly interface that is used here; the types of Node leave it to those of the browser.
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** What the module's data and stack take, which it asks for at least. */
const firstPages = 4;

/** Each block has an instance and a memory of its own, which goes when it does. @throws WebAssembly.CompileError where the runtime lacks what the module uses */
export function loadWasm(path: string): Build {
  const module = new WebAssembly.Module(readFileSync(path));
  return {
    name: "simd",
    kind: "wasm",
    allocate(prepare) {
      const memory = new WebAssembly.Memory({ initial: firstPages });
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      const entries = parseEntries<number>(exports);
      const offset = blockOffset(exports);
      growTo(memory, offset + headBytes);
      prepare(controlOf(memory.buffer, offset));
      entries.plan(offset);
      growTo(memory, offset + readField(controlOf(memory.buffer, offset), "byteCount"));
      return { buffer: memory.buffer, offset, run: (entry) => entries[entry](offset) };
    },
  };
}

function growTo(memory: WasmMemory, byteLength: number): void {
  const missing = byteLength - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

/** For runtimes without WebAssembly. The file exports a function that binds the module to a memory. */
export function loadScript(path: string): Build {
  const bind: unknown = createRequire(import.meta.url)(path);
  if (typeof bind !== "function") throw new Error("the script is no module");
  const bindTo = (pages: number) => {
    const buffer = new ArrayBuffer(pages * pageBytes);
    const exports: unknown = bind({ env: { memory: { buffer } } });
    return { buffer, entries: parseEntries<number>(exports), offset: blockOffset(exports) };
  };
  return {
    name: "js",
    kind: "js",
    allocate(prepare) {
      const { buffer: head, entries: planning, offset } = bindTo(firstPages);
      prepare(controlOf(head, offset));
      planning.plan(offset);
      const byteLength = offset + readField(controlOf(head, offset), "byteCount");
      const { buffer, entries } = bindTo(Math.ceil(byteLength / pageBytes));
      prepare(controlOf(buffer, offset));
      return { buffer, offset, run: (entry) => entries[entry](offset) };
    },
  };
}

function blockOffset(exports: unknown): number {
  const base: unknown = Object(Object(exports).__heap_base).value;
  if (typeof base !== "number") throw new Error("the module does not say where its memory is free");
  return Math.ceil(base / alignment) * alignment;
}

/** The control fields of the block at `offset`. */
export function controlOf(buffer: ArrayBuffer, offset: number): Float64Array {
  return new Float64Array(buffer, offset, controlLength);
}

function parseEntries<Block>(value: unknown): Entries<Block> {
  const entries: Record<string, unknown> = Object(value);
  for (const name of entryNames)
    if (typeof entries[name] !== "function") throw new Error(`the build has no function ${name}`);
  return entries as Entries<Block>;
}

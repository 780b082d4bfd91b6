// The WebAssembly builds. In: a module's file. Out: a build that gives each block an instance and a memory of its own, so that
// views of a block stay valid and its memory goes when it does.
import { readFileSync } from "node:fs";
import { type Build, controlOf, type EntryName, entryNames, headBytes } from "./block.js";
import { readResult } from "./control.js";

// The part of the WebAssembly interface that is used here; the types of Node leave it to those of the browser.
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
type WasmExports = Readonly<Record<string, unknown>>;
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: WasmExports };
};

const pageBytes = 65536;
const alignment = 64;

type Exports = Readonly<Record<EntryName, (block: number) => void>> & {
  readonly memory: WasmMemory;
  readonly __heap_base: { readonly value: number };
};

/** @throws WebAssembly.CompileError where the runtime lacks what the module uses */
export function loadWasm(name: string, path: string): Build {
  const module = new WebAssembly.Module(readFileSync(path));
  return {
    name,
    allocate(prepare) {
      const exports = parseExports(new WebAssembly.Instance(module).exports);
      const { memory } = exports;
      const offset = Math.ceil(exports.__heap_base.value / alignment) * alignment;
      grow(memory, offset + headBytes);
      const control = controlOf(memory.buffer, offset);
      prepare(control);
      exports.plan(offset);
      grow(memory, offset + readResult(control, "byteCount"));
      return { buffer: memory.buffer, offset, run: (entry) => exports[entry](offset) };
    },
  };
}

function grow(memory: WasmMemory, byteLength: number): void {
  const missing = byteLength - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

function parseExports(exports: WasmExports): Exports {
  for (const name of entryNames)
    if (typeof exports[name] !== "function") throw new Error(`the module has no function ${name}`);
  return exports as WasmExports & Exports;
}

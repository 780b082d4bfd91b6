// The WebAssembly builds. In: a module's file. Out: a build that gives each block an instance and a memory of its own, so that
// views of a block stay valid and its memory goes when it does. Helping threads have instances of their own over that memory.
import { readFileSync } from "node:fs";
import { type Build, controlOf, type EntryName, entryNames, headBytes } from "./block.js";
import { readResult } from "./control.js";

// The part of the WebAssembly interface that is used here; the types of Node leave it to those of the browser.
interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}
type WasmExports = Readonly<Record<string, unknown>>;
declare const WebAssembly: {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: WasmExports };
};

const pageBytes = 65536;
/** What kernels/build.mjs tells the linker. */
const maximumPages = 65535;
const alignment = 64;

type Exports = Readonly<Record<EntryName, (block: number) => void>> & {
  readonly __heap_base: { readonly value: number };
};

/** The stack of helper 0 begins at `data.stacks`; stacks grow down. */
const bindHelper = `
const { exports } = new WebAssembly.Instance(data.module, { env: { memory: data.memory } });
exports.__stack_pointer.value = data.stacks + (index + 1) * ${pageBytes};
const run = (entry) => exports[entry](data.offset);`;

/** @throws WebAssembly.CompileError where the runtime lacks what the module uses */
export function loadWasm(name: string, path: string): Build {
  const module = new WebAssembly.Module(readFileSync(path));
  return {
    name,
    allocate(prepare) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: true });
      const exports = parseExports(new WebAssembly.Instance(module, { env: { memory } }).exports);
      const offset = Math.ceil(exports.__heap_base.value / alignment) * alignment;
      grow(memory, offset + headBytes);
      const control = controlOf(memory.buffer, offset);
      prepare(control);
      exports.plan(offset);
      grow(memory, offset + readResult(control, "byteCount"));
      return {
        buffer: memory.buffer,
        offset,
        run: (entry) => exports[entry](offset),
        share(count) {
          const stacks = memory.buffer.byteLength;
          memory.grow(count);
          return { bind: bindHelper, data: { module, memory, offset, stacks } };
        },
      };
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

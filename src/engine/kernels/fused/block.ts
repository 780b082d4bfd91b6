// A block of memory that holds one network, and the compiled functions that work on it. In: a build of the kernels and a
// network's shape. Out: the block's arrays, written and read in place.
import {
  type BlockShape,
  controlLength,
  type RegionName,
  readRegion,
  readResult,
  writeField,
  writeShape,
} from "./control.js";
import { type HelperCode, type Helpers, startHelpers } from "./helpers.js";

/** The functions of kernels/kernels.c. */
export const entryNames = [
  "plan",
  "open",
  "load_parameters",
  "store_parameters",
  "store_gradients",
  "load_moments",
  "store_moments",
  "forward",
  "backward",
  "begin_step",
  "finish_step",
  "help",
  "await_step",
] as const;
export type EntryName = (typeof entryNames)[number];

/** Memory that the functions of one build reach. */
export interface Memory {
  readonly buffer: ArrayBufferLike;
  /** Where the block begins in the buffer. */
  readonly offset: number;
  run(entry: EntryName): void;
  /** Readies the memory for helping threads. @param count of them */
  share(count: number): HelperCode;
}

/** One build of the kernels: an instruction set of the add-on, or a WebAssembly module. */
export interface Build {
  readonly name: string;
  /**
   * @param prepare writes the network's shape @param threads that will work on the block
   * @throws RangeError when there is not enough memory
   */
  allocate(prepare: (control: Float64Array) => void, threads: number): Memory;
}

/** What a block needs before its network is laid out in it, as in kernels/network.h. */
export const headBytes = 65536;

export interface Block {
  /** An array of the block, in place. */
  region(name: RegionName): Float32Array;
  set(field: Parameters<typeof writeField>[1], value: number): void;
  result(field: Parameters<typeof readResult>[1]): number;
  run(entry: EntryName): void;
  readonly helpers: Helpers | undefined;
}

/** @param threads that share a training step; those beyond what the batch can use are not started */
export function openBlock(build: Build, shape: BlockShape, threads = 1): Block {
  const memory = build.allocate((control) => writeShape(control, shape), threads);
  memory.run("open");
  const control = controlOf(memory.buffer, memory.offset);
  const teamOffset = memory.offset + readRegion(control, "team").offset;
  const helperCount = Math.min(threads, readResult(control, "shardCount")) - 1;
  return {
    helpers:
      helperCount > 0 ? startHelpers(memory.share(helperCount), memory.buffer, teamOffset, helperCount) : undefined,
    region(name) {
      const { offset, length } = readRegion(control, name);
      return new Float32Array(memory.buffer, memory.offset + offset, length);
    },
    set: (field, value) => writeField(control, field, value),
    result: (field) => readResult(control, field),
    run: (entry) => memory.run(entry),
  };
}

/** The control fields of the block at `offset`. */
export function controlOf(buffer: ArrayBufferLike, offset: number): Float64Array {
  return new Float64Array(buffer, offset, controlLength);
}

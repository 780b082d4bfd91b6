// The block of memory that a thread's series are forecast in, one after the other, and what is asked of it. In: series, seasons and
// origins. Out: what the compiled methods and the gate say of them. Nothing of a series outlasts a call, so that whoever else asks
// between two calls changes no result.
import type { Build, EntryName } from "./builds.js";
import { controlOf } from "./builds.js";
import {
  type Field,
  grow,
  holds,
  type Measures,
  type Regions,
  readField,
  regionsOf,
  writeField,
  writeMeasures,
} from "./control.js";
import { loadClassical } from "./load.js";

export interface Block {
  /** In place, valid until the next `takeBlock`. */
  readonly regions: Regions;
  set(field: Field, value: number): void;
  get(field: Field): number;
  run(entry: EntryName): void;
}

export interface OpenBlock extends Block {
  readonly measures: Measures;
}

/** @throws RangeError when there is not enough memory */
export function openBlock(build: Build, measures: Measures): OpenBlock {
  const memory = build.allocate((control) => writeMeasures(control, measures));
  memory.run("open");
  const control = controlOf(memory.buffer, memory.offset);
  return {
    measures,
    regions: regionsOf(control, memory.buffer, memory.offset),
    set: (field, value) => writeField(control, field, value),
    get: (field) => readField(control, field),
    run: memory.run,
  };
}

let opened: { readonly build: Build; readonly block: OpenBlock } | undefined;

/** This thread's block, laid out anew where it is too small. */
export function takeBlock(wanted: Partial<Measures>): OpenBlock {
  const build = loadClassical();
  const all = { ...nothing, ...wanted };
  if (opened?.build === build && holds(opened.block.measures, all)) return opened.block;
  const measures = opened?.build === build ? grow(opened.block.measures, all) : all;
  // The old one goes before the new one comes.
  opened = undefined;
  const block = openBlock(build, measures);
  opened = { build, block };
  return block;
}

const nothing: Measures = {
  length: 1,
  horizon: 1,
  shortSeason: 1,
  longSeason: 1,
  origins: 1,
  windows: 1,
  gateNumbers: 0,
};

/** What a series takes of a block. @param seasons at most two, ascending, in steps */
export function measuresOf(values: Float64Array, seasons: readonly number[], horizon: number): Partial<Measures> {
  // Others are left out by the methods too.
  const usable = seasons.filter((season) => season > 1 && season <= values.length);
  const [shortSeason = 1, longSeason = 1] = usable;
  return { length: values.length, horizon, shortSeason, longSeason };
}

/** Writes a series to a block that holds it. */
export function writeSeries(block: Block, values: Float64Array, seasons: readonly number[], horizon: number): void {
  block.regions.values.set(values);
  block.set("count", values.length);
  block.set("seasonCount", seasons.length);
  block.set("firstSeason", seasons[0] ?? 0);
  block.set("secondSeason", seasons[1] ?? 0);
  block.set("steps", horizon);
}

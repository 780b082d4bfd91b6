// What a caller and the compiled classical methods tell each other: a block of memory begins with these numbers, all float64, in the
// order of kernels/classical/control.h. In: a block's first bytes. Out: its fields and arrays by name.

const fields = [
  // The most that a block has to hold.
  "length",
  "horizon",
  "shortSeason",
  "longSeason",
  "origins",
  "windows",
  "gateNumbers",
  // One call.
  "count",
  "seasonCount",
  "firstSeason",
  "secondSeason",
  "steps",
  "originCount",
  "windowCount",
  "gateCount",
  "wantsRecent",
  "method",
  "isBounded",
  "errorForm",
  "trendForm",
  "seasonForm",
  "rounding",
  "part",
  // Results.
  "byteCount",
  "value",
] as const;
export type Field = (typeof fields)[number];

const measures = ["length", "horizon", "shortSeason", "longSeason", "origins", "windows", "gateNumbers"] as const;
/** The most that a block has to hold: steps of a series and of a forecast, seasons in steps, counts. */
export type Measures = Readonly<Record<(typeof measures)[number], number>>;

/** Arrays of a block; kernels/classical/control.h says what each one holds. */
const regions = {
  values: Float64Array,
  origins: Float64Array,
  windows: Float64Array,
  forecasts: Float64Array,
  applies: Uint8Array,
  reference: Float64Array,
  scale: Float64Array,
  series: Float32Array,
  steps: Float32Array,
  recent: Float32Array,
  quantiles: Float64Array,
  weights: Float64Array,
  gates: Float32Array,
  arguments: Float64Array,
  results: Float64Array,
} as const;
type RegionTypes = typeof regions;
export type RegionName = keyof RegionTypes;
export type Regions = { readonly [Name in RegionName]: InstanceType<RegionTypes[Name]> };

const regionNames = Object.keys(regions) as RegionName[];
export const controlLength = fields.length + 2 * regionNames.length;

/** @param control the first `controlLength` numbers of a block */
export function writeMeasures(control: Float64Array, wanted: Measures): void {
  for (const measure of measures) control[fields.indexOf(measure)] = wanted[measure];
}

export function writeField(control: Float64Array, field: Field, value: number): void {
  control[fields.indexOf(field)] = value;
}

export function readField(control: Float64Array, field: Field): number {
  return control[fields.indexOf(field)]!;
}

/** The arrays of an opened block, in place. @param offset where it begins in the buffer */
export function regionsOf(control: Float64Array, buffer: ArrayBuffer, offset: number): Regions {
  const views = regionNames.map((name, i) => {
    const at = fields.length + 2 * i;
    return [name, new regions[name](buffer, offset + control[at]!, control[at + 1]!)];
  });
  return Object.fromEntries(views) as Regions;
}

/** @returns whether a block of the first measures holds what the second ask for */
export function holds(has: Measures, wanted: Measures): boolean {
  return measures.every((measure) => has[measure] >= wanted[measure]);
}

/** As much of everything as either asks for; of what grows, half as much again, so that a block is seldom laid out anew. */
export function grow(has: Measures, wanted: Measures): Measures {
  const grown = measures.map((measure) => [
    measure,
    wanted[measure] > has[measure] ? Math.max(wanted[measure], Math.ceil(1.5 * has[measure])) : has[measure],
  ]);
  return Object.fromEntries(grown) as Measures;
}

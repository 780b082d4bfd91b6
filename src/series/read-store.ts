// Rows while they stream in. In: a series' number, a stamp and values, row by row in any order of series. Out: an array of stamps
// and arrays of values for each series. They double: what they outgrow is let go while reading still goes on, and what is not yet
// written of them takes no memory.

export interface RowStore {
  readonly rowCount: number;
  /** @param owner 0, 1, 2, … by first appearance @param values [values], copied */
  append(owner: number, stamp: number, values: Float64Array): void;
  /** [rows] */
  stampsOf(owner: number): Float64Array;
  /** [rows] */
  valuesOf(owner: number, value: number): Float64Array;
  /** The place among all rows of an owner's row, or -1; searched for, so for messages only. */
  indexOf(owner: number, row: number): number;
}

interface Growing {
  count: number;
  stamps: Float64Array;
  /** [values] of [rows] */
  readonly values: Float64Array[];
}

const ownersPerChunk = 65_536;

export function createRowStore(valueCount: number): RowStore {
  const all: Growing[] = [];
  const owners: Uint32Array[] = [];
  let rowCount = 0;
  return {
    get rowCount() {
      return rowCount;
    },
    append(owner, stamp, values) {
      if (owner === all.length) all.push(startGrowing(valueCount));
      const rows = all[owner]!;
      if (rows.count === rows.stamps.length) grow(rows);
      rows.stamps[rows.count] = stamp;
      for (let t = 0; t < valueCount; t++) rows.values[t]![rows.count] = values[t]!;
      rows.count++;
      const at = rowCount % ownersPerChunk;
      if (at === 0) owners.push(new Uint32Array(ownersPerChunk));
      owners[owners.length - 1]![at] = owner;
      rowCount++;
    },
    stampsOf: (owner) => all[owner]!.stamps.subarray(0, all[owner]!.count),
    valuesOf: (owner, value) => all[owner]!.values[value]!.subarray(0, all[owner]!.count),
    indexOf(owner, row) {
      let left = row;
      for (let at = 0; at < rowCount; at++) {
        const isOwn = owners[Math.floor(at / ownersPerChunk)]![at % ownersPerChunk] === owner;
        if (isOwn && left-- === 0) return at;
      }
      return -1;
    },
  };
}

function startGrowing(valueCount: number): Growing {
  const length = 8;
  return {
    count: 0,
    stamps: new Float64Array(length),
    values: Array.from({ length: valueCount }, () => new Float64Array(length)),
  };
}

function grow(rows: Growing): void {
  const length = rows.count * 2;
  const extend = (array: Float64Array) => {
    const longer = new Float64Array(length);
    longer.set(array);
    return longer;
  };
  rows.stamps = extend(rows.stamps);
  rows.values.forEach((array, t) => {
    rows.values[t] = extend(array);
  });
}

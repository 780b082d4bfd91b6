// Holds code to the memory that its input is worth. In: a limit. Out: while the guard stands, an array or buffer of more bytes than that is
// refused before it is made, and remembered, should the refusal be caught on its way.

/** What code under test asked for. */
export class AllocationRefused extends Error {}

type ArrayMaker = new (...given: never[]) => ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

const names = [
  ...["ArrayBuffer", "SharedArrayBuffer", "Float64Array", "Float32Array", "BigInt64Array", "BigUint64Array"],
  ...["Int32Array", "Uint32Array", "Int16Array", "Uint16Array", "Int8Array", "Uint8Array", "Uint8ClampedArray"],
] as const;
const allocators = ["alloc", "allocUnsafe", "allocUnsafeSlow"] as const;

export interface Guard {
  /** @throws AllocationRefused that was thrown while the guard stood */
  remove(): void;
}

let standing: { readonly limit: number; refused: AllocationRefused | undefined } | undefined;

function check(length: unknown, width: number, name: string): void {
  if (standing === undefined || typeof length !== "number" || !(length * width > standing.limit)) return;
  standing.refused = new AllocationRefused(`${name}(${length}) would take ${length * width} bytes`);
  throw standing.refused;
}

/** Once in a process: what is compiled with one constructor would be thrown away with the next. */
function watchAllocations(): void {
  const globals = globalThis as unknown as Record<string, ArrayMaker & { readonly BYTES_PER_ELEMENT?: number }>;
  for (const name of names) {
    const watched: ArrayMaker = new Proxy(globals[name]!, {
      construct(target, given: never[], made) {
        check(given[0], target.BYTES_PER_ELEMENT ?? 1, name);
        return Reflect.construct(target, given, made === watched ? target : made);
      },
    });
    globals[name] = watched;
  }
  for (const name of allocators) {
    const allocate = Buffer[name];
    Buffer[name] = (size: number, ...rest: never[]) => {
      check(size, 1, `Buffer.${name}`);
      return allocate(size, ...rest);
    };
  }
}

let isWatched = false;

/** @param limit bytes that one array may take */
export function guardAllocations(limit: number): Guard {
  if (!isWatched) watchAllocations();
  isWatched = true;
  standing = { limit, refused: undefined };
  return {
    remove() {
      const refused = standing?.refused;
      standing = undefined;
      if (refused !== undefined) throw refused;
    },
  };
}

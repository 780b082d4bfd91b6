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

/** @param limit bytes that one array may take */
export function guardAllocations(limit: number): Guard {
  let refused: AllocationRefused | undefined;
  const check = (length: unknown, width: number, name: string) => {
    if (typeof length !== "number" || !(length * width > limit)) return;
    refused = new AllocationRefused(`${name}(${length}) would take ${length * width} bytes`);
    throw refused;
  };
  const globals = globalThis as unknown as Record<string, ArrayMaker & { readonly BYTES_PER_ELEMENT?: number }>;
  const makers = names.map((name) => [name, globals[name]!] as const);
  const originals = allocators.map((name) => [name, Buffer[name]] as const);
  for (const [name, maker] of makers)
    globals[name] = new Proxy(maker, {
      construct(target, given: never[], made) {
        check(given[0], target.BYTES_PER_ELEMENT ?? 1, name);
        return Reflect.construct(target, given, made === globals[name] ? target : made);
      },
    });
  for (const [name, allocate] of originals)
    Buffer[name] = (size: number, ...rest: never[]) => {
      check(size, 1, `Buffer.${name}`);
      return allocate(size, ...rest);
    };
  return {
    remove() {
      for (const [name, maker] of makers) globals[name] = maker;
      for (const [name, allocate] of originals) Object.assign(Buffer, { [name]: allocate });
      if (refused !== undefined) throw refused;
    },
  };
}

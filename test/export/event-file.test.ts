import { BinaryReader } from "@bufbuild/protobuf/wire";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c, encodeRecord, encodeScalars, encodeVersion } from "../../src/export/event-file.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const upTo32 = Uint8Array.from({ length: 32 }, (_, i) => i);

/** The data of one record. */
const dataOf = (record: Uint8Array) => record.subarray(12, record.length - 4);

/** Field numbers and what they hold, of a message whose fields are read by `read`. */
function fieldsOf<T>(bytes: Uint8Array, read: (reader: BinaryReader, field: number) => T): [number, T][] {
  const reader = new BinaryReader(bytes);
  const fields: [number, T][] = [];
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    fields.push([field, read(reader, field)]);
  }
  return fields;
}

describe("an event file", () => {
  test.each([
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 ones", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["0 to 31", upTo32, 0x46dd794e],
    ["31 to 0", upTo32.slice().reverse(), 0x113fdb5c],
    ["the digits", new TextEncoder().encode("123456789"), 0xe3069283],
    ["nothing", new Uint8Array(0), 0],
  ])("has the checksums of RFC 3720: %s", (_, data, checksum) => {
    expect(crc32c(data)).toBe(checksum);
  });

  test("begins as those of TensorFlow do", () => {
    const record = encodeVersion(1_700_000_000.5);
    // The length of this message, and its masked checksum, are the first bytes of every event file.
    expect(hex(record.subarray(0, 12))).toBe("1800000000000000a37f4b22");
    expect(fieldsOf(dataOf(record), (reader, field) => (field === 1 ? reader.double() : reader.string()))).toEqual([
      [1, 1_700_000_000.5],
      [3, "brain.Event:2"],
    ]);
  });

  test("holds numbers by their names, with step and time", () => {
    const record = encodeScalars({ loss: 0.25, learning_rate: 0.5 }, 300, 2.5);
    const [time, step, summary] = fieldsOf(dataOf(record), (reader, field) =>
      field === 1 ? reader.double() : field === 2 ? String(reader.int64()) : reader.bytes(),
    );
    expect([time, step]).toEqual([
      [1, 2.5],
      [2, "300"],
    ]);
    const values = fieldsOf(summary![1] as Uint8Array, (reader) =>
      fieldsOf(reader.bytes(), (own, field) => (field === 1 ? own.string() : own.float())),
    );
    expect(values).toEqual([
      [
        1,
        [
          [1, "loss"],
          [2, 0.25],
        ],
      ],
      [
        1,
        [
          [1, "learning_rate"],
          [2, 0.5],
        ],
      ],
    ]);
  });

  test("tells a changed byte of a record by its checksums", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (data, at) => {
        const record = encodeRecord(data);
        expect(new DataView(record.buffer).getBigUint64(0, true)).toBe(BigInt(data.length));
        const changed = data.slice();
        changed[at % data.length]! ^= 1;
        expect(hex(encodeRecord(changed).subarray(-4))).not.toBe(hex(record.subarray(-4)));
      }),
    );
  });
});

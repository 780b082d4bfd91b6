// What TensorBoard reads: event files. In: numbers by their names, with a step and a time. Out: records of a TFRecord file, each with the
// checksums that its reader looks at; the fields are numbered as in event.proto and summary.proto.
import { double, encodeMessage, type Field, float, integer, message, text } from "./protobuf.js";

/** The record that an event file begins with. @param seconds since the epoch */
export function encodeVersion(seconds: number): Uint8Array {
  return encodeRecord(encodeEvent(seconds, [text(3, "brain.Event:2")]));
}

/** @param seconds since the epoch */
export function encodeScalars(scalars: Readonly<Record<string, number>>, step: number, seconds: number): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) => message(1, [text(1, tag), float(2, value)]));
  return encodeRecord(encodeEvent(seconds, [integer(2, step), message(5, values)]));
}

function encodeEvent(seconds: number, fields: readonly Field[]): Uint8Array {
  return encodeMessage([double(1, seconds), ...fields]);
}

/** Length [8 bytes], its checksum [4], the data, their checksum [4]; all little-endian. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskChecksum(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskChecksum(crc32c(data)), true);
  return record;
}

/** A checksum of data that hold their own checksums says little, so it is turned and moved. */
function maskChecksum(checksum: number): number {
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}

/** Castagnoli's polynomial, its bits reversed (RFC 3720, appendix B.4). */
const polynomial = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0);
  return remainder;
});

export function crc32c(data: Uint8Array): number {
  let checksum = 0xffffffff;
  for (const byte of data) checksum = (checksum >>> 8) ^ table[(checksum ^ byte) & 0xff]!;
  return ~checksum >>> 0;
}

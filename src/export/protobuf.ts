// Protocol buffer messages, field by field. In: field numbers and what they hold. Out: bytes, the same for the same fields.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** One field of a message. */
export type Field = (writer: BinaryWriter) => void;

export function encodeMessage(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) field(writer);
  return writer.finish();
}

export function integer(number: number, value: number): Field {
  return (writer) => writer.tag(number, WireType.Varint).int64(value);
}

export function float(number: number, value: number): Field {
  return (writer) => writer.tag(number, WireType.Bit32).float(value);
}

export function double(number: number, value: number): Field {
  return (writer) => writer.tag(number, WireType.Bit64).double(value);
}

export function text(number: number, value: string): Field {
  return (writer) => writer.tag(number, WireType.LengthDelimited).string(value);
}

export function bytes(number: number, value: Uint8Array): Field {
  return (writer) => writer.tag(number, WireType.LengthDelimited).bytes(value);
}

export function message(number: number, fields: readonly Field[]): Field {
  return (writer) => {
    writer.tag(number, WireType.LengthDelimited).fork();
    for (const field of fields) field(writer);
    writer.join();
  };
}

// A graph of ONNX operators while it is put together, and its file. In: operators, tensors, inputs and outputs. Out: the bytes of a
// model, whose fields are numbered as in onnx.proto.
import { bytes, encodeMessage, type Field, integer, message, text } from "./protobuf.js";

/** Opset 17 and what it needs: understood by onnxruntime since 1.12. */
const irVersion = 8;
const opset = 17;

export const elementTypes = { float: 1, int32: 6, int64: 7, bool: 9, double: 11 } as const;
export type ElementType = keyof typeof elementTypes;
export type TensorValues = Float32Array | Float64Array | BigInt64Array;

export type Attribute = number | string | readonly number[];

export interface Port {
  readonly name: string;
  readonly type: ElementType;
  /** A name is a size that may differ from run to run. */
  readonly shape: readonly (number | string)[];
}

/** Values are known by their names; operators are given in an order in which each comes after those it is fed by. */
export interface Graph {
  input(port: Port): string;
  output(port: Omit<Port, "name">, name: string, value: string): void;
  constant(values: TensorValues, shape: readonly number[], name?: string): string;
  /** @param inputs "" for one that is left out @returns its only output that is wanted */
  operator(type: string, inputs: readonly string[], attributes?: Readonly<Record<string, Attribute>>): string;
  /** @param outputs so many of the first outputs */
  operators(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: number,
  ): readonly string[];
  /** @param metadata for whoever runs the file */
  encode(metadata: Readonly<Record<string, string>>, version: string): Uint8Array;
}

export function createGraph(): Graph {
  const nodes: Field[] = [];
  const tensors: Field[] = [];
  const inputs: Field[] = [];
  const outputs: Field[] = [];
  let count = 0;
  const freshName = (type: string) => `${type.toLowerCase()}_${++count}`;
  const addNode = (
    type: string,
    from: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    to: readonly string[],
  ) => {
    nodes.push(
      message(1, [
        ...from.map((name) => text(1, name)),
        ...to.map((name) => text(2, name)),
        text(3, to[0]!),
        text(4, type),
        ...Object.entries(attributes).map(([name, value]) => message(5, [text(1, name), ...attributeFields(value)])),
      ]),
    );
    return to;
  };
  return {
    input(port) {
      inputs.push(message(11, portFields(port)));
      return port.name;
    },
    output(port, name, value) {
      addNode("Identity", [value], {}, [name]);
      outputs.push(message(12, portFields({ ...port, name })));
    },
    constant(values, shape, name = freshName("constant")) {
      tensors.push(message(5, tensorFields(name, values, shape)));
      return name;
    },
    operator(type, from, attributes = {}) {
      return addNode(type, from, attributes, [freshName(type)])[0]!;
    },
    operators(type, from, attributes, outputCount) {
      const name = freshName(type);
      return addNode(
        type,
        from,
        attributes,
        Array.from({ length: outputCount }, (_, i) => `${name}_${i}`),
      );
    },
    encode: (metadata, version) =>
      encodeMessage([
        integer(1, irVersion),
        text(2, "hindcast"),
        text(3, version),
        message(7, [...nodes, text(2, "hindcast"), ...tensors, ...inputs, ...outputs]),
        message(8, [text(1, ""), integer(2, opset)]),
        ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
      ]),
  };
}

function attributeFields(value: Attribute): Field[] {
  if (typeof value === "number") return [integer(3, value), integer(20, 2)];
  if (typeof value === "string") return [text(4, value), integer(20, 3)];
  return [...value.map((item) => integer(8, item)), integer(20, 7)];
}

function typeOf(values: TensorValues): ElementType {
  if (values instanceof Float32Array) return "float";
  return values instanceof Float64Array ? "double" : "int64";
}

function tensorFields(name: string, values: TensorValues, shape: readonly number[]): Field[] {
  return [
    ...shape.map((size) => integer(1, size)),
    integer(2, elementTypes[typeOf(values)]),
    text(8, name),
    bytes(9, littleEndian(values)),
  ];
}

function littleEndian(values: TensorValues): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.byteLength));
  for (const [i, value] of values.entries()) {
    const at = i * values.BYTES_PER_ELEMENT;
    if (typeof value === "bigint") view.setBigInt64(at, value, true);
    else if (values instanceof Float32Array) view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  }
  return new Uint8Array(view.buffer);
}

function portFields({ name, type, shape }: Port): Field[] {
  const sizes = shape.map((size) => message(1, [typeof size === "number" ? integer(1, size) : text(2, size)]));
  return [text(1, name), message(2, [message(1, [integer(1, elementTypes[type]), message(2, sizes)])])];
}

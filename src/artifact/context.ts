// context.bin: the last steps of each series, so that a model goes on from the end of what it was trained on without being
// given data again. In: a frame. Out: bytes, and back. Layout, little-endian: u32 length of a JSON text, that text in UTF-8
// (key, target, start and number of steps of each series), then all values as f64 in the same order.
import * as z from "zod";
import { HindcastError } from "../base/errors.js";
import type { Frame, Series } from "../series/frame.js";
import { stampAt } from "../series/grid.js";

const headerSchema = z.array(
  z.strictObject({
    key: z.array(z.string()),
    target: z.string(),
    start: z.number(),
    steps: z.int().min(0),
  }),
);

/** The last `steps` steps of each series, starting at an observed one where there is any. */
export function tailFrame(frame: Frame, steps: number): Frame {
  return {
    ...frame,
    series: frame.series.map((series) => {
      let from = Math.max(0, series.values.length - steps);
      while (from > 0 && Number.isNaN(series.values[from]!)) from--;
      return from === 0
        ? series
        : { ...series, start: stampAt(frame.grid, series.start, from), values: series.values.subarray(from) };
    }),
  };
}

export function encodeContext(series: readonly Series[]): Uint8Array {
  const header = new TextEncoder().encode(
    JSON.stringify(series.map(({ key, target, start, values }) => ({ key, target, start, steps: values.length }))),
  );
  const valueCount = series.reduce((sum, { values }) => sum + values.length, 0);
  const bytes = new Uint8Array(4 + header.length + valueCount * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length, true);
  bytes.set(header, 4);
  let offset = 4 + header.length;
  for (const { values } of series)
    for (let i = 0; i < values.length; i++, offset += 8) view.setFloat64(offset, values[i]!, true);
  return bytes;
}

/** @throws HindcastError "model" when the bytes are not a context */
export function decodeContext(bytes: Uint8Array, path: string): Series[] {
  const broken = (what: string) =>
    new HindcastError(
      "model",
      `${path}: ${what}`,
      "train the model again, or give the data: forecast data.csv --from …",
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = bytes.length >= 4 ? view.getUint32(0, true) : Number.POSITIVE_INFINITY;
  if (headerLength > bytes.length - 4) throw broken("cut short");
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + headerLength)));
  } catch {
    throw broken("its header is not JSON");
  }
  const header = headerSchema.safeParse(json);
  if (!header.success) throw broken("its header does not fit");
  let offset = 4 + headerLength;
  const valueCount = header.data.reduce((sum, { steps }) => sum + steps, 0);
  if (offset + valueCount * 8 !== bytes.length) throw broken("its length does not fit its header");
  return header.data.map(({ steps, ...series }) => {
    const values = new Float64Array(steps);
    for (let i = 0; i < steps; i++, offset += 8) values[i] = view.getFloat64(offset, true);
    return { ...series, values };
  });
}

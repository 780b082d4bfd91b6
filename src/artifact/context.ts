// context.bin: the last steps of each series, so that a model goes on from the end of what it was trained on without being
// given data again. In: a frame. Out: bytes, and back. Layout, little-endian: u32 length of a JSON text, that text in UTF-8 (key,
// target, start and number of steps of each series; with covariates, how many values each has), then all values as f64 in the
// same order, each series' own before those of its covariates.

import { HindcastError } from "../base/errors.js";
import * as z from "../base/schema.js";
import { dropSteps, type Frame, type Series } from "../series/frame.js";

const headerSchema = z.array(
  z.strictObject({
    key: z.array(z.string()),
    target: z.string(),
    start: z.number(),
    steps: z.int().min(0),
    covariates: z.array(z.int().min(0)).optional(),
  }),
);

/** The last `steps` steps of each series, starting at an observed one where there is any. */
export function tailFrame(frame: Frame, steps: number): Frame {
  return {
    ...frame,
    series: frame.series.map((series) => {
      let from = Math.max(0, series.values.length - steps);
      while (from > 0 && Number.isNaN(series.values[from]!)) from--;
      return from === 0 ? series : dropSteps(frame, series, from);
    }),
  };
}

export function encodeContext(series: readonly Series[]): Uint8Array {
  const entries = series.map(({ key, target, start, values, covariates }) => ({
    key,
    target,
    start,
    steps: values.length,
    ...(covariates && { covariates: covariates.map(({ length }) => length) }),
  }));
  const header = new TextEncoder().encode(JSON.stringify(entries));
  const arrays = series.flatMap(({ values, covariates = [] }) => [values, ...covariates]);
  const valueCount = arrays.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(4 + header.length + valueCount * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length, true);
  bytes.set(header, 4);
  let offset = 4 + header.length;
  for (const values of arrays)
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
  const lengths = header.data.flatMap(({ steps, covariates = [] }) => [steps, ...covariates]);
  const valueCount = lengths.reduce((sum, length) => sum + length, 0);
  if (offset + valueCount * 8 !== bytes.length) throw broken("its length does not fit its header");
  const read = (length: number) => {
    const values = new Float64Array(length);
    for (let i = 0; i < length; i++, offset += 8) values[i] = view.getFloat64(offset, true);
    return values;
  };
  return header.data.map(({ steps, covariates, ...series }) => ({
    ...series,
    values: read(steps),
    ...(covariates && { covariates: covariates.map(read) }),
  }));
}

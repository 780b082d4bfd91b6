// The end of each series as bytes, and back.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeContext, encodeContext, tailFrame } from "../../src/artifact/context.js";
import { covariateFrame } from "../support/covariates.js";
import { frameOf } from "../support/frames.js";

const no = Number.NaN;

describe("the end of a series", () => {
  test.each([
    [[1, 2, 3, 4], 2, 3, [3, 4]],
    [[1, 2, 3, 4], 4, 1, [1, 2, 3, 4]],
    [[1, 2, 3, 4], 9, 1, [1, 2, 3, 4]],
    [[1, 2, 3, 4], Number.POSITIVE_INFINITY, 1, [1, 2, 3, 4]],
    [[1, 2, no, no, 5], 2, 2, [2, no, no, 5]],
    [[1, 2, no, no, 5], 3, 2, [2, no, no, 5]],
    [[no, no], 1, 1, [no, no]],
    [[], 1, 1, []],
  ])(
    "of %j by %d steps begins at %i: %j, with an observed step where there is one",
    (values, steps, start, expected) => {
      const [series] = tailFrame(frameOf(values), steps).series;
      expect(series!.start).toBe(start);
      expect([...series!.values]).toEqual(expected);
    },
  );

  test("is as long for each of them, and has the covariates of its steps", () => {
    const ends = tailFrame(frameOf([1, 2, 3], [4]), 2);
    expect(ends.series.map(({ values }) => [...values])).toEqual([[2, 3], [4]]);
    const frame = covariateFrame([1, 2, 3], [{ name: "promo", kind: "future", values: [0, 1, 0, 1] }]);
    const tail = tailFrame(frame, 2);
    expect(tail.series[0]!.covariates).toEqual([Float64Array.of(1, 0, 1)]);
    expect(tail.covariates).toBe(frame.covariates);
  });
});

const series = { key: ["é"], target: "y", start: 5, values: Float64Array.of(1.5, no) };
const headerOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes.subarray(4, bytes.length - 16));

test("its bytes are a length, a header and the values, least byte first", () => {
  const bytes = encodeContext([series]);
  const header = '[{"key":["é"],"target":"y","start":5,"steps":2}]';
  const size = Buffer.byteLength(header);
  expect([...bytes.subarray(0, 4)]).toEqual([size, 0, 0, 0]);
  expect(headerOf(bytes)).toBe(header);
  expect([...bytes.subarray(4 + size, 12 + size)]).toEqual([0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
  expect(bytes.length).toBe(4 + size + 16);
});

test("a context is the same after a round trip, with covariates and without", () => {
  const numbers = fc.array(fc.double(), { maxLength: 5 }).map((values) => Float64Array.from(values));
  const series = fc.record(
    {
      key: fc.array(fc.string()),
      target: fc.string(),
      start: fc.integer(),
      values: numbers,
      covariates: fc.array(numbers),
    },
    { requiredKeys: ["key", "target", "start", "values"] },
  );
  fc.assert(
    fc.property(fc.array(series), (some) => {
      expect(decodeContext(encodeContext(some), "context.bin")).toEqual(some);
    }),
  );
});

describe("what is no context is refused", () => {
  const refusal = (reason: string) =>
    expect.objectContaining({
      code: "model",
      message: `model/context.bin: ${reason}`,
      hint: "train the model again, or give the data: forecast data.csv --from …",
    });
  const decode = (bytes: Uint8Array) => decodeContext(bytes, "model/context.bin");
  /** @param length that it claims */
  const withHeader = (header: string | Uint8Array, valueCount = 0, length?: number) => {
    const text = Buffer.from(header);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(length ?? text.length);
    return Buffer.concat([size, text, Buffer.alloc(8 * valueCount)]);
  };
  const one = (own: object) => JSON.stringify([{ key: [], target: "y", start: 0, steps: 1, ...own }]);

  test.each([
    ["nothing", Buffer.alloc(0), "cut short"],
    ["three bytes", Buffer.alloc(3), "cut short"],
    ["a header that is not all there", withHeader("[]", 0, 3), "cut short"],
    ["a header that is no JSON", withHeader("["), "its header is not JSON"],
    ["a header that is no UTF-8", withHeader(Uint8Array.of(0x22, 0xff, 0x22)), "its header is not JSON"],
    ["steps below 0", withHeader(one({ steps: -1 })), "its header does not fit"],
    ["a covariate below 0", withHeader(one({ covariates: [-1] }), 1), "its header does not fit"],
    ["a field that no series has", withHeader(one({ unit: "kg" }), 1), "its header does not fit"],
    ["a value too few", withHeader(one({}), 0), "its length does not fit its header"],
    ["a value too many", withHeader(one({}), 2), "its length does not fit its header"],
    ["too few for its covariates", withHeader(one({ covariates: [2] }), 2), "its length does not fit its header"],
  ])("%s", (_, bytes, reason) => {
    expect(() => decode(bytes)).toThrow(refusal(reason));
  });

  test("but what is whole is not: no series, and bytes that stand anywhere in memory", () => {
    expect(decode(withHeader("[]"))).toEqual([]);
    const bytes = encodeContext([series]);
    const shifted = new Uint8Array(bytes.length + 3).subarray(3);
    shifted.set(bytes);
    expect(decode(shifted)).toEqual([series]);
  });

  test("wherever it was cut", () => {
    const bytes = encodeContext([{ ...series, covariates: [Float64Array.of(1), Float64Array.of(2, 3)] }]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => decode(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: "model" }));
      }),
    );
  });
});

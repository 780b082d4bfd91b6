// The schemas against zod, whose calls and words they share.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as zod from "zod";
import * as own from "../../src/base/schema.js";

/** Every kind of schema that there is, built by either of the two. */
function build(z: typeof own) {
  const size = z.int().min(1).max(9);
  return z.strictObject({
    version: z.literal(1),
    kind: z.literal("model"),
    whole: z.int(),
    share: z.number().min(0).max(0.95),
    spread: z.number().positive(),
    above: z.number().gt(-1).nullable(),
    word: z.string(),
    key: z.string().min(2),
    sha: z.string().regex(/^[0-9a-f]{4}$/),
    mark: z.string().length(1),
    cell: z.enum(["rnn", "lstm", "gru"]),
    on: z.boolean(),
    sizes: z.array(size).min(1).max(3),
    pair: z.array(z.number()).length(2),
    names: z.array(z.string()).readonly(),
    only: z.tuple([z.strictObject({ name: z.string() })]),
    state: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("none") }),
      z.strictObject({ kind: z.literal("power"), by: z.number() }),
    ]),
    offset: z.union([z.enum(["none", "Z"]), z.int().min(-5).max(5)]),
    scores: z.record(z.string(), z.number().nullable()),
    files: z.partialRecord(z.enum(["a", "b"]), z.strictObject({ bytes: z.int().min(0) })),
    loose: z.object({ known: z.boolean() }),
    maybe: z.strictObject({ n: z.int() }).optional(),
  });
}

const schema = build(own);
/** The same calls, of types that are wider. */
const reference = build(zod as unknown as typeof own) as unknown as zod.ZodType;

const fitting: own.infer<typeof schema> = {
  version: 1,
  kind: "model",
  whole: -3,
  share: 0.5,
  spread: 2,
  above: null,
  word: "",
  key: "ab",
  sha: "00ff",
  mark: "x",
  cell: "gru",
  on: true,
  sizes: [1, 9],
  pair: [0, 1],
  names: [],
  only: [{ name: "a" }],
  state: { kind: "power", by: 2 },
  offset: 3,
  scores: { mase: 1, rmse: null },
  files: { a: { bytes: 0 } },
  loose: { known: false },
};

/** Values near the limits and of every type that JSON has, and a few that it has not. */
const anything = fc.oneof(
  fc.constantFrom(
    0,
    1,
    -1,
    2,
    5,
    6,
    9,
    10,
    0.5,
    0.95,
    1e300,
    2 ** 53,
    -(2 ** 53),
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
  fc.constantFrom("", "a", "ab", "none", "power", "rnn", "00ff", "x", "model"),
  fc.constantFrom(null, undefined, true, false),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom([], [1], [1, 2], [1, 2, 3, 4], {}, { kind: "none" }, { kind: "none", by: 1 }, { kind: "power" }),
  fc.constantFrom({ name: "a" }, [{ name: "a" }], [{ name: 1 }], { a: { bytes: -1 } }, { c: { bytes: 1 } }, { n: 1.5 }),
);

function outcomeOf(given: unknown) {
  const outcome = schema.safeParse(given);
  return outcome.success ? outcome : { success: false, path: outcome.issue.path, message: outcome.issue.message };
}

/** Of an array that is short and holds wrong items, zod names an item. */
const isShort = (outcome: object) => JSON.stringify(outcome).includes("Too small: expected array");

function expectAsZod(given: unknown): void {
  const outcome = outcomeOf(given);
  if (isShort(outcome)) expect(reference.safeParse(given).success).toBe(false);
  else expect(outcome).toEqual(expectedOf(given));
}

function expectedOf(given: unknown) {
  const outcome = reference.safeParse(given);
  const [issue] = outcome.error?.issues ?? [];
  return outcome.success
    ? { success: true, data: outcome.data }
    : { success: false, path: issue?.path, message: issue?.message };
}

describe("a schema", () => {
  test("gives what fits it", () => {
    expect(outcomeOf(fitting)).toEqual({ success: true, data: fitting });
    expect(outcomeOf({ ...fitting, loose: { known: true, more: 1 } })).toEqual({
      success: true,
      data: { ...fitting, loose: { known: true } },
    });
  });

  test("says of a changed, missing or foreign field what zod says of it", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(fitting), "maybe", "foreign"), anything, (key, value) => {
        const given = { ...fitting, [key]: value };
        expectAsZod(given);
      }),
      { numRuns: 2000 },
    );
    for (const key of Object.keys(fitting)) {
      const { [key as keyof typeof fitting]: _, ...given } = fitting;
      expectAsZod(given);
    }
  });

  test("says of anything else what zod says of it", () => {
    fc.assert(
      fc.property(anything, (given) => {
        expectAsZod(given);
      }),
    );
  });
});

test("a field that names a prototype is foreign, and changes none", () => {
  const given = JSON.parse('{"a":{"bytes":1},"__proto__":{"bytes":2}}');
  const files = own.partialRecord(own.enum(["a"]), own.object({ bytes: own.int() }));
  expect(files.safeParse(given)).toMatchObject({ success: false, issue: { message: 'Unrecognized key: "__proto__"' } });
  expect(own.strictObject({ a: own.object({}) }).safeParse(given).success).toBe(false);
});

test("what a conversion throws is no mismatch", () => {
  const refusing = own.string().transform(() => {
    throw new RangeError("of its own");
  });
  expect(() => refusing.safeParse("x")).toThrow("of its own");
  expect(own.preprocess(String, own.string().min(2)).safeParse(12)).toEqual({ success: true, data: "12" });
});

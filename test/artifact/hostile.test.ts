// Model directories as an enemy would make them. In: real ones, changed, most of them with checksums that fit again. Out: a refusal as a
// broken model, or a model that forecasts: no other failure, and no memory taken for what is only claimed.
import { createHash } from "node:crypto";
import {
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { readModel } from "../../src/artifact/directory.js";
import { openModel } from "../../src/artifact/open-model.js";
import { saveModel } from "../../src/artifact/save-model.js";
import { HindcastError } from "../../src/base/errors.js";
import { sealJson } from "../../src/base/sealed-json.js";
import { fitModel, type ModelOptions } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { airPassengers } from "../evaluate/frames.js";
import { quietContext, smallModel } from "../support/context.js";
import { temporaryDirectory } from "../support/directory.js";
import { hostileValues, type Json, placesOf, setAt } from "../support/hostile-json.js";

const horizon = 3;
const models: string[] = [];
/** Where the changed one stands. */
let work: string;

beforeAll(async () => {
  const directory = await temporaryDirectory();
  work = join(directory, "work");
  const frame = airPassengers();
  const reading = { missing: "mask", aggregate: undefined } as const;
  const kinds: [string, Partial<ModelOptions>][] = [
    ["gru", { scale: { difference: 12, deseasonalize: true } }],
    ["lstm", { head: "gaussian", attention: "dot" }],
    ["gru", { decoder: "recursive", window: 6, segment: 2 }],
    ["seasonal-naive", {}],
    ["pretrained", {}],
    ["linear", {}],
  ];
  for (const [name, own] of kinds) {
    const fitted = await fitModel(name, frame, horizon, { ...smallModel, seasons: [12], ...own }, quietContext());
    const path = join(directory, `model-${models.length}`);
    const { limits } = smallModel;
    const common = { frame, horizon, seed: 7, engine: null, reading, limits, heldOut: null, keepContext: true };
    await saveModel(path, { ...common, fitted }, "0.1.0", {});
    models.push(path);
  }
});

beforeEach(() => rmSync(work, { recursive: true, force: true }));

/** Reads it and forecasts. @returns undefined when it could, else why not */
async function use(path: string): Promise<unknown> {
  try {
    const stored = await readModel(path);
    const { fitted, context } = await openModel(stored);
    if (context === undefined) return undefined;
    const predictor = await predictorOf(fitted, stored.manifest.limits, quietContext());
    const { point } = await predictor.predict(context, Math.min(horizon, stored.manifest.horizon), [0.1, 0.9]);
    return point.length === 0 ? "no forecast" : undefined;
  } catch (error) {
    return error;
  }
}

/** Copies a model, with what `change` makes of hindcast.json and of the files, and checksums that fit. */
function forge(model: string, change: (manifest: Json) => void): void {
  cpSync(model, work, { recursive: true });
  const { checksum: _, ...manifest } = JSON.parse(readFileSync(join(work, "hindcast.json"), "utf8")) as Json;
  change(manifest);
  writeFileSync(join(work, "hindcast.json"), sealJson(manifest));
}

/** Replaces a file, and its record. */
function forgeFile(manifest: Json, name: string, bytes: Uint8Array | string): void {
  writeFileSync(join(work, name), bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  setAt(manifest, ["files", name], { bytes: Buffer.byteLength(bytes), sha256 });
}

const isRefusal = (outcome: unknown) => outcome instanceof HindcastError && outcome.code === "model";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const hostileText = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...hostileValues) }, fc.json());
/** Unlike `fc.nat`, no smaller ones before larger ones. */
const anywhere = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("whatever stands in a field of hindcast.json, it is refused or it forecasts", async () => {
  let refusedCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(models.length - 1), fc.integer({ min: 0, max: 9999 }), hostileText, async (m, at, text) => {
      forge(models[m]!, (manifest) => {
        const places = placesOf(manifest);
        setAt(manifest, places[at % places.length]!, JSON.parse(text));
      });
      const outcome = await use(work);
      if (outcome === undefined) return;
      if (!isRefusal(outcome)) throw outcome;
      refusedCount++;
    }),
    {
      numRuns: 250,
    },
  );
  expect(refusedCount).toBeGreaterThan(50);
  expect(({} as Json).polluted).toBeUndefined();
}, 60_000);

test.each([
  [["model", "network", "window"], 1e15],
  [["model", "network", "window"], 2 ** 31],
  [["model", "network", "horizon"], 1e15],
  [["model", "network", "inputs"], 1e15],
  [["model", "network", "segment"], 1e15],
  [
    ["model", "network", "layers"],
    [8192, 8192],
  ],
  [["model", "preparation", "config", "difference"], 2 ** 31],
  [["horizon"], 1e15],
  [["calibration", "levels"], []],
  [["calibration", "offsets"], [[1]]],
  [["grid", "zone"], "Nowhere/At_All"],
  [["files", "weights.bin", "bytes"], 2 ** 31],
  [["files", "weights.bin", "sha256"], "0".repeat(64)],
] as const)("%j of %j is refused at once", async (place, value) => {
  forge(models[0]!, (manifest) => setAt(manifest, place, value));
  const [started, before] = [performance.now(), process.memoryUsage().rss];
  expect(await use(work)).toMatchObject({ code: "model" });
  expect(performance.now() - started).toBeLessThan(2000);
  expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
});

test("a pretrained model that claims a horizon for which there is no memory is refused at once", async () => {
  forge(models[4]!, (manifest) => setAt(manifest, ["horizon"], 1e6));
  expect(await use(work)).toMatchObject({ code: "model" });
});

test("a regression that claims more steps than it has weights for is refused at once", async () => {
  forge(models[5]!, (manifest) => {
    setAt(manifest, ["model", "horizon"], 1e15);
    setAt(manifest, ["model", "forms"], [{ log: false, lags: [], share: 1 }]);
    forgeFile(manifest, "linear.bin", "");
  });
  expect(await use(work)).toMatchObject({ code: "model" });
});

test("a drift that does not go with its regressions is refused", async () => {
  forge(models[5]!, (manifest) =>
    setAt(manifest, ["model", "drifts"], [{ key: ["a"], target: "y", slopes: [1, 2, 3] }]),
  );
  expect(await use(work)).toMatchObject({ code: "model" });
});

test("a file that has grown since it was written is not read", async () => {
  forge(models[0]!, () => {});
  // Of zeros that take no room.
  truncateSync(join(work, "context.bin"), 1.5e9);
  const before = process.resourceUsage().maxRSS;
  expect(await use(work)).toMatchObject({ code: "model" });
  expect(1024 * (process.resourceUsage().maxRSS - before)).toBeLessThan(200e6);
});

test("a file that is claimed to be, or is, larger than any file of a model is not read", async () => {
  for (const isThere of [false, true]) {
    rmSync(work, { recursive: true, force: true });
    forge(models[0]!, (manifest) => setAt(manifest, ["files", "context.bin", "bytes"], 2 ** 32));
    // Of zeros that take no room.
    if (isThere) truncateSync(join(work, "context.bin"), 2 ** 32);
    const before = process.memoryUsage().rss;
    expect(await use(work)).toMatchObject({ code: "model" });
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  }
});

test("files outside the directory, and fields that no model has, are refused", async () => {
  const record = { bytes: 5, sha256: createHash("sha256").update("mine\n").digest("hex") };
  for (const name of ["../outside", "/etc/hostname", "1/../../outside", "__proto__", "run.json", "01/weights.bin"]) {
    forge(models[0]!, (manifest) => setAt(manifest, ["files", name], record));
    expect(await use(work), name).toMatchObject({ code: "model" });
  }
  for (const name of ["__proto__", "constructor", "toString", "extra"]) {
    forge(models[0]!, (manifest) => setAt(manifest, [name], {}));
    expect(await use(work), name).toMatchObject({ code: "model" });
  }
});

test("a link and a directory in a file's place are refused", async () => {
  for (const name of ["weights.bin", "model.json", "context.bin", "hindcast.json"]) {
    const place = join(work, name);
    const original = join(models[0]!, name);
    for (const put of [() => symlinkSync(original, place), () => mkdirSync(place)]) {
      rmSync(work, { recursive: true, force: true });
      cpSync(models[0]!, work, { recursive: true });
      rmSync(place);
      put();
      expect(await use(work), name).toMatchObject({ code: "model" });
    }
    // Another name of the same file is that file.
    rmSync(place, { recursive: true });
    linkSync(original, place);
    expect(await use(work), name).toBeUndefined();
  }
});

test("a file that is cut short or has another bit is refused, wherever that is", async () => {
  const whole = models.flatMap((model) => readdirSync(model).map((name) => [model, name] as const));
  const files = whole.filter(([, name]) => name !== "run.json");
  await fc.assert(
    fc.asyncProperty(fc.nat(files.length - 1), anywhere, fc.nat(7), fc.boolean(), async (f, share, bit, isCut) => {
      const [model, name] = files[f]!;
      rmSync(work, { recursive: true, force: true });
      cpSync(model, work, { recursive: true });
      const bytes = readFileSync(join(work, name));
      const at = Math.floor(share * bytes.length);
      bytes[at]! ^= 1 << bit;
      writeFileSync(join(work, name), isCut ? bytes.subarray(0, at) : bytes);
      expect(await use(work), `${name} at ${at}`).toMatchObject({ code: "model" });
    }),
    { numRuns: 200 },
  );
}, 30_000);

test("weights and contexts that are not what they are read as are refused, their checksums or not", async () => {
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const header = (text: string) =>
    Buffer.concat([Buffer.from(Uint32Array.of(Buffer.byteLength(text)).buffer), Buffer.from(text)]);
  const layers = (change: (json: string) => string) => change(readFileSync(join(models[0]!, "model.json"), "utf8"));
  const forgeries: [string, Uint8Array | string][] = [
    ["weights.bin", ""],
    ["weights.bin", floats(1, 2, 3)],
    ["weights.bin", readFileSync(join(models[0]!, "weights.bin")).fill(255)],
    ["model.json", "{}"],
    ["model.json", "no JSON"],
    ["model.json", nested(100_000)],
    ["model.json", layers((json) => json.replaceAll('"float32"', '"int32"'))],
    ["model.json", layers((json) => json.replace(/"shape":\[\d+/, '"shape":[2147483648'))],
    ["model.json", layers((json) => json.replace("weights.bin", "../weights.bin"))],
    ["context.bin", ""],
    ["context.bin", Uint8Array.of(255, 255, 255, 255)],
    ["context.bin", header('[{"key":[],"target":"y","start":0,"steps":9007199254740991}]')],
    ["context.bin", header('[{"__proto__":{"polluted":1},"key":[],"target":"y","start":0,"steps":0}]')],
    ["context.bin", header(nested(100_000))],
    ["context.bin", header("[]")],
  ];
  for (const [name, bytes] of forgeries) {
    forge(models[0]!, (manifest) => forgeFile(manifest, name, bytes));
    expect(await use(work), `${name}: ${bytes.slice(0, 60)}`).toMatchObject({ code: "model" });
  }
  for (const text of [nested(1_000_000), '{"a":', "", "\0", '{"checksum":1}'])
    for (const sealed of [text, `${text}\n"checksum": "${"0".repeat(64)}"\n}\n`]) {
      writeFileSync(join(work, "hindcast.json"), sealed);
      expect(await use(work), text.slice(0, 20)).toMatchObject({ code: "model" });
    }
});

// What a model directory, a checkpoint and a shard consist of. Each input stands in the place of one file, with checksums that fit; what
// opens all the same has to forecast.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoint } from "../../../src/artifact/checkpoint.js";
import { readModel, type StoredModel } from "../../../src/artifact/directory.js";
import type { FileName } from "../../../src/artifact/manifest.js";
import { openModel } from "../../../src/artifact/open-model.js";
import { saveModel } from "../../../src/artifact/save-model.js";
import { readShardSet } from "../../../src/artifact/shard-set.js";
import { HindcastError } from "../../../src/base/errors.js";
import { sealJson } from "../../../src/base/sealed-json.js";
import type { FittedPart } from "../../../src/choose/fitted.js";
import { predictorOf } from "../../../src/choose/predictor.js";
import { chooseSettings } from "../../../src/fit/defaults.js";
import { fitNetwork } from "../../../src/fit/fit.js";
import { kernelTrainers } from "../../../src/fit/kernel-trainer.js";
import { joinRows } from "../../../src/report/joined-rows.js";
import { dailyFrame } from "../../evaluate/frames.js";
import { keptModels, workDirectory } from "../places.js";
import { quiet, splitChoice, type Target, utf8, utf8Text } from "../target.js";

/** One of each kind of manifest; pretrained ones take longer, and stand for themselves. */
const kinds = [
  ...["gru", "lstm", "segment", "convolution", "additive", "dot", "mix", "ensemble", "quantile", "negbin", "bins"],
  ...["recursive", "scaled-robust", "scaled-mean", "naive", "covariates", "wide", "targets", "integers", "pretrained"],
  ...["linear", "weighed"],
];

/** Not among the kept ones: a regression, a baseline and a network together, with weights of a series' own. */
const weighedParts = ["linear", "seasonal-naive", "gru"];
const weighedPath = join(
  workDirectory("weighed", () => {}),
  "model",
);
const directoryOf = (kind: string) => (kind === "weighed" ? weighedPath : join(keptModels, kind));

async function saveWeighed(): Promise<void> {
  const stored = await Promise.all(weighedParts.map((kind) => readModel(directoryOf(kind))));
  const opened = await Promise.all(stored.map(openModel));
  const [manifest, frame] = [stored[0]!.manifest, opened[0]!.context!];
  const parts = opened.map(({ fitted }, i): FittedPart => {
    if (fitted.kind === "combination") throw new Error(`${weighedParts[i]} is a combination`);
    return { weight: [0.5, 0.25, 0.25][i]!, fitted };
  });
  const series = frame.series.map(({ key, target }) => ({ key, target, weights: [0, 0.75, 0.25] }));
  const { asked, reason, seasons, horizon } = opened[0]!.fitted;
  const fitted = { asked, reason, seasons, horizon, kind: "combination", parts, series, stretch: 0.8 } as const;
  const { seed, engine, limits, reading } = manifest;
  const read = { ...reading, aggregate: reading.aggregate ?? undefined };
  const saved = { fitted, frame, horizon, seed, engine, limits, reading: read, heldOut: null, keepContext: true };
  await saveModel(weighedPath, saved, manifest.hindcast, {});
}
await saveWeighed();

/** Longer ones are opened, and not asked. */
const mostSteps = 1000;

async function use(stored: StoredModel): Promise<void> {
  const { fitted, context } = await openModel(stored);
  const { horizon, limits } = stored.manifest;
  if (context === undefined || horizon > mostSteps || context.series.length > 10) return;
  const predictor = await predictorOf(fitted, limits, quiet);
  // Past the first steps ahead nothing changes, and a hostile horizon would only take long.
  const steps = Math.min(3, horizon);
  const { point, quantiles } = await predictor.predict(context, steps, [0.1, 0.9]);
  for (const [i, value] of point.entries()) {
    if (Number.isNaN(value)) continue;
    const [low, high] = [quantiles[0]?.[i] ?? value, quantiles[1]?.[i] ?? value];
    if (!(Number.isFinite(value) && low <= value && value <= high)) throw new Error(`${value} in ${low} to ${high}`);
  }
}

/** A manifest without its checksum, as the text that a seal is put on. */
function unsealed(bytes: Uint8Array): string {
  const { checksum: _, ...fields } = JSON.parse(utf8Text(bytes)) as Record<string, unknown>;
  return JSON.stringify(fields);
}

/** Text that may be no JSON at all is sealed as far as it can be. */
function sealed(bytes: Uint8Array): Uint8Array | string {
  try {
    const fields: unknown = JSON.parse(utf8Text(bytes));
    return typeof fields === "object" && fields !== null && !Array.isArray(fields) ? sealJson({ ...fields }) : bytes;
  } catch {
    return bytes;
  }
}

const filesOf = (kind: string) =>
  readdirSync(directoryOf(kind), { recursive: true, encoding: "utf8" }).filter((name) => /\.(json|bin)$/.test(name));

export const manifest: Target = {
  name: "manifest",
  form: "json",
  share: 2,
  seeds: () =>
    kinds.map((kind, i) =>
      Buffer.concat([Buffer.of(i), utf8(unsealed(readFileSync(join(directoryOf(kind), "hindcast.json"))))]),
    ),
  async run(input) {
    const { choice: kind, rest } = splitChoice(input, kinds);
    // Links would be refused: each kind has its own copy.
    const directory = workDirectory(`model-${kind}`, (path) => {
      for (const name of filesOf(kind)) {
        mkdirSync(join(path, name, ".."), { recursive: true });
        writeFileSync(join(path, name), readFileSync(join(directoryOf(kind), name)));
      }
    });
    writeFileSync(join(directory, "hindcast.json"), sealed(rest));
    await use(await readModel(directory));
  },
};

/** Every file of the kept models but their manifests. */
const parts = kinds.flatMap((kind) =>
  filesOf(kind)
    .filter((name) => !name.endsWith("hindcast.json"))
    .map((name) => ({ kind, name: name as FileName })),
);
const stored = new Map<string, StoredModel>();

/** Through the record of the directory, as if the checksum had been made to fit. */
async function useWith(kind: string, name: FileName, bytes: Uint8Array): Promise<void> {
  let whole = stored.get(kind);
  if (whole === undefined) {
    whole = await readModel(directoryOf(kind));
    stored.set(kind, whole);
  }
  await use({ ...whole, files: { ...whole.files, [name]: bytes } });
}

function partTarget(name: string, file: string, form: Target["form"], share: number): Target {
  const own = parts.filter((part) => part.name.endsWith(file));
  return {
    name,
    form,
    share,
    seeds: () =>
      own.map((part, i) => Buffer.concat([Buffer.of(i), readFileSync(join(directoryOf(part.kind), part.name))])),
    run(input) {
      const { choice: part, rest } = splitChoice(input, own);
      return useWith(part.kind, part.name, rest);
    },
  };
}

export const layers = partTarget("layers", "model.json", "json", 3);
export const weights = partTarget("weights", "weights.bin", "bytes", 3);
export const context = partTarget("context", "context.bin", "bytes", 3);
export const gate = partTarget("gate", "gate.bin", "bytes", 1);
export const linear = partTarget("linear", "linear.bin", "bytes", 1);

const frame = dailyFrame(Float64Array.from({ length: 30 }, (_, t) => 10 + (t % 7)));
const run = { hindcast: "0.1.0", settings: {}, data: { series: 1, steps: 30, observed: 30, sha256: "" } };
const header = sealJson({ schema_version: 1, type: "checkpoint", run });

/** Trains a small network twice, going on from the checkpoint in `directory`. @param stopAfterSteps of the first training */
async function train(directory: string, stopAfterSteps = Number.POSITIVE_INFINITY): Promise<void> {
  const spec = {
    cell: "gru",
    plain: false,
    seed: 5,
    layers: [2],
    window: 4,
    epochs: 2,
    batch: 8,
    dropout: 0.1,
  } as const;
  const options = { run, engine: () => "kernels", notify: quiet.notify, now: () => 0 };
  const checkpoint = openCheckpoint(directory, { ...options, resume: true, intervalMs: 0 });
  const interruption = new AbortController();
  let stepCount = 0;
  await fitNetwork(frame, chooseSettings(frame, 2, [7], spec), {
    createTrainer: kernelTrainers(1).create,
    notify: quiet.notify,
    signal: interruption.signal,
    isTimeUp: () => false,
    onEpoch() {},
    checkpoint: {
      open(key) {
        const { saved, keep } = checkpoint.open(key);
        const isDue = () => {
          if (++stepCount > stopAfterSteps) interruption.abort(new HindcastError("output", "stopped", "go on"));
          return false;
        };
        // What is fuzzed is taken up, and nothing is written over it.
        return { saved, isDue, keep: stopAfterSteps < Number.POSITIVE_INFINITY ? keep : async () => {} };
      },
    },
  }).catch((error: unknown) => {
    if (!interruption.signal.aborted) throw error;
  });
}

/** The trainings of one run, as files: one in its first epoch, and one that is done beside one that is not. */
async function keepTrainings(): Promise<{ keys: string[]; contents: Uint8Array[] }> {
  const keys = new Set<string>();
  const contents: Uint8Array[] = [];
  for (const steps of [1, 3, 5, 7, 9]) {
    const directory = workDirectory(`trainings-${steps}`, (path) =>
      writeFileSync(join(path, "checkpoint.json"), header),
    );
    await train(directory, steps);
    for (const name of readdirSync(directory).filter((name) => name !== "checkpoint.json")) {
      keys.add(name);
      contents.push(readFileSync(join(directory, name)));
    }
  }
  return { keys: [...keys], contents };
}

let trainings: Promise<{ keys: string[]; contents: Uint8Array[] }> | undefined;

export const checkpoint: Target = {
  name: "checkpoint",
  form: "json",
  share: 0.5,
  async seeds() {
    trainings ??= keepTrainings();
    const { contents } = await trainings;
    return [
      ...contents.map((content) => Buffer.concat([Buffer.of(0), utf8(unsealed(content))])),
      Buffer.concat([Buffer.of(1), utf8(unsealed(utf8(header)))]),
    ];
  },
  async run(input) {
    trainings ??= keepTrainings();
    const { keys, contents } = await trainings;
    const { choice: what, rest } = splitChoice(input, ["training", "header"]);
    const directory = workDirectory("checkpoint", () => {});
    writeFileSync(join(directory, "checkpoint.json"), what === "header" ? sealed(rest) : header);
    for (const key of keys) writeFileSync(join(directory, key), what === "training" ? sealed(rest) : contents[0]!);
    await train(directory);
  },
};

const shardText = "series,time,forecast\na,1,2\n";
const shardManifest = {
  schema_version: 1,
  type: "shard",
  hindcast: "0.1.0",
  shard: { index: 0, count: 1 },
  format: "csv",
  settings: { horizon: "1" },
  model_sha256: null,
  data: { series: 2, sha256: "0".repeat(64) },
  horizon: 1,
  file: { bytes: shardText.length, sha256: createHash("sha256").update(shardText).digest("hex") },
  written: [0],
  failed: [1],
};

export const shard: Target = {
  name: "shard",
  form: "json",
  share: 2,
  seeds: () => [utf8(JSON.stringify(shardManifest))],
  async run(input) {
    const directory = workDirectory("shard", (path) => writeFileSync(join(path, "part.csv"), shardText));
    writeFileSync(join(directory, "part.csv.manifest.json"), sealed(input));
    const set = await readShardSet([join(directory, "part.csv")]);
    for (const _ of joinRows(set));
  },
};

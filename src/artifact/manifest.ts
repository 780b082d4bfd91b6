// hindcast.json: what a model directory says of itself. In: unknown JSON. Out: a Manifest, or why it cannot be used. Fields are
// only ever added; a reader refuses a schema version it does not know.
import * as z from "../base/schema.js";
import { Schema, typed } from "../base/schema-kinds.js";
import { effectsSchema } from "../effects/schema.js";
import { cells } from "../engine/kernels/cells.js";
import { trainingConfigSchema, trainingRecordSchema } from "../fit/config.js";
import { baselines } from "../forecast/baselines.js";
import { calibrationSchema } from "../forecast/calibration.js";
import { gateCalibrationSchema, gateConfigSchema } from "../gate/schema.js";
import { networkConfigSchema } from "../model/config.js";
import { preparationSchema } from "../scale/preparation.js";
import { covariateSchema } from "../series/covariates.js";
import { frequencySchema } from "../series/grid.js";
import { aggregations, missingPolicies } from "../series/options.js";
import { seriesFields } from "../series/series-fields.js";
import { timeStyleSchema } from "../series/stamp.js";
import { channelConfigSchema } from "../windows/prepare.js";

export const schemaVersion = 1;

const fileSchema = z.strictObject({ bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
export type FileRecord = z.infer<typeof fileSchema>;

/**
 * The files a model directory may hold beside hindcast.json, those of the parts of a model in numbered subdirectories; run.json (times
 * and host) is no part of the model.
 */
export type FileName = "context.bin" | PartFile | `${number}/${PartFile}` | `${number}/${number}/${PartFile}`;
/** Where the files of a part begin: "" at the top. */
export type Place = "" | `${number}/`;
export type PartFile = "model.json" | "weights.bin" | "gate.bin" | "linear.bin";
const fileNamePattern = /^(?:context\.bin|(?:[1-9]\d{0,3}\/){0,2}(?:model\.json|weights\.bin|gate\.bin|linear\.bin))$/;

const isFileName = (given: unknown): given is FileName => typeof given === "string" && fileNamePattern.test(given);
const fileNameSchema = new Schema(typed("file of a model", isFileName));

const networkSchema = z.strictObject({
  kind: z.literal("network"),
  name: z.enum(cells),
  network: networkConfigSchema,
  preparation: preparationSchema,
  channels: channelConfigSchema,
  training: trainingConfigSchema,
  record: trainingRecordSchema,
});
export type StoredNetwork = z.infer<typeof networkSchema>;

/** Its members stand in subdirectories, from 1 on. */
const ensembleSchema = z.strictObject({
  kind: z.literal("ensemble"),
  name: z.string(),
  members: z.array(networkSchema).min(2).readonly(),
});

const pretrainedSchema = z.strictObject({
  kind: z.literal("pretrained"),
  name: z.literal("pretrained"),
  /** What the gate's weights stand for, in their order. */
  candidates: z.array(z.string()).min(1).readonly(),
  networks: z.array(gateConfigSchema).min(1).readonly(),
  calibration: gateCalibrationSchema,
  /** What covariates known ahead add; absent where they add nothing. */
  effects: effectsSchema.optional(),
});

const linearSchema = z.strictObject({
  kind: z.literal("linear"),
  name: z.literal("linear"),
  /** Steps that it was fitted for. */
  horizon: z.int().min(1),
  season: z.int().min(1),
  /** Their weights stand in linear.bin, one after the other: [lags × horizon] each, float32. */
  forms: z
    .array(
      z.strictObject({
        log: z.boolean(),
        lags: z.array(z.int().min(2)).readonly(),
        share: z.number().positive(),
      }),
    )
    .min(1)
    .readonly(),
  /** Of series that drift beside what the forms say: [forms] a step. Absent from models saved before there were any. */
  drifts: z
    .array(
      z.strictObject({
        ...seriesFields,
        slopes: z.array(z.number()).readonly(),
      }),
    )
    .readonly()
    .optional(),
  effects: effectsSchema.optional(),
});
export type StoredLinear = z.infer<typeof linearSchema>;

const baselineSchema = z.strictObject({ kind: z.literal("baseline"), name: z.enum(baselines.names) });

const partSchema = z.strictObject({
  /** Of all parts they sum to 1. */
  weight: z.number().positive(),
  model: z.discriminatedUnion("kind", [networkSchema, ensembleSchema, baselineSchema, pretrainedSchema, linearSchema]),
  /** What its intervals rest on; absent from a pretrained model, which has its own. */
  calibration: calibrationSchema.optional(),
});

export type StoredPart = z.infer<typeof partSchema>;

const modelSchema = z.discriminatedUnion("kind", [
  networkSchema,
  ensembleSchema,
  baselineSchema,
  pretrainedSchema,
  linearSchema,
  z.strictObject({
    kind: z.literal("combination"),
    name: z.string(),
    /** They stand in subdirectories, from 1 on. */
    parts: z.array(partSchema).min(2).readonly(),
    /** Series whose parts weigh what is theirs; absent where all are weighed alike. */
    series: z
      .array(
        z.strictObject({
          ...seriesFields,
          /** Of each part; they sum to 1. */
          weights: z.array(z.number().min(0)).readonly(),
        }),
      )
      .readonly()
      .optional(),
    /** Factor of the distances from the forecast to its quantiles. */
    stretch: z.number().positive(),
  }),
]);

export const manifestSchema = z.strictObject({
  schema_version: z.literal(schemaVersion),
  type: z.literal("model"),
  /** Version of the program that wrote it. */
  hindcast: z.string(),
  asked: z.string(),
  reason: z.string().nullable(),
  horizon: z.int().min(1),
  seasons: z.array(z.int().min(1)),
  seed: z.int(),
  /** What trained it; null for a baseline. */
  engine: z.string().nullable(),
  columns: z.strictObject({
    time: z.string(),
    ids: z.array(z.string()),
    targets: z.array(z.string()).min(1),
    wide: z.boolean(),
  }),
  /** What the model knows beside the values, as it is read; absent when nothing. */
  covariates: z.array(covariateSchema).readonly().optional(),
  grid: z.strictObject({ frequency: frequencySchema, zone: z.string() }),
  time_style: timeStyleSchema,
  /** How the data were read, for the data that are given later. */
  reading: z.strictObject({ missing: z.enum(missingPolicies), aggregate: z.enum(aggregations).nullable() }),
  /** Limits that forecasts keep. */
  limits: z.strictObject({ min: z.number().nullable(), max: z.number().nullable(), integer: z.boolean() }),
  model: modelSchema,
  /** What intervals rest on; absent from models written before there were any. */
  calibration: calibrationSchema.optional(),
  /** Scores on the last horizon, by a model that had not seen it; null when the data were too short to hold any back. */
  held_out: z.strictObject({ n: z.int(), scores: z.record(z.string(), z.number().nullable()) }).nullable(),
  data: z.strictObject({
    series: z.int().min(0),
    steps: z.int().min(0),
    observed: z.int().min(0),
    sha256: z.string(),
  }),
  files: z.partialRecord(fileNameSchema, fileSchema),
});

export type Manifest = z.infer<typeof manifestSchema>;

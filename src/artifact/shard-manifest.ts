// FILE.manifest.json: what the output of a shard says of itself. In: JSON beside an output. Out: a ShardManifest, or why it cannot be
// used. Fields are only ever added; a reader refuses a schema version it does not know.

import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { codeOf, HindcastError, messageOf } from "../base/errors.js";
import * as z from "../base/schema.js";
import { openSealedJson, sealJson } from "../base/sealed-json.js";
import { quoteWord } from "../base/wording.js";

const schemaVersion = 1;

/** Formats whose rows can be told apart again. A table for people is laid out as a whole. */
export const shardFormats = ["csv", "tsv", "ndjson", "json"] as const;
export type ShardFormat = (typeof shardFormats)[number];

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const manifestSchema = z.strictObject({
  schema_version: z.literal(schemaVersion),
  type: z.literal("shard"),
  /** Version of the program that wrote it. */
  hindcast: z.string(),
  shard: z.strictObject({ index: z.int().min(0), count: z.int().min(1) }),
  format: z.enum(shardFormats),
  /** The flags that a forecast depends on, where they are not as usual. */
  settings: z.record(z.string(), z.string()),
  /** Of the model directory; null for a model per series. */
  model_sha256: sha256Schema.nullable(),
  /** Of all series, those of the other shards too. */
  data: z.strictObject({ series: z.int().min(1), sha256: sha256Schema }),
  /** Rows of each series that has a forecast. */
  horizon: z.int().min(1),
  file: z.strictObject({ bytes: z.int().min(0), sha256: sha256Schema }),
  /** Places among all series, ascending: of those in the file, in its order, and of those without forecast. */
  written: z.array(z.int().min(0)).readonly(),
  failed: z.array(z.int().min(0)).readonly(),
});
export type ShardManifest = z.infer<typeof manifestSchema>;

export function shardManifestText(fields: Omit<ShardManifest, "schema_version" | "type">): string {
  return sealJson({ schema_version: schemaVersion, type: "shard", ...fields });
}

export const manifestSuffix = ".manifest.json";

/** @param path of the output @throws HindcastError "data" when there is none, or it is not what was written */
export function readShardManifest(path: string): ShardManifest {
  const file = `${path}${manifestSuffix}`;
  const opened = openSealedJson(readText(path, file), schemaVersion, manifestSchema);
  if (opened.ok) return opened.data;
  throw new HindcastError("data", `${file} ${opened.reason}`, runAgain(path));
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const isMissing = codeOf(error) === "ENOENT";
    throw new HindcastError(
      "data",
      isMissing
        ? `${path} has no manifest beside it: there is no ${file}`
        : `${file} cannot be read: ${messageOf(error)}`,
      "name outputs of hindcast forecast --shard I/N -o FILE, and keep both files of each together",
    );
  }
}

/** @throws HindcastError "data" when the output is not the one that its manifest tells of */
export async function checkShardFile(path: string, { file }: ShardManifest): Promise<void> {
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    throw new HindcastError("data", `${path} cannot be read: ${messageOf(error)}`, runAgain(path));
  }
  if (bytes !== file.bytes || hash.digest("hex") !== file.sha256)
    throw new HindcastError(
      "data",
      `${path} is not what was written (${file.bytes} bytes then, ${bytes} now): its checksum does not fit`,
      runAgain(path),
    );
}

export function runAgain(path: string): string {
  return `run its shard again, with -o ${quoteWord(path)}`;
}

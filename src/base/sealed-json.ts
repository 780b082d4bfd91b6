// JSON files that say whether they are what was written. In: an object. Out: its text, whose last field is the SHA-256 of the text with
// that field's digits as zeros; and back, when the checksum fits and so does the schema.
import type * as z from "./schema.js";
import { sha256 } from "./sha256.js";

const noChecksum = "0".repeat(64);
const checksumPattern = /"checksum": "([0-9a-f]{64})"\n\}\n$/;

export function sealJson(fields: Readonly<Record<string, unknown>>): string {
  const text = `${JSON.stringify({ ...fields, checksum: noChecksum }, null, 2)}\n`;
  return text.replace(checksumPattern, `"checksum": "${sha256(text)}"\n}\n`);
}

export type Opened<T> = { readonly ok: true; readonly data: T } | Refused;

export interface Refused {
  readonly ok: false;
  /** The end of a sentence that begins with the file's name. */
  readonly reason: string;
  /** "version": nothing is wrong with it but that; "form": it is what was written, and does not fit the schema. */
  readonly why: "damage" | "version" | "form";
}

/** What `sealJson` wrote. @param schema of the fields without the checksum, the version among them */
export function openSealedJson<T>(text: string, schemaVersion: number, schema: z.Reader<T>): Opened<T> {
  return openText(text, (json) => {
    const { checksum, ...fields } = Object(json) as Record<string, unknown>;
    const version = fields.schema_version;
    if (version !== schemaVersion)
      return refuse(
        `has schema version ${JSON.stringify(version)}; this program reads version ${schemaVersion}`,
        "version",
      );
    const written = checksumPattern.exec(text)?.[1];
    const unsealed = text.replace(checksumPattern, `"checksum": "${noChecksum}"\n}\n`);
    if (written === undefined || checksum !== written || sha256(unsealed) !== written)
      return refuse("is not what was written: its checksum does not fit", "damage");
    return check(fields, schema);
  });
}

/** JSON without a checksum. */
export function openJson<T>(text: string, schema: z.Reader<T>): Opened<T> {
  return openText(text, (json) => check(json, schema));
}

function openText<T>(text: string, read: (json: unknown) => Opened<T>): Opened<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse("is not JSON", "damage");
  }
  return read(json);
}

function check<T>(value: unknown, schema: z.Reader<T>): Opened<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, data: parsed.data };
  const { path, message } = parsed.issue;
  return refuse(`does not fit: ${path.join(".") || "the whole"}: ${message}`, "form");
}

function refuse(reason: string, why: Refused["why"]): Refused {
  return { ok: false, reason, why };
}

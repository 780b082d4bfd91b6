// JSON files that say whether they are what was written. In: an object. Out: its text, whose last field is the SHA-256 of the text with
// that field's digits as zeros; and back, when the checksum fits.
import { sha256 } from "./sha256.js";

const noChecksum = "0".repeat(64);
const checksumPattern = /"checksum": "([0-9a-f]{64})"\n\}\n$/;

export function sealJson(fields: Readonly<Record<string, unknown>>): string {
  const text = `${JSON.stringify({ ...fields, checksum: noChecksum }, null, 2)}\n`;
  return text.replace(checksumPattern, `"checksum": "${sha256(text)}"\n}\n`);
}

export type Opened =
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  /** `reason` is the end of a sentence that begins with the file's name; `isOtherVersion` when nothing is wrong with it but that. */
  | { readonly ok: false; readonly reason: string; readonly isOtherVersion: boolean };

/** The fields of what `sealJson` wrote, not yet checked against any schema but for its version. */
export function openSealedJson(text: string, schemaVersion: number): Opened {
  const refuse = (reason: string, isOtherVersion = false): Opened => ({ ok: false, reason, isOtherVersion });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refuse("is not JSON");
  }
  const { checksum, ...fields } = Object(json) as Record<string, unknown>;
  const version = fields.schema_version;
  if (version !== schemaVersion)
    return refuse(`has schema version ${JSON.stringify(version)}; this program reads version ${schemaVersion}`, true);
  const written = checksumPattern.exec(text)?.[1];
  const unsealed = text.replace(checksumPattern, `"checksum": "${noChecksum}"\n}\n`);
  if (written === undefined || checksum !== written || sha256(unsealed) !== written)
    return refuse("is not what was written: its checksum does not fit");
  return { ok: true, fields };
}

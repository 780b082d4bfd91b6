// JSON and NDJSON. In: a table. Out: one document, or a record a line; both carry their schema's version and their type.
import type { Cell, Table } from "../../base/table.js";
import { schemaVersion } from "../schema-version.js";

export function* json({ type, columns, rows }: Table): Generator<string> {
  yield `{"schema_version":${schemaVersion},"type":${JSON.stringify(type)},"rows":[`;
  const keys = columns.map((column) => JSON.stringify(column));
  let separator = "\n";
  for (const row of rows) {
    yield `${separator}{${pairs(keys, row)}}`;
    separator = ",\n";
  }
  yield "\n]}\n";
}

export function* ndjson({ type, columns, rows }: Table): Generator<string> {
  const head = `{"schema_version":${schemaVersion},"type":${JSON.stringify(type)}`;
  // The user's own column names may be those of the record's head; a key stands in a record once.
  const keys = columns.map((column) =>
    JSON.stringify(/^(schema_version|type)_*$/.test(column) ? `${column}_` : column),
  );
  for (const row of rows) yield `${head},${pairs(keys, row)}}\n`;
}

/** JSON.stringify writes what is no finite number as null, which is what JSON has for it. */
function pairs(keys: readonly string[], row: readonly Cell[]): string {
  return keys.map((key, i) => `${key}:${JSON.stringify(row[i])}`).join(",");
}

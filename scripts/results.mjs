// Results as a dated CSV in bench/results/. In: rows with the same fields, the first of which says what they are of. Out: a file, in which
// rows of the same day about other things stay.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const directory = fileURLToPath(new URL("../bench/results/", import.meta.url));

export function writeResults(name, rows) {
  const path = join(directory, `${name}-${new Date().toISOString().slice(0, 10)}.csv`);
  const subjects = new Set(rows.map((row) => quote(Object.values(row)[0])));
  const kept = existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n").slice(1) : [];
  const lines = [
    Object.keys(rows[0]).join(","),
    ...kept.filter((line) => !subjects.has(line.slice(0, line.indexOf(",")))),
    ...rows.map((row) => Object.values(row).map(quote).join(",")),
  ];
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, `${lines.join("\n")}\n`);
  console.log(`written: ${path}`);
}

function quote(value) {
  const text = String(value);
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

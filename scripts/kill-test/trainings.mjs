// The trainings that are cut off. In: a directory to work in. Out: command lines by name, and whether two model directories are the same.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const short = ["-H", "4", "--epochs", "10"];
export const recipes = {
  gru: ["--model", "gru", "--dropout", "0.2", ...short],
  lstm: ["--model", "lstm", "--layers", "8,4", "--bidirectional", ...short],
  rnn: ["--model", "rnn", "--engine", "wasm", ...short],
  auto: ["--model", "auto", "--preset", "best", ...short],
  ensemble: ["--model", "gru", "--members", "3", ...short],
};

/** Kept after every step, so that what cuts a training off meets many states and many writes. */
export const env = { HINDCAST_CHECKPOINT_SECONDS: "0" };

export function writeData(path, rowCount = 120) {
  const value = (t) => 100 + t + Math.round(40 * Math.sin((Math.PI * t) / 6));
  writeFileSync(path, `month,value\n${Array.from({ length: rowCount }, (_, t) => `${t},${value(t)}\n`).join("")}`);
}

/** What says when and where a run was stands apart. */
const ofRun = ["run.json", "version.json"];

export function isSameModel(one, other) {
  const names = readdirSync(one, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !ofRun.includes(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(one.length));
  return names.every(
    (name) => existsSync(join(other, name)) && readFileSync(join(one, name)).equals(readFileSync(join(other, name))),
  );
}

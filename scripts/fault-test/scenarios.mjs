// What is put to the test, as the users meet it. Each: how the directory is made, the command line, what the files are before and after
// it, and the command that comes next.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./harness.mjs";

const flags = ["-H", "4", "--model", "naive", "-q"];
const network = ["-H", "4", "--model", "gru", "--epochs", "2", "--window", "4", "--layers", "2", "-q"];

function writeData(directory, rowCount) {
  const rows = Array.from({ length: rowCount }, (_, t) => `${t + 1},${((t + 1) * 7919) % 101}\n`);
  writeFileSync(join(directory, "data.csv"), `time,value\n${rows.join("")}`);
}

async function succeed(argv, directory) {
  const { code, stderr, stdout } = await run(argv, directory);
  if (code !== 0) throw new Error(`hindcast ${argv.join(" ")}: ${stderr}`);
  return stdout;
}

/** What a model or a registry forecasts; "none" where none was made yet, else why it does not. */
async function forecastOf(path, directory) {
  const { code, stdout, stderr } = await run(["forecast", "--from", path], directory);
  if (code === 0) return stdout;
  return code === 5 && /there is no model directory|is no model directory|has no champion yet/.test(stderr)
    ? "none"
    : `exit ${code}: ${stderr}`;
}

const fileOf = (name) => async (directory) => {
  try {
    return readFileSync(join(directory, name), "utf8");
  } catch (error) {
    return error.code === "ENOENT" ? "none" : String(error);
  }
};

export const scenarios = [
  {
    name: "train --out, over an older model",
    prepare: async (directory) => {
      writeData(directory, 40);
      await succeed(["train", "data.csv", "--out", "model", ...flags], directory);
      writeData(directory, 44);
    },
    argv: ["train", "data.csv", "--out", "model", ...flags],
    look: (directory) => forecastOf("model", directory),
  },
  {
    name: "train --out, where none was",
    prepare: async (directory) => writeData(directory, 40),
    argv: ["train", "data.csv", "--out", "model", ...flags],
    look: (directory) => forecastOf("model", directory),
  },
  {
    name: "train of a network, with its checkpoint",
    prepare: async (directory) => writeData(directory, 40),
    argv: ["train", "data.csv", "--out", "model", ...network],
    next: ["train", "data.csv", "--out", "model", "--resume", ...network],
    look: (directory) => forecastOf("model", directory),
  },
  {
    name: "forecast -o",
    prepare: async (directory) => {
      writeData(directory, 40);
      writeFileSync(join(directory, "next.csv"), "old\n");
    },
    argv: ["forecast", "data.csv", "-o", "next.csv", ...flags],
    look: fileOf("next.csv"),
  },
  {
    name: "forecast --from -o",
    prepare: async (directory) => {
      writeData(directory, 40);
      await succeed(["train", "data.csv", "--out", "model", ...network], directory);
    },
    argv: ["forecast", "--from", "model", "-o", "next.csv", "-q"],
    look: fileOf("next.csv"),
  },
  {
    name: "retrain",
    prepare: async (directory) => {
      writeData(directory, 40);
      await succeed(["retrain", "registry", "data.csv", ...flags], directory);
      writeData(directory, 44);
    },
    argv: ["retrain", "registry", "data.csv", ...flags],
    look: (directory) => forecastOf("registry", directory),
    check: checkRegistry,
  },
  {
    name: "the first retrain",
    prepare: async (directory) => writeData(directory, 40),
    argv: ["retrain", "registry", "data.csv", ...flags],
    look: (directory) => forecastOf("registry", directory),
    check: checkRegistry,
  },
  {
    name: "models rollback",
    prepare: async (directory) => {
      for (const rowCount of [40, 44]) {
        writeData(directory, rowCount);
        await succeed(["retrain", "registry", "data.csv", ...flags], directory);
      }
    },
    argv: ["models", "registry", "rollback", "-q"],
    next: ["retrain", "registry", "data.csv", "--force", ...flags],
    look: (directory) => forecastOf("registry", directory),
    check: checkRegistry,
  },
];

/** @returns what is wrong with a registry that nobody writes to */
async function checkRegistry(directory) {
  const { code, stderr } = await run(["models", "registry", "--format", "json"], directory);
  if (code !== 0) return `models: exit ${code}: ${stderr}`;
  const locks = readdirSync(join(directory, "registry", "lock"));
  return locks.length === 1 ? undefined : `locks: ${locks.join(" ")}`;
}

// The same question asked in several ways: of a file, of stdin, of a model directory. On the engine that HINDCAST_ENGINE names.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { dataDirectory, testEngineName } from "../support/engine.js";
import { root, runShell } from "../support/hindcast.js";

const data = join(root, "fixtures/air-passengers.csv");
const tiny = "--epochs 2 --layers 4 --window 6";

test.each([
  ["rnn", ""],
  ["lstm", "--dropout 0.2"],
  ["gru", "--decoder recursive"],
  ["gru", "--plain --bidirectional"],
])("a file, stdin and a trained directory give the same bytes (%s %s)", async (model, more) => {
  const directory = await temporaryDirectory();
  const flags = `--model ${model} ${tiny} ${more} --engine ${testEngineName()}`;
  const lines = [
    `hindcast forecast ${data} -H 12 ${flags} > file.csv`,
    `cat ${data} | hindcast forecast -H 12 ${flags} > stdin.csv`,
    `hindcast train ${data} -H 12 ${flags} --out model > summary.csv`,
    "hindcast forecast --from model > from.csv",
    `hindcast forecast ${data} --from model > from-and-data.csv`,
  ];
  const env = { XDG_DATA_HOME: dirname(dataDirectory()) };
  expect(await runShell(lines.join(" && "), directory, env)).toEqual({ stdout: "", stderr: "", exit: 0 });
  const [file, ...others] = ["file", "stdin", "from", "from-and-data"].map((name) =>
    readFileSync(join(directory, `${name}.csv`), "utf8"),
  );
  expect(file!.split("\n")).toHaveLength(14);
  expect(file).not.toMatch(/NaN|Infinity/);
  for (const other of others) expect(other).toBe(file);
});

// The same question asked in several ways: of a file, of stdin, of a model directory. On the engine that HINDCAST_ENGINE names.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { dataDirectory, testEngineName } from "../support/engine.js";
import { root, runShell } from "../support/hindcast.js";

const data = join(root, "fixtures/air-passengers.csv");
const tiny = "--epochs 2 --layers 4 --window 6";

/** The forecasts of one data set, however they were come by. */
async function askAll(data: string, flags: string): Promise<string[]> {
  const directory = await temporaryDirectory();
  const lines = [
    `hindcast forecast ${data} -H 12 ${flags} > file.csv`,
    `cat ${data} | hindcast forecast -H 12 ${flags} > stdin.csv`,
    `hindcast train ${data} -H 12 ${flags} --out model > summary.csv`,
    "hindcast forecast -q --from model > from.csv",
    `hindcast forecast -q ${data} --from model > from-and-data.csv`,
  ];
  const env = { XDG_DATA_HOME: dirname(dataDirectory()) };
  expect(await runShell(lines.join(" && "), directory, env)).toEqual({ stdout: "", stderr: "", exit: 0 });
  return ["file", "stdin", "from", "from-and-data"].map((name) => readFileSync(join(directory, `${name}.csv`), "utf8"));
}

function expectSame([file, ...others]: readonly string[]): void {
  expect(file!.split("\n")).toHaveLength(14);
  expect(file).not.toMatch(/NaN|Infinity/);
  for (const other of others) expect(other).toBe(file);
}

test.each([
  `rnn ${tiny}`,
  `lstm ${tiny} --dropout 0.2`,
  `gru ${tiny} --decoder recursive`,
  `gru ${tiny} --plain --bidirectional`,
  "linear",
  "ets",
  "pretrained",
  "auto",
])("a file, stdin and a trained directory give the same bytes (%s)", async (model) => {
  expectSame(await askAll(data, `-q --model ${model} --engine ${testEngineName()}`));
});

test.each(["linear", "pretrained", "theta"])(
  "what lies further back than a model looks changes nothing, and a directory needs none of it (%s)",
  async (model) => {
    const long = join(await temporaryDirectory(), "long.csv");
    // Below zero and full of gaps at first, and about to be there again.
    const rows = Array.from({ length: 9000 }, (_, t) => {
      const fall = Math.max(0, t - 8950);
      const late = Math.max(0, 60 - 50 * Math.sin((t * Math.PI) / 12) + ((t * 7919) % 23) - fall);
      const value = t < 3000 ? -50 - (t % 11) : late;
      return t < 3000 && t % 3 === 0 ? [] : [`${t},${value}`];
    });
    writeFileSync(long, `t,y\n${rows.flat().join("\n")}\n`);
    expectSame(await askAll(long, `-q --model ${model} --missing mask`));
  },
);

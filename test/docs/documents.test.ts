// What there is stands in the documents: commands, flags, entries of catalogs, fields of files; links lead somewhere, and measured numbers are
// those of the results that are named.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { manifestSchema } from "../../src/artifact/manifest.js";
import { modelNames, presets } from "../../src/choose/model-names.js";
import { commandNames } from "../../src/commands/commands.js";
import { nameOfFlag } from "../../src/commands/help.js";
import { flagsOf } from "../../src/commands/options.js";
import { engineNames } from "../../src/engine/engine.js";
import { cells } from "../../src/engine/kernels/cells.js";
import { lossKinds } from "../../src/engine/kernels/fused/kernels.js";
import { gateScores } from "../../src/evaluate/gates.js";
import { metrics } from "../../src/evaluate/metrics.js";
import { calendarFeatures } from "../../src/features/calendar.js";
import { scheduleNames, trainingConfigSchema, trainingRecordSchema } from "../../src/fit/config.js";
import { baselines } from "../../src/forecast/baselines.js";
import { attentionKinds, networkConfigSchema } from "../../src/model/config.js";
import { headNames } from "../../src/model/heads/names.js";
import { actions, runColumns } from "../../src/registry/history.js";
import { promotionRules } from "../../src/registry/promotion.js";
import { chartNames } from "../../src/report/chart-names.js";
import { formats } from "../../src/report/formats/index.js";
import { scaleConfigSchema, scaleModes, scalerNames, transformNames } from "../../src/scale/config.js";
import { scalers } from "../../src/scale/scalers.js";
import { aggregations, inputFormats, missingPolicies } from "../../src/series/options.js";
import { root } from "../support/hindcast.js";
import { commandReference } from "./command-reference.js";

const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
const pages = new Map(
  ["README.md", ...docs.map((name) => `docs/${name}`)].map((name) => [name, readFileSync(join(root, name), "utf8")]),
);
const page = (name: string) => {
  const text = pages.get(`docs/${name}.md`);
  if (text === undefined) throw new Error(`there is no docs/${name}.md`);
  return text;
};

/** First cells of the rows of a page's tables. */
const firstCells = (text: string) => [...text.matchAll(/^\| ((?:[^|\\]|\\.)*) \|/gm)].map((found) => found[1]!);
/** Whether a row is about it: its first cell has it as code, alone or with what it takes. */
const hasRow = (text: string, name: string) =>
  firstCells(text).some((cell) =>
    [...cell.matchAll(/`([^`]*)`/g)].some(([, code]) => code === name || code!.startsWith(`${name} `)),
  );

test("docs/commands.md is what the commands' and the flags' data give; npm run docs writes it anew", async () => {
  await expect(commandReference()).toMatchFileSnapshot(join(root, "docs/commands.md"));
});

describe("what there is is told", () => {
  test.each(commandNames)(
    "%s is run in a line of some page, and each of its flags is named in one that is not made from them",
    (name) => {
      const written = [...pages].filter(([path]) => path !== "docs/commands.md").map(([, text]) => text);
      expect(written.some((text) => new RegExp(`hindcast ${name}\\b`).test(text))).toBe(true);
      for (const flag of flagsOf(name)) {
        const spelled = nameOfFlag(flag);
        expect(
          written.some((text) => new RegExp(`${spelled}(?![\\w-])`).test(text)),
          spelled,
        ).toBe(true);
      }
    },
  );

  test.each([
    ["a model", "models", modelNames],
    ["a cell", "models", cells],
    ["a head", "models", headNames],
    ["a form of the encoder", "models", ["--layers", "--bidirectional", "--segment", "--conv", "--attention", "--mix"]],
    ["a baseline", "equations", baselines.names],
    ["a loss", "equations", lossKinds],
    ["a scale", "equations", scaleModes],
    ["a scaler", "equations", [...scalerNames, ...scalers.names]],
    ["a transform", "equations", transformNames],
    ["a schedule", "equations", scheduleNames],
    ["a cycle of the calendar", "equations", calendarFeatures],
    ["a score", "backtesting", [...metrics.names, ...gateScores]],
    ["a format", "output", formats.names],
    ["a format of data", "data", inputFormats],
    ["a policy for what is missing", "data", missingPolicies],
    ["a chart", "report", chartNames],
    ["an engine", "performance", engineNames],
  ] as const)("%s has a row in docs/%s.md", (_, name, entries: readonly string[]) => {
    for (const entry of entries) expect(hasRow(page(name), entry), entry).toBe(true);
  });

  test.each([
    ["a kind of attention", "models", attentionKinds],
    ["a preset", "models", presets],
    ["a rule of promotion", "cron", promotionRules],
    ["a way to aggregate", "data", aggregations],
    ["a field of a model directory", "file-format", Object.keys(manifestSchema.shape)],
    ["a field of a network", "file-format", Object.keys(networkConfigSchema.shape)],
    [
      "a field of a training",
      "file-format",
      [...Object.keys(trainingConfigSchema.shape), ...Object.keys(trainingRecordSchema.shape)],
    ],
    ["a choice of scaling", "file-format", Object.keys(scaleConfigSchema.shape)],
    ["a field of a run, and what it may have done", "file-format", [...runColumns, ...actions]],
  ] as const)("%s is named in docs/%s.md", (_, name, entries: readonly string[]) => {
    for (const entry of entries) expect(page(name), entry).toContain(`\`${entry}\``);
  });

  test("every page is in the table of pages", () => {
    for (const name of docs.filter((one) => one !== "README.md")) expect(page("README"), name).toContain(`(${name})`);
  });
});

/** As GitHub makes them. */
function anchorsIn(text: string): Set<string> {
  const plain = text.replaceAll(/^```.*?^```/gms, "");
  return new Set(
    [...plain.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
}

test("links lead to a file that is there, and to a heading in it", () => {
  for (const [path, text] of pages)
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      const [file, anchor] = target!.split("#") as [string, string | undefined];
      const led = file === "" ? path : join(dirname(path), file);
      expect(existsSync(join(root, led)), `${path}: ${target}`).toBe(true);
      if (anchor !== undefined)
        expect([...anchorsIn(readFileSync(join(root, led), "utf8"))], `${path}: ${target}`).toContain(anchor);
    }
});

describe("a measured number", () => {
  /** Of a results file, and as a reader would round them. */
  const numbersIn = (file: string) =>
    (parse(readFileSync(join(root, file)), { relax_column_count: true }) as string[][])
      .flat()
      .map(Number)
      .filter(Number.isFinite);
  const isRounded = (shown: string, value: number) => {
    const digits = shown.replace(/e.*/i, "").replaceAll(/[^\d]/g, "").replace(/^0+/, "").length;
    return Number(shown) === value || (value !== 0 && Number(value.toPrecision(Math.max(1, digits))) === Number(shown));
  };

  test.each(["performance", "accuracy", "gradients", "models"])(
    "of a table of docs/%s.md is in the results that it names",
    (name) => {
      const text = page(name);
      const named = [...text.matchAll(/`(bench\/results\/[\w.-]+\.csv)`/g)].map(([, file]) => file!);
      expect(named.length).toBeGreaterThan(0);
      const known = named.flatMap(numbersIn);
      const cells = [...text.matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
        row
          .split("|")
          .slice(2)
          .map((cell) => cell.trim()),
      );
      const shown = cells
        .map((cell) => cell.replace(/ (ms|s|MiB)$/, ""))
        .filter((cell) => /^\d+\.\d+(e-?\d+)?$|^\d+e-?\d+$/.test(cell));
      expect(shown.length).toBeGreaterThan(2);
      for (const number of shown)
        expect(
          known.some((value) => isRounded(number, value)),
          number,
        ).toBe(true);
    },
  );
});

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, runShell } from "../support/hindcast.js";

const cwd = mkdtempSync(join(tmpdir(), "hindcast-heads-"));
const data = join(root, "fixtures/air-passengers.csv");

function records(csv: string): Record<string, string>[] {
  const [head, ...rows] = csv.trim().split("\n");
  const columns = head!.split(",");
  return rows.map((row) => Object.fromEntries(row.split(",").map((cell, i) => [columns[i]!, cell])));
}

test("the classic stacked network with a softmax over bins is one command, with cross-entropy and perplexity beside MSE", async () => {
  const line = `hindcast train ${data} -H 12 --layers 64,32 --head bins:10 --epochs 10 --plain --out bins`;
  const { stdout, exit } = await runShell(line, cwd);
  expect(exit).toBe(0);
  const [row] = records(stdout);
  expect(row).toMatchObject({ model: "auto", chose: "lstm", epochs: "10" });
  expect(Math.exp(Number(row!.cross_entropy))).toBeCloseTo(Number(row!.perplexity), 9);
  // Ten bins: knowing nothing is a perplexity of 10.
  expect(Number(row!.perplexity)).toBeLessThan(10);
  expect(Number(row!.mse)).toBeGreaterThan(0);
  const { model } = JSON.parse(readFileSync(join(cwd, "bins/hindcast.json"), "utf8"));
  expect(model.network).toMatchObject({ cell: "lstm", layers: [64, 32], head: { kind: "bins", count: 10 } });
});

test("a backtest has a perplexity for what knows bins, and a gate can ask for it", async () => {
  const line = `hindcast backtest ${data} -H 6 --model gru --head bins:4 --epochs 3 --folds 2 --format csv`;
  const { stdout, exit } = await runShell(`${line} --fail-if 'perplexity>1'`, cwd);
  expect(exit).toBe(6);
  const [gru, naive] = records(stdout);
  expect(Number(gru!.perplexity)).toBeGreaterThan(1);
  expect(naive!.perplexity).toBe("");
  expect((await runShell(`${line} --jobs 2`, cwd)).stdout).toBe(stdout);
});

test("a saved head forecasts the same from its directory as from the data it was trained on, sample paths too", async () => {
  const train = `hindcast train ${data} -H 4 --model gru --head student-t --decoder recursive --samples 30 --epochs 2 --out t`;
  expect((await runShell(train, cwd)).exit).toBe(0);
  const [fromContext, fromData] = await Promise.all([
    runShell("hindcast forecast --from t --level 80,95", cwd),
    runShell(`hindcast forecast ${data} --from t --level 80,95`, cwd),
  ]);
  expect(fromContext.stdout).toBe(fromData.stdout);
  expect(records(fromContext.stdout)).toHaveLength(4);
});

test.each([
  ["--head gaussian --loss mae", 2, "--loss is for the point head"],
  ["--head gaussian --samples 50", 2, "--decoder recursive"],
  ["--head bins:1", 2, "bins:10"],
  ["--head negbin --transform log1p", 2, "leaves no counts"],
  ["--head bins:5 --mix 12", 2, "leave out --mix"],
])("forecast %s ends with %i and says what to do", async (flags, code, text) => {
  const { stderr, exit } = await runShell(`hindcast forecast ${data} -H 3 --model gru ${flags}`, cwd);
  expect(exit).toBe(code);
  expect(stderr).toContain(text);
});

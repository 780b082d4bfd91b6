// The combination that `auto` makes, and ensembles, through every command that takes a saved model. Runs the built command line.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { root, runShell } from "../support/hindcast.js";

const cwd = mkdtempSync(join(tmpdir(), "hindcast-combination-"));
const data = `${root}fixtures/air-passengers.csv`;
const chose = "pretrained+linear+gru*2";

async function run(line: string): Promise<string> {
  const { stdout, stderr, exit } = await runShell(line, cwd);
  expect(exit, stderr).toBe(0);
  return stdout;
}

const fitting = "-H 12 --members 2 --quiet";

beforeAll(async () => {
  expect(await run(`hindcast train ${data} ${fitting} --out model --format csv`)).toContain(`auto,${chose},`);
}, 60_000);

test("a saved combination forecasts what it does in memory, with data and without", async () => {
  const trained = await run(`hindcast forecast ${data} ${fitting} --level 80,95`);
  expect(await run("hindcast forecast --from model --level 80,95")).toBe(trained);
  expect(await run(`hindcast forecast ${data} --from model --level 80,95`)).toBe(trained);
  // A smaller horizon is a prefix.
  const prefix = trained.split("\n").slice(0, 4).join("\n");
  expect(await run("hindcast forecast --from model -H 3 --level 80,95")).toBe(`${prefix}\n`);
}, 60_000);

test("backtest, inspect and pipe take it, and say what it is", async () => {
  const scores = await run(`hindcast backtest ${data} --from model --folds 2 --format csv --quiet`);
  expect(scores).toContain(`auto,${chose},all,`);
  const told = await run("hindcast inspect model --format csv");
  for (const row of [
    `chose,${chose}`,
    "part 1,pretrained",
    "part 2,linear",
    "part 3,gru*2",
    "part 3 members,2",
    "part 3 layers,32",
  ])
    expect(told).toContain(`${row}\n`);
  const target = Array.from({ length: 40 }, (_, t) => 100 + t + 10 * Math.sin((t * Math.PI) / 6));
  const line = JSON.stringify({ id: "x", start: "2020-01-01T00:00:00Z", freq: "ms", target });
  const [answer] = (await run(`echo '${line}' | hindcast pipe --from model`)).trim().split("\n");
  const { type, forecast } = JSON.parse(answer!) as { type: string; forecast: number[] };
  expect(type).toBe("forecast");
  expect(forecast).toHaveLength(12);
  for (const value of forecast) expect(Math.abs(value - 143)).toBeLessThan(40);
}, 60_000);

test("a registry promotes it, and goes on from it", async () => {
  await run(`head -139 ${data} > old.csv`);
  const fit = "--model gru -H 6 --members 2 --epochs 2 --layers 4";
  await run(`hindcast retrain registry old.csv ${fit}`);
  const runs = await run(`hindcast retrain registry ${data} ${fit} --format csv`);
  expect(runs).toMatch(/,promoted,[^\n]*,gru,gru\*2,/);
  expect((await run("hindcast forecast --from registry")).split("\n")).toHaveLength(8);
}, 60_000);

// `explain` by the built command line, of small models.
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const air = `${root}fixtures/air-passengers.csv`;
const shops = `${root}fixtures/promotions.csv --id shop --target sold`;
let directory = "";
const run = (line: string) => runShell(line, directory);

interface Row {
  readonly model: string;
  readonly method: string;
  readonly series: string;
  readonly input: string;
  readonly lags: string;
  readonly importance: number;
  readonly deviation: number | null;
}
const rowsOf = ({ stdout }: { readonly stdout: string }) => (JSON.parse(stdout) as { rows: Row[] }).rows;

beforeAll(async () => {
  directory = await temporaryDirectory();
  const train = `hindcast train ${air} -H 6 --season 12 -q`;
  const made = await run(
    `${train} --model gru --layers 6 --window 12 --epochs 2 --attention --out network &&
     ${train} --model pretrained --out pretrained && ${train} --model naive --out naive &&
     hindcast train ${shops} -H 6 --model pretrained --future promo,weather --out promoted -q`,
  );
  expect(made).toMatchObject({ exit: 0 });
});

describe("explain", () => {
  test("tells every input, every lag and the attention of a network, the same at each run", async () => {
    const told = await run(`hindcast explain ${air} --from network --format json`);
    const rows = rowsOf(told);
    expect(told.stderr).toMatch(/gru: MASE [\d.]+ on 127 windows/);
    const shuffled = rows.filter(({ method }) => method === "permutation");
    const inputs = shuffled.filter(({ lags }) => lags === "all");
    expect(inputs.map(({ input }) => input).sort()).toEqual(["calendar month", "target"]);
    expect(inputs[0]!.importance).toBeGreaterThanOrEqual(inputs[1]!.importance);
    expect(shuffled.filter(({ lags }) => lags !== "all").map(({ lags }) => Number(lags))).toEqual(
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
    const attention = rows.filter(({ method }) => method === "attention");
    // Weights are float32.
    expect(attention.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1, 5);
    expect(await run(`hindcast explain ${air} --from network --format json`)).toEqual(told);
  });

  test("tells what adds to one forecast, and needs no data for it", async () => {
    const rows = rowsOf(await run("hindcast explain --from network --series air --format json"));
    const of = (input: string) => rows.find((row) => row.method === "gradient" && row.input === input)!.importance;
    const sum = of("target") + of("calendar month");
    // What the path leaves is held below 0.2 % of the contributions.
    expect(Math.abs(sum - (of("(forecast)") - of("(baseline)")))).toBeLessThan(
      0.005 * (Math.abs(of("target")) + Math.abs(of("calendar month"))) + 1e-3,
    );
    const { stdout } = await run("hindcast forecast --from network --level none --format json");
    const { rows: ahead } = JSON.parse(stdout) as { rows: { forecast: number }[] };
    const mean = ahead.reduce((total, { forecast }) => total + forecast, 0) / ahead.length;
    expect(of("(forecast)")).toBeCloseTo(mean, 2);
  });

  test("tells which candidates the pretrained model leans on", async () => {
    const rows = rowsOf(await run("hindcast explain --from pretrained --format json"));
    expect(new Set(rows.map(({ method }) => method))).toEqual(new Set(["candidate"]));
    // Of the many, those below half a percent are left out.
    const total = rows.reduce((sum, { importance }) => sum + importance, 0);
    expect(total).toBeGreaterThan(0.9);
    expect(total).toBeLessThanOrEqual(1 + 1e-6);
  });

  test("tells what covariates known ahead move, before what the rest leans on", async () => {
    const rows = rowsOf(await run("hindcast explain --from promoted --format json"));
    const effects = rows.filter(({ method }) => method === "effect");
    expect(rows.slice(0, effects.length)).toEqual(effects);
    const of = (series: string, input: string) =>
      effects.find((row) => row.series === series && row.input === input)!.importance;
    expect(effects).toHaveLength(6);
    // Promotions add half as much again, and the north sells more than the south.
    expect(of("north", "promo")).toBeGreaterThan(of("south", "promo"));
    for (const series of ["all", "north", "south"])
      expect(of(series, "promo")).toBeGreaterThan(2 * of(series, "weather"));
    expect(of("all", "promo")).toBeCloseTo((of("north", "promo") + of("south", "promo")) / 2, 9);
    const one = rowsOf(await run("hindcast explain --from promoted --series north --format json"));
    expect(one.filter(({ method }) => method === "effect")).toEqual(effects.filter(({ series }) => series === "north"));
  });

  test("says which models it explains, which series there are, and when it needs data", async () => {
    expect(await run("hindcast explain --from naive")).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("explain takes networks (rnn, lstm, gru), linear and pretrained models"),
    });
    expect(await run(`hindcast explain ${air}`)).toMatchObject({ exit: 2, stderr: expect.stringContaining("--from") });
    expect(await run("hindcast explain --from network -H 7")).toMatchObject({ exit: 2 });
    const short = await run(`hindcast explain ${air} --since 1959-12 --from network`);
    expect(short).toMatchObject({ exit: 4, stderr: expect.stringContaining("takes 19 and more") });
  });
});

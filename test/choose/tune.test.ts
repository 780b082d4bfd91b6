// The search itself, on objectives that cost nothing: what it tries, what it breaks off, and that neither order nor interruption matters.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { mostAtOnce, rate, type SearchOptions, searchSettings, type Trial } from "../../src/choose/tune.js";
import { settingImportance } from "../../src/choose/tune-importance.js";
import { type Dimension, type Point, planSpace, settingsAt } from "../../src/choose/tune-space.js";
import type { TrialOutcome } from "../../src/choose/tune-trial.js";
import { flags } from "../../src/commands/flags.js";
import { chooseSettings } from "../../src/fit/defaults.js";
import { airPassengers } from "../evaluate/frames.js";

const space: Dimension[] = [
  { name: "lr", values: [1, 2, 3, 4, 5, 6, 7], usual: 1, isOrdered: true },
  { name: "model", values: ["gru", "lstm", "rnn"], usual: 0, isOrdered: false },
  { name: "dropout", values: [0, 1, 2, 3], usual: 0, isOrdered: true },
  { name: "conv", values: ["none", "16x3"], usual: 0, isOrdered: false, usualShare: 0.8 },
];
const foldCount = 3;

/** Lowest at lr 6 with lstm; each fold adds noise of its own. */
function objective(point: Point, trial: number): number[] {
  const random = seededRandom(trial).fork(point.join());
  const score = 1 + 0.3 * Math.abs(point[0]! - 5) + (point[1] === 1 ? 0 : 0.5);
  return Array.from({ length: foldCount }, () => score + 0.1 * random.uniform());
}

/** As `runTrial` ends it. */
function stopAt(scores: readonly number[], limits: readonly (number | null)[]): TrialOutcome {
  const end = scores.findIndex((score, f) => score > (limits[f] ?? Number.POSITIVE_INFINITY));
  return { scores: end === -1 ? scores : scores.slice(0, end + 1), error: null };
}

function search(changes: Partial<SearchOptions> = {}) {
  return searchSettings({
    space,
    foldCount,
    maxTrials: 40,
    seed: 1,
    jobCount: 1,
    isTimeUp: () => false,
    finished: new Map(),
    run: async (trial, point, limits) => stopAt(objective(point, trial), limits),
    keep: async () => {},
    ...changes,
  });
}

describe("the search", () => {
  test("finds what is best, well within its trials, and never ends above the default", async () => {
    const ends = await Promise.all([1, 2, 3, 4, 5].map((seed) => search({ seed })));
    for (const { trials, best } of ends) {
      expect(best.scores.at(-1)).toBeLessThanOrEqual(trials[0]!.scores.at(-1)!);
      expect(trials[0]).toMatchObject({ trial: 0, point: [1, 0, 0, 0], state: "complete" });
    }
    // 168 points, 40 of them tried: at random two of five searches would find one of the 8 best.
    expect(ends.filter(({ best }) => best.point[0] === 5 && best.point[1] === 1).length).toBeGreaterThanOrEqual(4);
  });

  test("tries better points once it has learnt than it drew at first", async () => {
    const mean = (trials: readonly Trial[]) => trials.reduce((sum, { scores }) => sum + scores[0]!, 0) / trials.length;
    const ends = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => search({ seed })));
    const first = mean(ends.flatMap(({ trials }) => trials.slice(0, 12)));
    const later = mean(ends.flatMap(({ trials }) => trials.slice(-12)));
    expect(later).toBeLessThan(first - 0.3);
  });

  test("does the same trials however many run at once and however long each takes", async () => {
    const alone = await search();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.array(fc.nat(3), { minLength: 40 }),
        async (jobCount, waits) => {
          let atOnce = 0;
          let most = 0;
          const together = await search({
            jobCount,
            async run(trial, point, limits) {
              most = Math.max(most, ++atOnce);
              for (let i = 0; i < waits[trial]!; i++) await new Promise((resolve) => setImmediate(resolve));
              atOnce--;
              return stopAt(objective(point, trial), limits);
            },
          });
          expect(together).toEqual(alone);
          expect(most).toBeLessThanOrEqual(jobCount);
        },
      ),
      { numRuns: 10 },
    );
  });

  test("goes on from any of its trials to the same end, and runs none of them again", async () => {
    const whole = await search();
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(39)), async (kept) => {
        const finished = new Map(kept.map((trial) => [trial, whole.trials[trial]!]));
        const ran: number[] = [];
        const told: number[] = [];
        const resumed = await search({
          finished,
          async run(trial, point, limits) {
            ran.push(trial);
            return stopAt(objective(point, trial), limits);
          },
          keep: async ({ trial }) => void told.push(trial),
        });
        expect(resumed.best).toEqual(whole.best);
        expect(resumed.trials.map(({ point, state }) => [point, state])).toEqual(
          whole.trials.map(({ point, state }) => [point, state]),
        );
        expect(ran).toEqual(whole.trials.map(({ trial }) => trial).filter((trial) => !kept.includes(trial)));
        expect(told).toEqual(ran);
      }),
      { numRuns: 15 },
    );
  });

  test("tries no point twice, and ends when there are no more", async () => {
    const small = [space[1]!, space[3]!];
    const { trials, ended } = await search({
      space: small,
      run: async (trial) => ({ scores: [trial, trial, trial], error: null }),
    });
    expect(new Set(trials.map(({ point }) => point.join())).size).toBe(trials.length);
    expect(trials).toHaveLength(6);
    expect(ended).toBe("exhausted");
  });

  test("breaks off what the better half beat on the same folds, which spares most of the folds of bad trials", async () => {
    const { trials } = await search({ maxTrials: 60 });
    const stopped = trials.filter(({ state }) => state === "stopped");
    expect(stopped.length).toBeGreaterThan(10);
    for (const { trial, scores } of stopped) {
      const peers = trials.slice(0, trial - mostAtOnce + 1).filter((other) => other.scores.length >= scores.length);
      const better = peers.filter((other) => other.scores[scores.length - 1]! < scores.at(-1)!);
      expect(better.length).toBeGreaterThanOrEqual(peers.length / 2);
    }
  });

  test("begins nothing more once the time is up, but the default", async () => {
    const { trials, ended } = await search({ isTimeUp: () => true });
    expect(trials).toHaveLength(1);
    expect(ended).toBe("max-time");
  });

  test("goes on past trials that fail, and refuses when the default does", async () => {
    const run: SearchOptions["run"] = async (trial, point, limits) =>
      trial % 3 === 1 ? { scores: [], error: "too short" } : stopAt(objective(point, trial), limits);
    const { trials } = await search({ run });
    expect(trials).toHaveLength(40);
    expect(trials[1]!.state).toBe("failed");
    await expect(search({ run: async () => ({ scores: [], error: "too short" }) })).rejects.toThrow(
      /default cannot be scored: too short/,
    );
  });
});

describe("the importance of a setting", () => {
  test("is the share of the variance that it has alone", async () => {
    const random = seededRandom(1);
    const points = Array.from({ length: 60 }, () => space.map(({ values }) => random.integer(values.length)));
    const rated = points.map((point) => ({ point, loss: 2 * point[0]! + (point[1] === 1 ? 3 : 0) }));
    const [lr, model, dropout, conv] = settingImportance(space, rated, 1)!;
    // Of the loss itself lr has 16/(16+2) of the variance; of its rank, learnt from 60 trials, about as much.
    expect(lr).toBeGreaterThan(0.6);
    expect(model).toBeGreaterThan(0.03);
    expect(lr! + model! + dropout! + conv!).toBeLessThanOrEqual(1 + 1e-9);
    expect(Math.max(dropout!, conv!)).toBeLessThan(0.03);
  });

  test("is not told of a few trials, nor where all did alike", async () => {
    const few = (await search({ maxTrials: 8 })).trials;
    expect(settingImportance(space, rate(few), 1)).toBeNull();
    const alike = Array.from({ length: 30 }, (_, i) => ({ point: [i % 7, i % 3, i % 4, i % 2], loss: 1 }));
    expect(settingImportance(space, alike, 1)).toBeNull();
  });
});

describe("the space", () => {
  const frame = airPassengers();
  const usual = chooseSettings(frame, 12, [12], { cell: "gru", plain: false, seed: 1 });
  const options = {
    models: ["gru", "lstm"],
    usualModel: "gru",
    usual,
    horizon: 12,
    seasons: [12],
    length: 144,
    fixed: new Set<string>(),
  };

  test("holds the default's own values, and windows of no more than half of the data", () => {
    const planned = planSpace(options);
    const at = Object.fromEntries(planned.map(({ name, values, usual: index }) => [name, values[index]]));
    expect(at).toMatchObject({ model: "gru", window: usual.network.window, units: usual.network.layers[0], lr: 0.005 });
    const windows = planned.find(({ name }) => name === "window")!.values;
    expect(Math.max(...windows.map(Number))).toBeLessThanOrEqual(66);
    expect(windows).toContain(12);
  });

  test("leaves out what is fixed", () => {
    const names = planSpace({ ...options, fixed: new Set(["layers", "lr"]) }).map(({ name }) => name);
    for (const name of ["layers", "units", "lr"]) expect(names).not.toContain(name);
  });

  test("has points that are values of the flags", () => {
    const planned = planSpace(options);
    const point = fc.tuple(...planned.map(({ values }) => fc.nat(values.length - 1)));
    fc.assert(
      fc.property(point, (drawn) => {
        for (const [name, value] of Object.entries(settingsAt(planned, drawn, usual))) {
          const flag = Object.values(flags).find((one) => one.name === name && "fitting" in one)!;
          expect(flag.value.schema.safeParse(value).success, `${name} ${value}`).toBe(true);
        }
      }),
    );
  });
});

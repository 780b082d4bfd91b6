// A search for settings. In: a space, and what runs a trial of it. Out: every trial, and the best. What is tried depends on the seed and
// on the trials' scores alone: never on how many run at once, nor on whether the search was cut off and goes on.
import { HindcastError } from "../base/errors.js";
import { quantile } from "../base/numeric.js";
import { seededRandom } from "../base/random.js";
import { proposePoint, type Rated } from "./tune-sampler.js";
import { type Dimension, type Point, usualPoint } from "./tune-space.js";
import type { TrialOutcome } from "./tune-trial.js";

export interface Trial extends TrialOutcome {
  /** From 0, which is the default. */
  readonly trial: number;
  readonly point: Point;
  /** stopped: others did better on its first folds. */
  readonly state: "complete" | "stopped" | "failed";
}

export interface Search {
  /** In the order in which they were begun. */
  readonly trials: readonly Trial[];
  /** The lowest score on all folds; the default's is among them. */
  readonly best: Trial;
  readonly ended: "max-trials" | "max-time" | "exhausted";
}

export interface SearchOptions {
  readonly space: readonly Dimension[];
  readonly foldCount: number;
  readonly maxTrials: number;
  readonly seed: number;
  /** Trials under way at once; more than `mostAtOnce` never are. */
  readonly jobCount: number;
  readonly isTimeUp: () => boolean;
  /** By their numbers, trials that an earlier run has finished. */
  readonly finished: ReadonlyMap<number, TrialOutcome>;
  /** @param limits [folds] see `runTrial` */
  readonly run: (trial: number, point: Point, limits: readonly (number | null)[]) => Promise<TrialOutcome>;
  /** Told of each trial that was run, as soon as it is done. */
  readonly keep: (trial: Trial) => Promise<void>;
}

/**
 * Trial n is chosen from what trials 0 … n − mostAtOnce came to: the ones between may still be running, so they are left out of it
 * even when they are not.
 */
export const mostAtOnce = 12;
/** Trials that got as far, before one is broken off there. */
const leastPeers = 4;

/** @throws HindcastError "data" when the default cannot be scored; whatever `run` and `keep` throw */
export async function searchSettings(options: SearchOptions): Promise<Search> {
  const { space, maxTrials, isTimeUp, jobCount } = options;
  const points: Point[] = [];
  const done: Trial[] = [];
  const running = new Map<number, Promise<void>>();
  const random = seededRandom(options.seed);
  const isTaken = (point: Point) => points.some((other) => other.every((value, d) => value === point[d]));
  let ended: Search["ended"] = "max-trials";

  const begin = async (trial: number, point: Point, known: readonly Trial[]): Promise<void> => {
    const earlier = options.finished.get(trial);
    const outcome = earlier ?? (await options.run(trial, point, trial === 0 ? [] : limitsOf(known, options.foldCount)));
    if (trial === 0 && outcome.error !== null)
      throw new HindcastError(
        "data",
        `the default cannot be scored: ${outcome.error}`,
        "hindcast inspect, or --folds 1",
      );
    const isWhole = outcome.scores.length === options.foldCount;
    const state = outcome.error !== null ? "failed" : isWhole ? "complete" : "stopped";
    done[trial] = { ...outcome, trial, point, state };
    if (earlier === undefined) await options.keep(done[trial]);
  };

  for (let trial = 0; trial < maxTrials; trial++) {
    const knownCount = Math.max(0, trial - mostAtOnce + 1);
    const isReady = () =>
      running.size < jobCount && Array.from({ length: knownCount }, (_, i) => done[i]).every(Boolean);
    while (!isReady()) await Promise.race(running.values());
    if (trial > 0 && isTimeUp()) {
      ended = "max-time";
      break;
    }
    const known = done.slice(0, knownCount);
    const point =
      trial === 0 ? usualPoint(space) : proposePoint(space, rate(known), isTaken, random.fork(`trial ${trial}`));
    if (point === undefined) {
      ended = "exhausted";
      break;
    }
    points.push(point);
    const begun = begin(trial, point, known).finally(() => running.delete(trial));
    running.set(trial, begun);
    // One that fails while another is waited for is heard of in its turn.
    begun.catch(() => {});
  }
  await Promise.all(running.values());
  const complete = done.filter(({ state }) => state === "complete");
  const best = complete.reduce((lowest, trial) => (trial.scores.at(-1)! < lowest.scores.at(-1)! ? trial : lowest));
  return { trials: done, best, ended };
}

/**
 * Of two trials that got through other numbers of folds the scores cannot be compared, but each with the default's on the same
 * folds. @param trials the default first
 */
export function rate(trials: readonly Trial[]): Rated[] {
  return trials.map(({ point, scores, error }) => {
    const last = scores.length - 1;
    return { point, loss: error === null ? scores[last]! - trials[0]!.scores[last]! : Number.POSITIVE_INFINITY };
  });
}

/**
 * Successive halving (Jamieson & Talwalkar 2016) without waiting for the others (Li et al. 2020, A system for massively parallel
 * hyperparameter tuning, section 3.2): whoever is among the better half so far goes on to the next fold.
 */
function limitsOf(known: readonly Trial[], foldCount: number): (number | null)[] {
  return Array.from({ length: foldCount - 1 }, (_, f) => {
    const peers = Float64Array.from(known.flatMap(({ scores }) => scores[f] ?? []));
    return peers.length < leastPeers ? null : quantile(peers, 0.5);
  });
}

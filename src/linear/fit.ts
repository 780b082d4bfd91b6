// Fits a linear model to a panel: which lags, on values or on logarithms, drawn how far to what, is decided on the newest steps, held
// back; then the same is fitted to everything. In: series without gaps. Out: the model, and the one that had not seen the newest steps.
import { extent, mean } from "../base/numeric.js";
import { nextTurn } from "../base/turn.js";
import type { LinearForm, LinearModel } from "./model.js";
import { addMoments, createMoments } from "./moments.js";
import { type Differences, differencesOf, factorise, type PriorName, priorWeights, solve } from "./ridge.js";

export interface LinearFit {
  readonly model: LinearModel;
  /** null where the series are too short to hold anything back. */
  readonly rehearsal: { readonly model: LinearModel; readonly heldBackSteps: number } | null;
}

interface Form {
  readonly log: boolean;
  readonly lags: readonly number[];
  readonly prior: PriorName;
  readonly lambda: number;
}

interface Judged extends Form {
  /** Mean absolute error on what was held back, in the series' scales. */
  readonly error: number;
}

const lambdas = [1e-4, 1e-3, 1e-2, 1e-1, 1] as const;
/** What is left is fitted to at least so many windows. */
const fewestWindows = 12;
/** Windows that forms are judged on, and steps of each, at most. */
const judgedWindows = 600;
const judgedSteps = 24;
/** What errs by no more than this share above the best answers too. */
const closeBy = 0.03;
/** Below this share of the mean a value is too near zero for its logarithm to say anything of the level. */
const leastShare = 2e-3;
/** Newest steps that are looked at, over all series. */
const stepLimit = 4_000_000;
const longestWindow = 720;
/** Cycles of the long season from which on more of them are looked at. */
const muchDataCycles = 60;

/**
 * @param series [series][time] finite, each at least one step
 * @param seasons in steps, ascending
 * @returns undefined where no series has enough steps for the shortest of windows
 * @throws the signal's reason when aborted
 */
export async function fitLinear(
  series: readonly Float64Array[],
  horizon: number,
  seasons: readonly number[],
  signal: AbortSignal,
): Promise<LinearFit | undefined> {
  const season = seasons[0] ?? 1;
  const most = Math.max(4 * (longestWindow + horizon), Math.floor(stepLimit / series.length));
  const panel = preparePanel(
    series.map((values) => values.subarray(-most)),
    season,
  );
  const typical = median(panel.lengths);
  const heldBackSteps = chooseHeldBack(typical, horizon);
  const lagSets = chooseLags(typical - heldBackSteps, horizon, seasons);
  if (lagSets.length === 0) return undefined;
  const judged = heldBackSteps === 0 ? [] : await judge(panel, lagSets, horizon, season, heldBackSteps, signal);
  // Regressions that reach no season back, and were tested by nothing, are worse than the season as it was.
  if (judged.length === 0 && lagSets.at(-1)!.at(-1)! < season)
    return { model: repeatSeason(horizon, season), rehearsal: null };
  const chosen = choose(judged, { log: false, lags: lagSets[0]!, prior: season > 1 ? "season" : "last", lambda: 1 });
  const model = fitForms(panel, chosen, horizon, season, 0);
  if (model === undefined) return undefined;
  const rehearsed = judged.length === 0 ? undefined : fitForms(panel, chosen, horizon, season, heldBackSteps);
  return { model, rehearsal: rehearsed === undefined ? null : { model: rehearsed, heldBackSteps } };
}

/** The seasonal naive forecast as a regression. */
function repeatSeason(horizon: number, season: number): LinearModel {
  const lags = range(2, season);
  const form = { log: false, lags, weights: priorWeights("season", lags, horizon, season), share: 1 };
  return { horizon, season, forms: [form], drifts: [] };
}

interface Panel {
  readonly lengths: Float64Array;
  /** Whether the logarithms of all series are of use. */
  readonly isPositive: boolean;
  /** [series] mean absolute step at the season's lag, above 0 */
  readonly scales: Float64Array;
  readonly values: readonly Float64Array[];
  /** [series][time] less their mean, in scales; of logarithms in their own unit */
  standardised(log: boolean): readonly Float64Array[];
}

function preparePanel(values: readonly Float64Array[], season: number): Panel {
  const scales = Float64Array.from(values, (one) => scaleOf(one, season));
  const standardise = (log: boolean) =>
    values.map((one, s) => {
      const source = log ? one.map(Math.log) : one;
      const mean = source.reduce((sum, value) => sum + value, 0) / source.length;
      return source.map((value) => (value - mean) / (log ? 1 : scales[s]!));
    });
  const known = new Map<boolean, readonly Float64Array[]>();
  return {
    values,
    scales,
    lengths: Float64Array.from(values, ({ length }) => length),
    isPositive: values.every(isPositive),
    standardised(log) {
      const made = known.get(log) ?? standardise(log);
      known.set(log, made);
      return made;
    },
  };
}

function isPositive(values: Float64Array): boolean {
  const { min } = extent(values);
  return min > 0 && min >= leastShare * mean(values);
}

function scaleOf(values: Float64Array, season: number): number {
  for (const lag of [season, 1]) {
    let sum = 0;
    for (let t = lag; t < values.length; t++) sum += Math.abs(values[t]! - values[t - lag]!);
    if (sum > 0) return sum / (values.length - lag);
  }
  return Math.abs(values[0]!) || 1;
}

function median(lengths: Float64Array): number {
  return lengths.toSorted()[lengths.length >> 1]!;
}

/** A tenth of a typical series, and two horizons; one where that leaves too little; none where even that would. */
function chooseHeldBack(typical: number, horizon: number): number {
  const leaves = (steps: number) => typical - steps >= 2 * horizon + 8;
  return [Math.max(2 * horizon, Math.round(typical / 10)), horizon].find(leaves) ?? 0;
}

/**
 * Two or three cycles of the short season, one to four of the long one, of a short one alone up to fourteen; none beyond half of what there
 * is, and a long window only where there is much.
 * @returns sets of lags, each ascending and above 1, the shortest first
 */
function chooseLags(typical: number, horizon: number, seasons: readonly number[]): (readonly number[])[] {
  const room = Math.floor((typical - horizon) / 2);
  const [short, long] = [seasons[0] ?? 1, seasons.at(-1) ?? 1];
  const isMuch = typical > muchDataCycles * long;
  const wanted =
    long === 1
      ? [24, 64, 128]
      : long <= 60
        ? [2 * short + 1, 3 * long + 1, ...(isMuch ? [7 * long + 1, 14 * long + 1] : [])]
        : [2 * short + 1, long + 1, 2 * long + 1, ...(isMuch ? [4 * long + 1] : [])];
  const ends = wanted.map((end) => Math.min(end, room, longestWindow)).filter((end) => end >= 4);
  return [...new Set(ends)].sort((a, b) => a - b).map((end) => range(2, end));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}

async function judge(
  panel: Panel,
  lagSets: readonly (readonly number[])[],
  horizon: number,
  season: number,
  heldBack: number,
  signal: AbortSignal,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const log of panel.isPositive ? [false, true] : [false])
    for (const lags of lagSets) {
      const differences = gatherDifferences(panel, log, lags, horizon, heldBack);
      if (differences === undefined) continue;
      const tests = gatherTests(panel, log, lags, horizon, heldBack);
      const priors: PriorName[] = season > 1 && lags.at(-1)! >= season ? ["last", "mean", "season"] : ["last", "mean"];
      for (const lambda of lambdas) {
        await nextTurn(signal);
        const factor = factorise(differences, lambda);
        if (factor === undefined) continue;
        for (const prior of priors) {
          const weights = solve(differences, factor, lambda, prior, season, tests.steps);
          judged.push({ log, lags, prior, lambda, error: measure(tests, weights, log) });
        }
      }
    }
  return judged.filter(({ error }) => Number.isFinite(error));
}

/** @returns undefined with too few windows */
function gatherDifferences(
  panel: Panel,
  log: boolean,
  lags: readonly number[],
  horizon: number,
  heldBack: number,
): Differences | undefined {
  const moments = createMoments(lags.at(-1)!, horizon);
  for (const values of panel.standardised(log)) addMoments(moments, values.subarray(0, values.length - heldBack));
  return moments.windowCount < fewestWindows ? undefined : differencesOf(moments, lags);
}

interface Tests {
  /** Steps of the horizon that are looked at, from 0. */
  readonly steps: Int32Array;
  readonly windows: readonly {
    /** [lags + 1] standardised values, the last one first */
    readonly known: Float64Array;
    /** [steps] in the series' units */
    readonly actual: Float64Array;
    /** What brings a standardised value back: value · scale + offset. */
    readonly scale: number;
    readonly offset: number;
    /** What an error counts in. */
    readonly unit: number;
  }[];
}

/** Windows whose whole horizon lies in what was held back, spread evenly. */
function gatherTests(panel: Panel, log: boolean, lags: readonly number[], horizon: number, heldBack: number): Tests {
  const stepCount = Math.min(horizon, judgedSteps);
  const steps = Int32Array.from({ length: stepCount }, (_, i) => Math.floor(((i + 0.5) * horizon) / stepCount));
  const perSeries = heldBack - horizon + 1;
  const stride = Math.max(1, Math.ceil((perSeries * panel.values.length) / judgedWindows));
  const windows: Tests["windows"][number][] = [];
  for (const [s, standardised] of panel.standardised(log).entries()) {
    const values = panel.values[s]!;
    const first = values.length - heldBack;
    // Beginning elsewhere in each series, so that a stride that is longer than what is held back does not see the same steps in all.
    for (let ahead = s % Math.min(stride, perSeries); ahead < perSeries; ahead += stride) {
      const origin = first + ahead;
      if (origin < lags.at(-1)!) continue;
      const [a, b] = [standardised[0]!, log ? Math.log(values[0]!) : values[0]!];
      const scale = log ? 1 : panel.scales[s]!;
      windows.push({
        known: Float64Array.from([1, ...lags], (lag) => standardised[origin - lag]!),
        actual: Float64Array.from(steps, (k) => values[origin + k]!),
        scale,
        offset: b - a * scale,
        unit: panel.scales[s]!,
      });
    }
  }
  return { steps, windows };
}

/** @param weights [lags × steps] */
function measure({ steps, windows }: Tests, weights: Float64Array, log: boolean): number {
  const count = steps.length;
  const said = new Float64Array(count);
  let sum = 0;
  for (const { known, actual, scale, offset, unit } of windows) {
    const last = known[0]!;
    said.fill(last);
    for (let i = 0; i < known.length - 1; i++) {
      const difference = known[i + 1]! - last;
      for (let k = 0; k < count; k++) said[k]! += difference * weights[i * count + k]!;
    }
    for (let k = 0; k < count; k++) {
      const value = said[k]! * scale + offset;
      sum += Math.abs(actual[k]! - (log ? Math.exp(value) : value)) / unit;
    }
  }
  return sum / (windows.length * count);
}

/** Of each window, on values and on logarithms, the best form, where its error is near the least. */
function choose(judged: readonly Judged[], instead: Form): readonly Form[] {
  const bests = new Map<string, Judged>();
  for (const one of judged) {
    const name = `${one.log} ${one.lags.length}`;
    const best = bests.get(name);
    if (best === undefined || one.error < best.error) bests.set(name, one);
  }
  const least = Math.min(...Array.from(bests.values(), ({ error }) => error));
  const near = [...bests.values()].filter(({ error }) => error <= (1 + closeBy) * least);
  return near.length === 0 ? [instead] : near;
}

function fitForms(
  panel: Panel,
  forms: readonly Form[],
  horizon: number,
  season: number,
  heldBack: number,
): LinearModel | undefined {
  const steps = Int32Array.from({ length: horizon }, (_, k) => k);
  const fitted = forms.flatMap(({ log, lags, prior, lambda: least }): Omit<LinearForm, "share">[] => {
    const differences = gatherDifferences(panel, log, lags, horizon, heldBack);
    if (differences === undefined) return [];
    // What could be factorised without the newest steps may not be with them.
    for (const lambda of lambdas.filter((one) => one >= least)) {
      const factor = factorise(differences, lambda);
      if (factor === undefined) continue;
      return [{ log, lags, weights: Float32Array.from(solve(differences, factor, lambda, prior, season, steps)) }];
    }
    return [];
  });
  if (fitted.length === 0) return undefined;
  return { horizon, season, forms: fitted.map((form) => ({ ...form, share: 1 / fitted.length })), drifts: [] };
}

// What a network's input is made of, by names. In: its channels and its window. Out: parts, each the places of one window's numbers that
// belong together.
import { aheadWidth, columnWidth, covariateWidth } from "../features/covariates.js";
import { type NetworkConfig, windowShape } from "../model/config.js";
import { type ChannelConfig, channelCount } from "../windows/prepare.js";

export interface Part {
  /** "target", "gaps", a covariate, or "calendar" and what of it. */
  readonly input: string;
  /** "all", one lag, or the first and the last of some; 1 is the newest step. */
  readonly lags: string;
  /** Into [T × I]. */
  readonly inputs: Int32Array;
  /** Into [C × K], the candidates of a mix: they are the target's. */
  readonly candidates: Int32Array;
}

/** Lags that have a row of their own; longer windows are told in so many groups. */
const mostGroups = 32;

/**
 * Every input as a whole, then the target's lags, the newest first.
 * @param season in steps, which groups of lags divide where they can; 1 for none
 * @param horizon that candidates are gathered for
 */
export function listParts(config: NetworkConfig, channels: ChannelConfig, season: number, horizon: number): Part[] {
  const { window } = config;
  const width = channelCount(channels);
  const { lags: mix = [] } = windowShape(config);
  const candidates = Int32Array.from({ length: mix.length * horizon }, (_, i) => i);
  const lagOf = (candidate: number) => {
    const lag = mix[Math.floor(candidate / horizon)]!;
    return lag - ((candidate % horizon) % lag);
  };
  const whole = inputsOf(channels).map(({ input, channels: own }): Part => {
    const inputs = Int32Array.from(
      { length: window * own.length },
      (_, i) => Math.floor(i / own.length) * width + own[i % own.length]!,
    );
    return { input, lags: "all", inputs, candidates: input === target ? candidates : new Int32Array() };
  });
  const group = groupWidth(window, season);
  const groups = Array.from({ length: Math.ceil(window / group) }, (_, g): Part => {
    const from = g * group + 1;
    const to = Math.min(from + group - 1, window);
    return {
      input: target,
      lags: rangeText(from, to),
      inputs: Int32Array.from({ length: to - from + 1 }, (_, i) => (window - to + i) * width),
      candidates: candidates.filter((i) => lagOf(i) >= from && lagOf(i) <= to),
    };
  });
  const beyond = candidates.filter((i) => lagOf(i) > window);
  return beyond.length === 0
    ? [...whole, ...groups]
    : [...whole, ...groups, { input: target, lags: `>${window}`, inputs: new Int32Array(), candidates: beyond }];
}

const target = "target";

export function rangeText(from: number, to: number): string {
  return from === to ? String(from) : `${from}-${to}`;
}

/** In the order of the channels. */
function inputsOf({ gapIndicator, calendar, covariates }: ChannelConfig) {
  const inputs: { input: string; channels: number[] }[] = [{ input: target, channels: [0] }];
  const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);
  let at = 1;
  if (gapIndicator) inputs.push({ input: "gaps", channels: [at++] });
  const columns = covariates?.columns ?? [];
  const later = covariateWidth(columns);
  for (const column of columns) {
    const own = range(at, columnWidth(column));
    // The same, of the step one horizon later.
    const ahead = column.kind === "future" ? own.map((channel) => channel + later) : [];
    inputs.push({ input: column.name, channels: [...own, ...ahead] });
    at += own.length;
  }
  at += aheadWidth(columns);
  for (const name of calendar) {
    inputs.push({ input: `calendar ${name}`, channels: range(at, 2) });
    at += 2;
  }
  return inputs;
}

/** The smallest part of a season, or else number of steps, that makes few enough groups. */
function groupWidth(window: number, season: number): number {
  const least = Math.ceil(window / mostGroups);
  for (let width = least; width <= Math.min(season, 2 * least); width++) if (season % width === 0) return width;
  return least;
}

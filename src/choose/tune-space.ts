// What a search may choose from. In: the data as they are known before the first fold, and what a network would be by default. Out:
// a few values for each setting, the default's own among them, by the names of their flags.
import type { NetworkSettings } from "../fit/defaults.js";

/** As a settings file has it; null leaves the setting to its default. */
export type SettingValue = string | number | boolean | readonly number[] | null;
export type TrialSettings = Readonly<Record<string, Exclude<SettingValue, null>>>;

export interface Dimension {
  /** Its flag; "units" is the size of each of the "layers". */
  readonly name: string;
  readonly values: readonly SettingValue[];
  /** Index of what the default has. */
  readonly usual: number;
  /** Neighbours act alike. */
  readonly isOrdered: boolean;
  /** Probability of the default's value before anything is known; an even share when absent. */
  readonly usualShare?: number;
}

/** An index into the values of each dimension. */
export type Point = readonly number[];

export interface SpaceOptions {
  readonly models: readonly string[];
  /** What the default trial fits. */
  readonly usualModel: string;
  /** What that is by default, on what is known at the first origin. */
  readonly usual: NetworkSettings;
  readonly horizon: number;
  /** In steps, the shortest first. */
  readonly seasons: readonly number[];
  /** Steps of a typical series at the first origin. */
  readonly length: number;
  /** Names of flags that are given, and so are not searched. */
  readonly fixed: ReadonlySet<string>;
}

const learningRates = [5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2];
const unitCounts = [8, 16, 32, 64, 128];
const dropouts = [0, 0.1, 0.2, 0.4];
/** Forms that take several times as long to train are tried now and then, until one of them shows that it is worth it. */
const costlyShare = 0.8;
const rareShare = 0.7;
const evenShare = 0.5;

/** Dimensions of one value are left out. */
export function planSpace(options: SpaceOptions): Dimension[] {
  const { models, usualModel, usual, seasons, fixed } = options;
  const { network, scale, rivals, training } = usual;
  const head = network.head?.kind;
  const keepsScale = head === "negbin";
  const mixes: SettingValue[] = rivals.length > 0 || network.mix !== undefined ? [null, "none"] : ["none"];
  const takesMix = seasons.length > 0 && network.mix === undefined && head !== "negbin" && head !== "bins";
  const ordered = (name: string, values: readonly number[], usualValue: number): Dimension => {
    const sorted = [...new Set([...values, usualValue])].sort((a, b) => a - b);
    return { name, values: sorted, usual: sorted.indexOf(usualValue), isOrdered: true };
  };
  const named = (name: string, usualValue: SettingValue, others: readonly SettingValue[], usualShare?: number) => {
    const values = [usualValue, ...others.filter((value) => value !== usualValue)];
    return { name, values, usual: 0, isOrdered: false, ...(usualShare !== undefined && { usualShare }) };
  };
  const dimensions: Dimension[] = [
    named("model", usualModel, models),
    ordered("window", windowChoices(options), network.window),
    ordered("layers", [1, 2], network.layers.length),
    ordered("units", unitCounts, network.layers[0]!),
    ordered("lr", learningRates, training.learningRate),
    ordered("dropout", dropouts, network.dropout),
    named("bidirectional", network.bidirectional, [true], rareShare),
    named("segment", network.segment ?? 1, [1, ...seasons.slice(0, 1)], evenShare),
    named("conv", "none", ["16x3", "32x5"], costlyShare),
    named("attention", "none", ["additive", "dot"], costlyShare),
    named("mix", mixes[0]!, [...mixes, ...(takesMix ? [[1, ...seasons]] : [])], rareShare),
    named("scale", scale.scale, keepsScale ? [] : ["window", "series"], evenShare),
    named("scaler", scale.scaler, keepsScale ? [] : ["last", "standard", "mean"], evenShare),
    named(
      "deseasonalize",
      scale.deseasonalize,
      keepsScale || seasons.length === 0 ? [] : [!scale.deseasonalize],
      rareShare,
    ),
  ];
  return dimensions.filter(
    ({ name, values }) => values.length > 1 && !fixed.has(name) && !(name === "units" && fixed.has("layers")),
  );
}

/** Around the default, and whole seasons; no more than half of a typical series, as for the default itself. */
function windowChoices({ usual: { network }, seasons, length, horizon }: SpaceOptions): number[] {
  const { window } = network;
  const [season = window] = seasons;
  const room = Math.max(window, Math.floor((length - horizon) / 2));
  return [Math.ceil(window / 2), Math.round(1.5 * window), 2 * window, season, 2 * season, 3 * season, horizon].filter(
    (steps) => steps >= 2 && steps <= room,
  );
}

export function usualPoint(space: readonly Dimension[]): Point {
  return space.map(({ usual }) => usual);
}

/** The point by the names of its flags: what can stand in a settings file. @param usual of what is not searched */
export function settingsAt(space: readonly Dimension[], point: Point, usual: NetworkSettings): TrialSettings {
  const chosen = new Map(space.map(({ name, values }, d) => [name, values[point[d]!]!]));
  const { layers } = usual.network;
  if (chosen.has("layers") || chosen.has("units")) {
    const count = Number(chosen.get("layers") ?? layers.length);
    const units = Number(chosen.get("units") ?? layers[0]!);
    chosen.set("layers", Array<number>(count).fill(units));
    chosen.delete("units");
  }
  return Object.fromEntries(
    Array.from(chosen).filter((entry): entry is [string, Exclude<SettingValue, null>] => entry[1] !== null),
  );
}

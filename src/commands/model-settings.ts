// What a model was fitted with, kept with it so that it can be fitted again, and what two runs have to have in common. In: flags and
// their values. Out: the values by the flags' names, as a settings file would have them, and back; or as text.
import type { VersionNote } from "../registry/versions.js";
import type { RetrainArgs } from "./args.js";
import { flags } from "./flags.js";
import { type FlagKey, limitFlags, networkFlags } from "./options.js";
import { showValue } from "./settings.js";

/** How long a training may take, and where it runs, is about a run and not about a model. */
const ofRun: readonly string[] = ["maxTimeMs", "engine", "threads"];
const keys = (["model", ...networkFlags, ...limitFlags] as const).filter((key) => !ofRun.includes(key));

type ModelArgs = Pick<RetrainArgs, "model" | (typeof networkFlags | typeof limitFlags)[number]>;
type Settings = VersionNote["settings"];

export function settingsOf(args: ModelArgs): Settings {
  const entries = keys.flatMap((key): [string, Settings[string]][] => {
    const value = args[key];
    return value === undefined
      ? []
      : [[flags[key].name, Array.isArray(value) ? [...value] : (value as Settings[string])]];
  });
  return Object.fromEntries(entries);
}

/** The flags of this run, but with a model's own settings. One that is unknown by now is left to its default. */
export function withSettings<A extends ModelArgs>(args: A, settings: Readonly<Record<string, unknown>>): A {
  const own = keys.map((key) => {
    const { name, value, default: usual } = { default: undefined, ...flags[key] };
    const parsed = value.schema.safeParse(settings[name]);
    return [key, parsed.success ? parsed.data : usual];
  });
  // Every value was read by its flag's own schema, which is what makes the type true.
  return { ...args, ...Object.fromEntries(own) } as A;
}

/** Those that differ from what a setting is by default. */
export function unusualSettings(settings: Settings): Settings {
  const usual = new Map(
    keys.map((key): [string, unknown] => [flags[key].name, { default: null, ...flags[key] }.default]),
  );
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(usual.get(name))),
  );
}

export function isSameSettings(one: Settings, other: Settings): boolean {
  const text = (settings: Settings) => JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));
  return text(one) === text(other);
}

/** The settings that are given, by the flags' names; what is said for one run is none. @param without keys that may differ between runs */
export function settingsText(
  keys: readonly FlagKey[],
  without: readonly FlagKey[],
  values: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const fixed = keys.filter((key) => !("perRun" in flags[key]) && !without.includes(key) && values[key] !== undefined);
  return Object.fromEntries(fixed.map((key) => [flags[key].name, String(showValue(values[key]))]));
}

// What there is to know of the command line, from the commands' and the flags' data: what the manual page and docs/commands.md are made of.
// In: nothing. Out: commands, each with the flags that are its own, and groups of flags that commands share.
import { type CommandName, commandNames, commands } from "./commands.js";
import { type Flag, type FlagDetails, groupTitles } from "./flags.js";
import { nameOfFlag } from "./help.js";
import { flagsOf } from "./options.js";

type Group = FlagDetails["group"];

export interface ManualCommand {
  readonly name: CommandName;
  readonly operands: string;
  readonly summary: string;
  readonly writes: string;
  readonly examples: readonly string[];
  /** Flags that few commands have. */
  readonly own: readonly Flag<unknown>[];
  /** Of the flags that many have, by group, which it takes: in words. */
  readonly shared: readonly { readonly title: string; readonly taken: string }[];
}

export interface Manual {
  readonly commands: readonly ManualCommand[];
  readonly groups: readonly { readonly title: string; readonly flags: readonly Flag<unknown>[] }[];
}

/** What so many commands have is told once for all. */
const leastShared = 4;

export function manual(): Manual {
  const counts = new Map<Flag<unknown>, number>();
  for (const name of commandNames) for (const flag of flagsOf(name)) counts.set(flag, (counts.get(flag) ?? 0) + 1);
  const isShared = (flag: Flag<unknown>) => counts.get(flag)! >= leastShared;
  const shared = [...counts.keys()].filter(isShared);
  const groups = (Object.keys(groupTitles) as Group[])
    .map((group) => ({ group, title: groupTitles[group], flags: shared.filter((flag) => flag.group === group) }))
    .filter(({ flags }) => flags.length > 0);
  return {
    groups,
    commands: commandNames.map((name) => {
      const flags = flagsOf(name);
      return {
        ...commands[name],
        name,
        own: flags.filter((flag) => !isShared(flag)),
        shared: groups.flatMap(({ title, flags: all }) => {
          const had = all.filter((flag) => flags.includes(flag)).map(nameOfFlag);
          const others = all.map(nameOfFlag).filter((one) => !had.includes(one));
          if (had.length === 0) return [];
          if (others.length === 0) return [{ title, taken: "all" }];
          const taken = others.length < had.length ? `all but ${others.join(", ")}` : had.join(", ");
          return [{ title, taken }];
        }),
      };
    }),
  };
}

export const exitStatus: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "done, also when the reader of stdout went away"],
  ["1", "a bug"],
  ["2", "usage"],
  ["3", "some series have no forecast, the rest are written"],
  ["4", "data"],
  ["5", "model directory, or registry"],
  [
    "6",
    "a condition of --fail-if holds, or models check finds the data older than --max-age (retrain refuses them with 4)",
  ],
  ["7", "engine"],
  ["8", "output cannot be written"],
  ["11", "the registry, or a database, is locked"],
  ["129, 130, 143", "interrupted by SIGHUP, SIGINT or SIGTERM; a checkpoint is kept"],
];

export const environment: readonly (readonly [name: string, meaning: string])[] = [
  ["HINDCAST_MODEL, HINDCAST_FOLDS, …", "a setting, called as its flag is; flags that are about one run have none"],
  ["HINDCAST_PROGRESS_FPS", "how often a second the bar is drawn; 10"],
  ["HINDCAST_CHECKPOINT_SECONDS", "seconds from one checkpoint of a training to the next; 5"],
  ["HINDCAST_KERNELS", "the build of recurrent kernels and classical methods, to compare: native, wasm or js"],
  ["NO_COLOR", "no colour, when it is not empty"],
  ["LC_ALL, LC_CTYPE, LANG", "whether braille and blocks are drawn, or ASCII; the language is not looked at"],
  ["SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX", "the part that --shard auto/N takes"],
  [
    "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME",
    "where the user's settings, the native engine, and compiled code are",
  ],
];

export const settingsFiles: readonly (readonly [path: string, meaning: string])[] = [
  ["hindcast.config.json, .yaml, .toml", "settings of the working directory; --config names another file"],
  ["~/.config/hindcast/config.json, .yaml, .toml", "settings of the user"],
  ["~/.local/share/hindcast", "what hindcast engine install has fetched"],
];

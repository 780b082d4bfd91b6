// `--shard`: which part of the series is meant, and its output with the manifest that `merge` needs. In: flags, and the environment of
// an array job. Out: a shard; two files.
import { createHash } from "node:crypto";
import type { Manifest } from "../artifact/manifest.js";
import { fingerprint } from "../artifact/save-model.js";
import { manifestSuffix, shardFormats, shardManifestText } from "../artifact/shard-manifest.js";
import { HindcastError } from "../base/errors.js";
import type { Table } from "../base/table.js";
import { formats } from "../report/formats/index.js";
import type { Frame } from "../series/frame.js";
import { keepShard, type Shard } from "../series/shard.js";
import type { ForecastArgs } from "./args.js";
import { flags } from "./flags.js";
import type { Io } from "./io.js";
import { settingsText } from "./model-settings.js";
import { commandFlags, type FlagKey } from "./options.js";
import type { AskedShard } from "./values.js";

/** Where array jobs say which of them this one is. */
const indexVariables = ["SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"] as const;

/** @throws HindcastError "usage" when the environment does not say which shard, or there is no such one */
function resolveShard({ index, count }: AskedShard, env: Io["env"]): Shard {
  const variable = indexVariables.find((name) => env[name] !== undefined);
  if (index === "auto" && variable === undefined)
    throw new HindcastError(
      "usage",
      `--shard auto/${count} needs ${indexVariables.join(" or ")}, and neither is set`,
      `run it as a Slurm array or as an Indexed Job of Kubernetes, or say which: --shard 0/${count}`,
    );
  const text = index === "auto" ? env[variable!]! : String(index);
  if (!/^\d+$/.test(text) || Number(text) >= count)
    throw new HindcastError(
      "usage",
      `${index === "auto" ? `${variable} is ${text}, so` : `--shard ${text}/${count}:`} there is no shard ${text} of ${count}: they are 0 to ${count - 1}`,
      index === "auto"
        ? `let the array count from 0: --array=0-${count - 1}`
        : `--shard ${count - 1}/${count} is the last`,
    );
  return { index: Number(text), count };
}

/** undefined where nothing can stand beside the output. */
function manifestPath({ output }: Pick<ForecastArgs, "output">): string | undefined {
  if (output === undefined || output === "-" || /^\/(dev|proc)\//.test(output)) return undefined;
  return `${output}${manifestSuffix}`;
}

/** One run of `forecast --shard`. */
export interface Sharding {
  /** The series of the shard. */
  keep(whole: Frame): Frame;
  /** Writes the output, and its manifest after it: beside an output of another run, a manifest is refused by `merge`. */
  write(table: Table, facts: ShardFacts): Promise<void>;
}

export interface ShardFacts {
  readonly horizon: number;
  /** [series of the shard] has no rows in the table */
  readonly isMissing: readonly boolean[];
  /** Of the saved model; null with `--local`. */
  readonly model: Manifest | null;
}

/** @throws HindcastError "usage" when there is no such shard, "output" when its manifest cannot be written */
export async function openShard(args: ForecastArgs, asked: AskedShard, io: Io): Promise<Sharding> {
  const shard = resolveShard(asked, io.env);
  const manifest = manifestPath(args);
  if (manifest !== undefined && !args.dryRun) await io.prepareOutput(manifest);
  let whole: Frame | undefined;
  let positions: readonly number[] = [];
  return {
    keep(frame) {
      whole = frame;
      const part = keepShard(frame, shard);
      positions = part.positions;
      return part.frame;
    },
    async write(table, { horizon, isMissing, model }) {
      if (manifest === undefined) return io.writeTable(table, args, "csv");
      const asked = io.formatOf(args, "csv");
      const format = shardFormats.find((name) => name === asked) ?? "csv";
      const { pieces, written } = countBytes(
        formats.get(format)(table, { width: 0, colour: false, csvSafe: args.csvSafe }),
      );
      await io.writePieces(pieces, args);
      const { series, sha256 } = fingerprint(whole!);
      const text = shardManifestText({
        hindcast: io.version,
        shard,
        format,
        settings: settingsOf(args),
        model_sha256: model === null ? null : createHash("sha256").update(JSON.stringify(model)).digest("hex"),
        data: { series, sha256 },
        horizon,
        file: written(),
        written: positions.filter((_, i) => !isMissing[i]),
        failed: positions.filter((_, i) => isMissing[i]),
      });
      await io.writePieces([text], { output: manifest });
    },
  };
}

/** @returns the same pieces, and how many bytes they were once all have been taken */
function countBytes(pieces: Iterable<string>) {
  const hash = createHash("sha256");
  let bytes = 0;
  const counted = function* () {
    for (const piece of pieces) {
      hash.update(piece);
      bytes += Buffer.byteLength(piece);
      yield piece;
    }
  };
  return { pieces: counted(), written: () => ({ bytes, sha256: hash.digest("hex") }) };
}

/** Where it runs and how it shows change no forecast; data and models are known by their checksums, and the manifest has the horizon. */
const freeFlags: readonly FlagKey[] = [
  "colour",
  "format",
  "from",
  "horizon",
  "jobs",
  "logJson",
  "plot",
  "quiet",
  "threads",
];

/** The flags that are not as usual, by name. */
function settingsOf(args: ForecastArgs): Record<string, string> {
  const usual = Object.fromEntries(
    commandFlags.forecast.map((key) => [key, { default: undefined, ...flags[key] }.default]),
  );
  const text = (values: Readonly<Record<string, unknown>>) => settingsText(commandFlags.forecast, freeFlags, values);
  const usualText = text(usual);
  const given = Object.entries(text({ ...args.reading, ...args }));
  return Object.fromEntries(given.filter(([name, value]) => value !== usualText[name]));
}

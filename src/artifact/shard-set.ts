// The outputs of all shards of one forecast. In: their paths. Out: which of them holds which series, once every output is there, once,
// with its own bytes, and from the same data, model and settings.
import { HindcastError } from "../base/errors.js";
import {
  checkShardFile,
  manifestSuffix,
  readShardManifest,
  runAgain,
  type ShardFormat,
  type ShardManifest,
} from "./shard-manifest.js";

export interface ShardSet {
  readonly format: ShardFormat;
  /** By shard. */
  readonly paths: readonly string[];
  /** Rows of each series. */
  readonly horizon: number;
  /** [series] the shard that holds it; the number of shards for a series without forecast. */
  readonly owners: Uint32Array;
  readonly failedCount: number;
}

interface ShardOutput {
  readonly path: string;
  readonly manifest: ShardManifest;
}

/**
 * @param paths of outputs, in any order; the manifest of an output stands for it
 * @throws HindcastError "data" for what is missing, twice or changed, "model" for models that differ
 */
export async function readShardSet(paths: readonly string[]): Promise<ShardSet> {
  const outputs = [...new Set(paths.map(outputOf))].map((path) => ({ path, manifest: readShardManifest(path) }));
  const first = outputs[0]!;
  for (const output of outputs) refuseMismatch(first, output);
  const ordered = orderShards(outputs);
  const { data, format, horizon } = first.manifest;
  const named = outputs.reduce((sum, { manifest }) => sum + manifest.written.length + manifest.failed.length, 0);
  // Before memory is taken for a number that is only claimed.
  if (named < data.series)
    throw new HindcastError(
      "data",
      `${data.series - named} of ${data.series} series are in none of the shards`,
      runAll,
    );
  const owners = new Uint32Array(data.series).fill(unowned);
  let failedCount = 0;
  for (const [index, { path, manifest }] of ordered.entries()) {
    claim(owners, manifest.written, index, path);
    claim(owners, manifest.failed, ordered.length, path);
    failedCount += manifest.failed.length;
  }
  for (const { path, manifest } of ordered) await checkShardFile(path, manifest);
  return { format, horizon, owners, failedCount, paths: ordered.map(({ path }) => path) };
}

/** `part-*.json` names the manifests too. */
function outputOf(path: string): string {
  return path.endsWith(manifestSuffix) ? path.slice(0, -manifestSuffix.length) : path;
}

const unowned = 0xffff_ffff;
const runAll = "run all shards again, with one version of hindcast";

function claim(owners: Uint32Array, positions: readonly number[], owner: number, path: string): void {
  for (const position of positions) {
    if (owners[position] !== unowned)
      throw new HindcastError(
        "data",
        `${path}${manifestSuffix}: series ${position + 1} is in another shard already, or is not there at all`,
        runAll,
      );
    owners[position] = owner;
  }
}

/** @throws HindcastError "data" for a shard that is missing or there twice */
function orderShards(outputs: readonly ShardOutput[]): readonly ShardOutput[] {
  const { count } = outputs[0]!.manifest.shard;
  const byIndex = new Map<number, ShardOutput>();
  for (const output of outputs) {
    const { index } = output.manifest.shard;
    if (index >= count)
      throw new HindcastError(
        "data",
        `${output.path} says that it is shard ${index} of ${count}`,
        runAgain(output.path),
      );
    const other = byIndex.get(index);
    if (other !== undefined)
      throw new HindcastError(
        "data",
        `${other.path} and ${output.path} are both shard ${index} of ${count}`,
        "name one of them",
      );
    byIndex.set(index, output);
  }
  const missingCount = count - byIndex.size;
  if (missingCount > 0) {
    // No more than a message shows: a count that is only claimed may be any number.
    const candidates = Array.from({ length: Math.min(count, byIndex.size + shownCount) }, (_, index) => index);
    const missing = candidates.filter((index) => !byIndex.has(index)).slice(0, shownCount);
    const more = missingCount > missing.length ? ` and ${missingCount - missing.length} more` : "";
    throw new HindcastError(
      "data",
      `of ${count} shards, ${missingCount === 1 ? "one is" : `${missingCount} are`} missing: ${missing.join(", ")}${more}`,
      `name its file too, or run it: hindcast forecast … --shard ${missing[0]}/${count} -o FILE`,
    );
  }
  return outputs.toSorted((a, b) => a.manifest.shard.index - b.manifest.shard.index);
}

const shownCount = 8;

/** What shards that belong together have in common, in words. */
function factsOf({ hindcast, shard, format, horizon, data }: ShardManifest): [what: string, value: string][] {
  return [
    ["version of hindcast", hindcast],
    ["number of shards", String(shard.count)],
    ["format", format],
    ["horizon in steps", String(horizon)],
    ["number of series", String(data.series)],
  ];
}

function refuseMismatch(first: ShardOutput, other: ShardOutput): void {
  const [a, b] = [first.manifest, other.manifest];
  const refuse = (what: string, one: string, two: string): never => {
    throw new HindcastError(
      "data",
      `${first.path} and ${other.path} do not belong together: the ${what} is ${one} in one, and ${two} in the other`,
      "merge the shards of one run; run again those that differ",
    );
  };
  const facts = factsOf(b);
  for (const [i, [what, value]] of factsOf(a).entries()) if (facts[i]![1] !== value) refuse(what, value, facts[i]![1]);
  for (const name of new Set([...Object.keys(a.settings), ...Object.keys(b.settings)])) {
    const [one = "as usual", two = "as usual"] = [a.settings[name], b.settings[name]];
    if (one !== two) refuse(`setting --${name}`, one, two);
  }
  if (a.model_sha256 !== b.model_sha256)
    throw new HindcastError(
      "model",
      `${first.path} and ${other.path} do not belong together: they were made with different models`,
      "run all shards with the same --from",
    );
  if (a.data.sha256 !== b.data.sha256)
    throw new HindcastError(
      "data",
      `${first.path} and ${other.path} do not belong together: they were made from different data`,
      "run all shards on the same data",
    );
}

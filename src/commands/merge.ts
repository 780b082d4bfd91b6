// `hindcast merge`: the outputs of all shards of a forecast as the one file that a run without shards writes.
import { readShardSet } from "../artifact/shard-set.js";
import { exitCodes, HindcastError } from "../base/errors.js";
import { joinRows } from "../report/joined-rows.js";
import type { MergeArgs } from "./args.js";
import type { Io } from "./io.js";

export async function run(args: MergeArgs, io: Io): Promise<number | undefined> {
  const set = await readShardSet(args.files);
  if (set.failedCount === set.owners.length)
    throw new HindcastError("data", "no series could be forecast", "hindcast inspect shows what is in the data");
  await io.writePieces(joinRows(set), args);
  if (set.failedCount === 0) return undefined;
  const text = `${set.failedCount} of ${set.owners.length} series have no forecast; their shards said why`;
  io.notify({ level: "warning", text });
  return exitCodes.partial;
}

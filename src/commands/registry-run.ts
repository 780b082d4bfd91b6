// A run that changes a registry. In: whose it is, and when it began. Out: the registry under its lock, and the record that the run fills in.
import { randomUUID } from "node:crypto";
import type { Run } from "../registry/history.js";
import { emptyRun, type OpenRegistry, openRegistry } from "../registry/registry.js";
import type { ModelsArgs, RetrainArgs } from "./args.js";
import type { Io } from "./io.js";
import { thisMachine } from "./machine.js";

export interface RegistryRun {
  readonly open: OpenRegistry;
  /** With the champion that was there before. */
  record(action: Run["action"]): Run;
  /** Since the run began. */
  durationMs(): number;
}

/** @param startedMs since the epoch @throws HindcastError as `openRegistry` */
export async function beginRun(
  { registry, lockWaitMs = 0 }: Pick<ModelsArgs & RetrainArgs, "registry" | "lockWaitMs">,
  startedMs: number,
  io: Io,
): Promise<RegistryRun> {
  const run = randomUUID();
  const { signal, notify } = io;
  const open = await openRegistry(registry, { run, machine: thisMachine(io), lockWaitMs, signal, notify });
  const started = new Date(startedMs).toISOString();
  const seed = { run, started, host: io.host, hindcast: io.version, node: io.nodeVersion };
  return {
    open,
    record: (action) => ({ ...emptyRun(seed, action), champion_before: open.pointer?.version ?? null }),
    durationMs: () => Math.max(0, Math.round(io.now() - startedMs)),
  };
}

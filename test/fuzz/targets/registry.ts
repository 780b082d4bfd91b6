// The files of a registry and of a search. Each input stands in the place of one; then the registry is opened to be written to, as the next
// run does, and read.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HindcastError } from "../../../src/base/errors.js";
import { championPath, readPointer } from "../../../src/registry/champion.js";
import { appendRun, readHistory } from "../../../src/registry/history.js";
import { acquireLock, type Machine } from "../../../src/registry/lock.js";
import { emptyRun, openRegistry, unrecordedVersions } from "../../../src/registry/registry.js";
import { openTrials } from "../../../src/registry/trials.js";
import { listVersions, readNote } from "../../../src/registry/versions.js";
import { keptModels, workDirectory } from "../places.js";
import { quiet, splitChoice, type Target, utf8, withChoices } from "../target.js";

const kept = join(keptModels, "registry");
const lockName = join("lock", readdirSync(join(kept, "lock"))[0]!);
const names = ["history.ndjson", "champion.json", "registry.json", lockName, "versions/2/version.json"];
const contents = names.map((name) => readFileSync(join(kept, name)));

const machine: Machine = {
  self: { host: "here", pid: 1, process_start: "1", boot_id: "boot", pid_space: "space" },
  startOf: () => "gone",
  now: () => Date.UTC(2030, 0, 1),
};
const seed = { run: "run", started: "2030-01-01T00:00:00.000Z", host: "here", hindcast: "0.1.0", node: "20" };

export const registry: Target = {
  name: "registry",
  form: "json",
  share: 0.5,
  seeds: () => contents.map((content, i) => withChoices(names.length, [content])[i]!),
  async run(input) {
    const { choice: name, rest } = splitChoice(input, names);
    const path = workDirectory("registry", (own) => {
      for (const directory of ["lock", "versions/1", "versions/2"])
        mkdirSync(join(own, directory), { recursive: true });
      for (const version of ["1", "2"])
        for (const file of ["hindcast.json", "version.json"])
          writeFileSync(join(own, "versions", version, file), readFileSync(join(kept, "versions", version, file)));
    });
    rmSync(join(path, "lock"), { recursive: true });
    mkdirSync(join(path, "lock"));
    for (const [i, file] of names.entries()) writeFileSync(join(path, file), file === name ? rest : contents[i]!);
    const history = await readHistory(path, quiet.notify);
    unrecordedVersions(path, history, listVersions(path));
    for (const look of [() => readPointer(path), () => championPath(path), () => readNote(path, 2)])
      try {
        look();
      } catch (error) {
        if (!(error instanceof HindcastError)) throw error;
      }
    const { signal, notify } = quiet;
    const opened = await openRegistry(path, { run: "run", machine, lockWaitMs: 0, signal, notify });
    if (!Number.isSafeInteger(opened.nextVersion)) throw new Error(`the next version is ${opened.nextVersion}`);
    await appendRun(path, { ...emptyRun(seed, "kept"), version: opened.nextVersion });
    await opened.lock.release();
    const after = await readHistory(path, quiet.notify);
    if (after.at(-1)?.run !== "run") throw new Error("what was added to the history is not there");
    await (await acquireLock(join(path, "lock"), "next", machine, 0, signal)).release();
  },
};

const trialLines = [
  '{"schema_version":1,"type":"search","key":"k"}',
  '{"schema_version":1,"type":"trial","trial":0,"mase":1,"scores":[1],"error":null,"settings":{},"duration_ms":5}',
  '{"schema_version":1,"type":"trial","trial":1,"mase":null,"scores":[],"error":"no","settings":{},"duration_ms":5}',
];

export const trials: Target = {
  name: "trials",
  form: "text",
  share: 1,
  seeds: () => [utf8(`${trialLines.join("\n")}\n`), utf8(trialLines.join("\n").slice(0, -20))],
  async run(input) {
    const path = join(
      workDirectory("trials", () => {}),
      "trials.ndjson",
    );
    writeFileSync(path, input);
    const file = await openTrials(path, "k", quiet.notify);
    await file.keep({ trial: 7, state: "complete", scores: [1], error: null } as never, {} as never, 5);
    const again = await openTrials(path, "k", quiet.notify);
    if (!again.finished.has(7)) throw new Error("a trial that was kept is not there");
  },
};

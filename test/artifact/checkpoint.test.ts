import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { type CheckpointOptions, checkpointPath, openCheckpoint } from "../../src/artifact/checkpoint.js";
import { HindcastError } from "../../src/base/errors.js";
import { sealJson } from "../../src/base/sealed-json.js";
import type { SavedTraining } from "../../src/fit/checkpoint.js";
import { temporaryDirectory } from "../support/directory.js";

const key = "0123456789abcdef0123456789abcdef";
const other = "fedcba9876543210fedcba9876543210";
const run = {
  hindcast: "1.2.3",
  settings: { epochs: "20", model: "gru" },
  data: { series: 1, steps: 144, observed: 143, sha256: "ab" },
};
const floats = (...values: number[]) => Float32Array.from(values);
const running: SavedTraining = {
  kind: "running",
  progress: {
    epoch: 3,
    stepsDone: 2,
    lossSum: 0.1 + 0.2,
    lossCount: 2,
    losses: [1.5, 1 / 3],
    validationLosses: [Number.NaN, 0.7],
    best: floats(1 / 3, -0, 1e-42),
    bestLoss: 0.7,
    bestEpoch: 2,
    rate: 0.005,
    halvings: 0,
  },
  trainer: { weights: floats(1, 2, 3), moments: floats(0, 1e-30, 3, 4, 5, 6), movedCount: 17, dropouts: [-5, 6, 7, 8] },
};
const done: SavedTraining = {
  kind: "done",
  weights: floats(0.1, 0.2, 0.3),
  record: {
    loss: [0.5],
    validationLoss: [0.25],
    bestEpoch: 1,
    stepCount: 5,
    trainingWindowCount: 9,
    validationWindowCount: 2,
    stopped: "epochs",
    refitted: false,
  },
};

let path: string;
let nowMs: number;
let notes: string[];
beforeEach(async () => {
  path = checkpointPath(join(await temporaryDirectory(), "model/"));
  nowMs = 1e6;
  notes = [];
});

const open = (own: Partial<CheckpointOptions> = {}) =>
  openCheckpoint(path, {
    run,
    resume: false,
    engine: () => "kernels js",
    intervalMs: 5000,
    now: () => nowMs,
    notify: ({ level, text }) => void notes.push(level === "note" ? text : `${level}: ${text}`),
    ...own,
  });
const keepBoth = async () => {
  const checkpoint = open();
  await checkpoint.open(key).keep(running);
  await checkpoint.open(other).keep(done);
  expect(await checkpoint.flush()).toBe(true);
  return checkpoint;
};
const refusal = (own: Partial<CheckpointOptions>) => {
  try {
    open(own);
  } catch (error) {
    if (error instanceof HindcastError)
      return { code: error.code, message: error.message.replace(path, "PATH"), hint: error.hint };
    throw error;
  }
  return undefined;
};

describe("what is kept", () => {
  test("stands beside the model directory, and comes back as it was", async () => {
    expect(path).toMatch(/[\\/]model\.checkpoint$/);
    await keepBoth();
    const again = open({ resume: true });
    expect(again.open(key).saved).toEqual(running);
    expect(again.open(other).saved).toEqual(done);
    expect(again.open("0".repeat(32)).saved).toBeUndefined();
    expect(notes).toEqual([`goes on from ${path}: 1 training done, one in epoch 3`]);
  });

  test("is written when the interval is over, and all that waited with it", async () => {
    const checkpoint = open();
    await checkpoint.open(other).keep(done);
    nowMs += 4999;
    expect(checkpoint.open(key).isDue()).toBe(false);
    expect(existsSync(path)).toBe(false);
    nowMs += 1;
    expect(checkpoint.open(key).isDue()).toBe(true);
    await checkpoint.open(key).keep(running);
    expect(readdirSync(path).sort()).toEqual([`${key}.json`, "checkpoint.json", `${other}.json`]);
    expect(checkpoint.open(key).isDue()).toBe(false);
  });

  test("is written more rarely where writing takes long, and at once after a clock was set back", async () => {
    const checkpoint = open({ now: () => (nowMs += 40) });
    nowMs += 5000;
    await checkpoint.open(key).keep(running);
    // A write that takes 80 ms by this clock may come round every 8 s.
    nowMs += 7000;
    expect(checkpoint.open(key).isDue()).toBe(false);
    nowMs += 1000;
    expect(checkpoint.open(key).isDue()).toBe(true);
    nowMs -= 86_400_000;
    expect(checkpoint.open(key).isDue()).toBe(true);
  });

  test("is nobody else's to read until it is whole, and leaves nothing beside its files", async () => {
    await keepBoth();
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(path).sort()).toEqual([`${key}.json`, "checkpoint.json", `${other}.json`]);
  });

  test("is told by how many trainings are done", async () => {
    const checkpoint = open();
    await checkpoint.open(key).keep(running);
    await checkpoint.flush();
    open({ resume: true });
    await checkpoint.open(key).keep(done);
    await checkpoint.open(other).keep(done);
    await checkpoint.flush();
    open({ resume: true });
    expect(notes).toEqual([
      `goes on from ${path}: 0 trainings done, one in epoch 3`,
      `goes on from ${path}: 2 trainings done`,
    ]);
  });

  test("is nothing where nothing was kept", async () => {
    expect(await open().flush()).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  test("is gone on from where it is not told what computes", async () => {
    await open({ intervalMs: 0, engine: () => null })
      .open(key)
      .keep(running);
    expect(open({ resume: true, engine: () => null }).open(key).saved).toEqual(running);
  });

  test("is what has the name of a training, and nothing beside it", async () => {
    await keepBoth();
    const file = join(path, `${key}.json`);
    for (const name of [`x${key}.json`, `${key}.json.old`, `${key.slice(1)}.json`, "thesis.tex"])
      copyFileSync(file, join(path, name));
    writeFileSync(join(path, `${key}xjson`), "");
    open({ resume: true });
    expect(notes).toEqual([`goes on from ${path}: 1 training done, one in epoch 3`]);
  });

  test("is removed whole", async () => {
    await (await keepBoth()).remove();
    expect(existsSync(path)).toBe(false);
  });

  test("and what cannot be removed is said", async () => {
    const checkpoint = await keepBoth();
    rmSync(dirname(path), { recursive: true });
    writeFileSync(dirname(path), "");
    await checkpoint.remove();
    expect(notes).toEqual([
      expect.stringContaining(`warning: ${path} is no longer needed and cannot be removed: ENOTDIR`),
    ]);
  });

  test("outlives the first seconds of a run that does not go on from it, and is replaced later", async () => {
    await keepBoth();
    const fresh = open();
    expect(notes).toEqual([`${path}, of a training that was cut off, is not gone on from: that takes --resume`]);
    await fresh.open(other).keep(done);
    expect(await fresh.flush()).toBe(true);
    expect(open({ resume: true }).open(key).saved).toEqual(running);
    nowMs += 5000;
    await fresh.open(other).keep(done);
    expect(open({ resume: true }).open(key).saved).toBeUndefined();
  });

  test("is no reason to stop when it cannot be written: that is said once", async () => {
    const checkpoint = open({ intervalMs: 0 });
    rmSync(join(path, ".."), { recursive: true });
    await checkpoint.open(key).keep(running);
    await checkpoint.open(key).keep(running);
    expect(notes).toEqual([
      expect.stringContaining(`warning: ${path} cannot be written, and the training goes on without: ENOENT`),
    ]);
    expect(await checkpoint.flush()).toBe(false);
    mkdirSync(join(path, ".."));
    await checkpoint.open(key).keep(running);
    expect(open({ resume: true }).open(key).saved).toEqual(running);
  });
});

describe("where a checkpoint need not be gone on from", () => {
  const again = (own: Partial<CheckpointOptions> = {}) => open({ resume: "if-same", ...own });

  test("one of the same run is, and nothing is said when there is none", async () => {
    expect(again().open(key).saved).toBeUndefined();
    expect(notes).toEqual([]);
    await keepBoth();
    expect(again().open(key).saved).toEqual(running);
  });

  test("one of other data, or a damaged one, is replaced", async () => {
    await keepBoth();
    const fresh = again({ run: { ...run, data: { ...run.data, sha256: "cd" } } });
    expect(fresh.open(key).saved).toBeUndefined();
    expect(notes).toEqual([expect.stringMatching(/^trains from the start: the data are not those/)]);
    await fresh.open(other).keep(done);
    await fresh.flush();
    expect(readdirSync(path).sort()).toEqual(["checkpoint.json", `${other}.json`]);
    truncateSync(join(path, "checkpoint.json"), 20);
    expect(again().open(other).saved).toBeUndefined();
  });

  test("a training that another engine began is begun again", async () => {
    await keepBoth();
    expect(again({ engine: () => "kernels avx2" }).open(key).saved).toBeUndefined();
  });
});

describe("nothing to go on from", () => {
  test("is said, and the training begins", () => {
    expect(open({ resume: true }).open(key).saved).toBeUndefined();
    expect(notes).toEqual([`there is no checkpoint ${path} to go on from: trains from the start`]);
  });

  test("is what a kill in the middle of making or removing one leaves", async () => {
    await keepBoth();
    rmSync(join(path, "checkpoint.json"));
    writeFileSync(join(path, ".new-1"), "{");
    const checkpoint = open({ resume: true, intervalMs: 0 });
    expect(checkpoint.open(key).saved).toBeUndefined();
    await checkpoint.open(other).keep(done);
    expect(readdirSync(path).sort()).toEqual(["checkpoint.json", `${other}.json`]);
  });

  test("and is removed all the same", async () => {
    await keepBoth();
    rmSync(join(path, "checkpoint.json"));
    await open().remove();
    expect(existsSync(path)).toBe(false);
  });
});

describe("a checkpoint is refused", () => {
  test("when a byte of it is another one, or its end is missing", async () => {
    await keepBoth();
    const files = readdirSync(path).map((name) => join(path, name));
    const whole = new Map(files.map((file) => [file, readFileSync(file)]));
    const place = fc.record({
      file: fc.constantFrom(...files),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), fc.boolean(), ({ file, at }, change, isTorn) => {
        const bytes = Buffer.from(whole.get(file)!);
        const index = Math.floor(at * bytes.length);
        bytes[index]! ^= change;
        writeFileSync(file, bytes);
        if (isTorn) truncateSync(file, index);
        expect(refusal({ resume: true })).toMatchObject({ code: "model", message: expect.stringContaining("PATH") });
        writeFileSync(file, whole.get(file)!);
      }),
      { numRuns: 100 },
    );
    expect(refusal({ resume: true })).toBeUndefined();
  });

  test.each([
    [
      { settings: { epochs: "30", model: "gru" } },
      "usage",
      "--epochs is 30, and was 20 when the training in PATH began",
    ],
    [{ settings: { model: "gru" } }, "usage", "--epochs is left out, and was 20 when the training in PATH began"],
    [
      { settings: { ...run.settings, seed: "2" } },
      "usage",
      "--seed is 2, and was left out when the training in PATH began",
    ],
    [{ hindcast: "1.3.0" }, "model", "PATH was written by hindcast 1.2.3, and this is 1.3.0"],
    [
      { data: { series: 1, steps: 145, observed: 144, sha256: "cd" } },
      "data",
      "the data are not those that the training in PATH began with: 143 values in 144 steps of 1 series then, 144 values in 145 steps of 1 series now",
    ],
    [
      { data: { ...run.data, sha256: "cd" } },
      "data",
      "the data are not those that the training in PATH began with: there are as many, and they differ",
    ],
  ])("of another run: %j", async (changed, code, message) => {
    await keepBoth();
    const same = {
      usage: "give the same flags as then",
      data: "give the same data as then",
      model: "go on with hindcast 1.2.3",
    };
    const hint = `${same[code as keyof typeof same]}, or leave out --resume to train from the start`;
    expect(refusal({ resume: true, run: { ...run, ...changed } })).toEqual({ code, message, hint });
  });

  test("when a field of it does not fit", async () => {
    await keepBoth();
    const hint = "leave out --resume to train from the start";
    const write = (name: string, fields: Record<string, unknown>) => writeFileSync(join(path, name), sealJson(fields));
    const refuse = (name: string, reason: string) =>
      expect(refusal({ resume: true })).toEqual({
        code: "model",
        message: expect.stringContaining(`PATH/${name} does not fit: ${reason}: `),
        hint,
      });
    const training = { schema_version: 1, type: "training", engine: "kernels js" };
    write(`${key}.json`, { ...training, state: 1 });
    refuse(`${key}.json`, "state");
    write(`${key}.json`, { ...training, type: "checkpoint" });
    refuse(`${key}.json`, "type");
    const header = { schema_version: 1, type: "checkpoint", run };
    for (const [changed, place] of [
      [{ more: 1 }, "the whole"],
      [{ type: "training" }, "type"],
      [{ run: { ...run, more: 1 } }, "run"],
      [{ run: { ...run, data: { ...run.data, more: 1 } } }, "run.data"],
      [{ run: { ...run, settings: { epochs: 20 } } }, "run.settings.epochs"],
    ] as const) {
      write("checkpoint.json", { ...header, ...changed });
      refuse("checkpoint.json", place);
    }
    truncateSync(join(path, "checkpoint.json"), 20);
    expect(refusal({ resume: true })).toEqual({ code: "model", message: "PATH/checkpoint.json is not JSON", hint });
  });

  test("when another engine began the training", async () => {
    await keepBoth();
    const checkpoint = open({ resume: true, engine: () => "kernels avx2" });
    expect(() => checkpoint.open(key)).toThrow(
      expect.objectContaining({
        code: "engine",
        message: `the training in ${path} was computed by kernels js, and here it would go on by kernels avx2, with other roundings`,
        hint: "--resume where it began, or leave out --resume to train from the start",
      }),
    );
  });

  test("when it is none, whether it is to be gone on from or not, and is left as it is", () => {
    mkdirSync(path);
    for (const name of [".new-1", `${key}.json`, "a.new-1", "b", "c", "d"]) writeFileSync(join(path, name), "");
    const rest = "and the checkpoint has to stand there";
    for (const resume of [true, false])
      expect(refusal({ resume })).toEqual({
        code: "output",
        message: `PATH holds other files (a.new-1, b, c) and no checkpoint.json, ${rest}`,
        hint: "move it elsewhere",
      });
    rmSync(path, { recursive: true });
    writeFileSync(path, "");
    expect(refusal({})).toMatchObject({ code: "output", message: `PATH is no directory, ${rest}` });
    expect(existsSync(path)).toBe(true);
    path += "x".repeat(300);
    expect(refusal({})).toMatchObject({
      code: "output",
      message: expect.stringContaining("PATH cannot be looked into (ENAMETOOLONG"),
    });
  });
});

test.each([
  ["model", "model.checkpoint"],
  ["a/model//", "a/model.checkpoint"],
  ["/model", "/model.checkpoint"],
  ["a\\model\\", "a\\model.checkpoint"],
  ["...", "....checkpoint"],
  ["a.", "a..checkpoint"],
  ["..", `${resolve("..")}.checkpoint`],
  ["a/..", `${process.cwd()}.checkpoint`],
  ["a/b/.", `${resolve("a/b")}.checkpoint`],
  ["/", "/.checkpoint"],
])("the checkpoint of --out %s is %s", (out, expected) => {
  expect(checkpointPath(out)).toBe(expected);
});

test("the checkpoint of the working directory stands beside it", () => {
  expect(checkpointPath(".")).toBe(`${process.cwd()}.checkpoint`);
  expect(checkpointPath("./")).toBe(`${process.cwd()}.checkpoint`);
});

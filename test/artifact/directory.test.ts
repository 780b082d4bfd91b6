import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { checkModelTarget, readModel, writeModel } from "../../src/artifact/directory.js";
import type { Manifest } from "../../src/artifact/manifest.js";
import { temporaryBeside } from "../../src/base/leftovers.js";

const manifest: Omit<Manifest, "files"> = {
  schema_version: 1,
  type: "model",
  hindcast: "0.1.0",
  asked: "naive",
  reason: null,
  horizon: 12,
  seasons: [12],
  seed: 1,
  engine: null,
  columns: { time: "month", ids: [], targets: ["passengers"], wide: false },
  grid: { frequency: { kind: "month", count: 1, anchor: "day" }, zone: "UTC" },
  time_style: { kind: "month" },
  reading: { missing: "mask", aggregate: null },
  limits: { min: null, max: null, integer: false },
  model: { kind: "baseline", name: "naive" },
  held_out: null,
  data: { series: 1, steps: 144, observed: 144, sha256: "00" },
};
const files = { "context.bin": Uint8Array.of(1, 2, 3) };

async function written() {
  const parent = await mkdtemp(join(tmpdir(), "hindcast-directory-"));
  const path = join(parent, "model");
  await writeModel(path, manifest, files, { host: "somewhere" });
  return { parent, path };
}

test("a model that is written is read back, and nothing else is left beside it", async () => {
  const { parent, path } = await written();
  const stored = await readModel(path);
  expect(stored.manifest).toMatchObject(manifest);
  expect(Array.from(stored.files["context.bin"]!)).toEqual([1, 2, 3]);
  expect(await readdir(parent)).toEqual(["model"]);
  expect((await readdir(path)).sort()).toEqual(["context.bin", "hindcast.json", "run.json"]);
});

test("writing again replaces the model, and the same model has the same bytes", async () => {
  const { parent, path } = await written();
  const before = await readFile(join(path, "hindcast.json"));
  await writeModel(path, manifest, files, { host: "elsewhere" });
  expect(await readFile(join(path, "hindcast.json"))).toEqual(before);
  await writeModel(path, { ...manifest, horizon: 3 }, {}, {});
  expect((await readModel(path)).manifest.horizon).toBe(3);
  expect(await readdir(parent)).toEqual(["model"]);
});

test("a model that was being replaced when the power went is still found", async () => {
  const { parent, path } = await written();
  await rename(path, join(parent, ".model.previous"));
  expect((await readModel(path)).manifest.horizon).toBe(12);
  await writeModel(path, { ...manifest, horizon: 3 }, {}, {});
  expect((await readModel(path)).manifest.horizon).toBe(3);
  expect(await readdir(parent)).toEqual(["model"]);
});

test("what is called like a copy of the model is nobody's to remove", async () => {
  const { path } = await written();
  await mkdir(`${path}.previous`);
  await writeFile(join(`${path}.previous`, "mine"), "");
  await writeModel(path, manifest, files, {});
  expect(await readdir(`${path}.previous`)).toEqual(["mine"]);
});

test("what a dead process was writing is removed by the next one, what a living one writes stays", async () => {
  const { parent, path } = await written();
  const ended = spawnSync(process.execPath, ["--version"]).pid;
  const own = basename(temporaryBeside(path));
  const dead = own.replace(String(process.pid), String(ended));
  const elsewhere = dead.replace(/-[0-9a-f]{12}-/, "-000000000000-");
  for (const name of [own, dead, elsewhere, dead.replace(".model.", ".another.")]) {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, "hindcast.json"), "");
  }
  await writeModel(path, manifest, files, {});
  const kept = process.platform === "linux" ? [own, elsewhere] : [own, dead, elsewhere];
  expect((await readdir(parent)).sort()).toEqual([...kept, dead.replace(".model.", ".another."), "model"].sort());
});

test("every changed byte is refused", async () => {
  const { path } = await written();
  for (const name of ["hindcast.json", "context.bin"]) {
    const file = join(path, name);
    const whole = await readFile(file);
    for (let at = 0; at < whole.length; at += Math.max(1, Math.floor(whole.length / 97))) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      await writeFile(file, changed);
      await expect(readModel(path), `${name} byte ${at}`).rejects.toMatchObject({ code: "model" });
    }
    await writeFile(file, whole.subarray(0, whole.length - 1));
    await expect(readModel(path), `${name} cut short`).rejects.toMatchObject({ code: "model" });
    await writeFile(file, Buffer.concat([whole, Buffer.from(" ")]));
    await expect(readModel(path), `${name} made longer`).rejects.toMatchObject({ code: "model" });
    await writeFile(file, whole);
    await readModel(path);
  }
});

test("a version from the future is refused with what to do", async () => {
  const { path } = await written();
  const file = join(path, "hindcast.json");
  await writeFile(file, (await readFile(file, "utf8")).replace('"schema_version": 1', '"schema_version": 2'));
  await expect(readModel(path)).rejects.toMatchObject({
    code: "model",
    message: expect.stringContaining("schema version 2"),
  });
});

test("a directory of other things, a file and a link are never overwritten", async () => {
  const parent = await mkdtemp(join(tmpdir(), "hindcast-directory-"));
  await mkdir(join(parent, "photos"));
  await writeFile(join(parent, "photos", "cat.jpg"), "");
  await writeFile(join(parent, "file"), "");
  await mkdir(join(parent, "empty"));
  await symlink(join(parent, "empty"), join(parent, "link"));
  for (const name of ["photos", "file", "link"]) {
    await expect(checkModelTarget(join(parent, name))).rejects.toMatchObject({ code: "output" });
    await expect(writeModel(join(parent, name), manifest, files, {})).rejects.toMatchObject({ code: "output" });
  }
  await writeModel(join(parent, "empty"), manifest, files, {});
  await readModel(join(parent, "empty"));
});

test("a place that no model can be written to is refused before there is one to write", async () => {
  const parent = await mkdtemp(join(tmpdir(), "hindcast-directory-"));
  await writeFile(join(parent, "file"), "");
  await expect(checkModelTarget(join(parent, "none", "model"))).rejects.toThrow("its directory does not exist");
  await expect(checkModelTarget(join(parent, "file", "model"))).rejects.toThrow("should be its directory is a file");
});

test("a file that is gone, or a link, is named", async () => {
  const { parent, path } = await written();
  await rename(join(path, "context.bin"), join(parent, "context.bin"));
  await expect(readModel(path)).rejects.toThrow("model/context.bin is missing");
  await symlink(join(parent, "context.bin"), join(path, "context.bin"));
  await expect(readModel(path)).rejects.toThrow("model/context.bin is a link");
});

test("what is no model, or not there, is said with how to make one", async () => {
  const parent = await mkdtemp(join(tmpdir(), "hindcast-directory-"));
  for (const path of [parent, join(parent, "nothing")])
    await expect(readModel(path)).rejects.toMatchObject({ code: "model", hint: expect.stringContaining("train") });
});

import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import {
  checkModelTarget,
  isModelDirectory,
  readBounded,
  readModel,
  syncDirectory,
  writeModel,
  writeSynced,
} from "../../src/artifact/directory.js";
import { temporaryBeside } from "../../src/base/leftovers.js";
import { usualMode } from "../../src/base/ownership.js";
import { sealJson } from "../../src/base/sealed-json.js";
import { temporaryDirectory } from "../support/directory.js";
import { manifest } from "./manifests.js";

const files = { "context.bin": Uint8Array.of(1, 2, 3) };

async function written() {
  const parent = await temporaryDirectory();
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

const broken = "restore it from a copy, or train the model again";

test("a directory of other things, a file and a link are never overwritten", async () => {
  const parent = await temporaryDirectory();
  await mkdir(join(parent, "photos"));
  for (const name of ["a", "b", "c", "d"]) await writeFile(join(parent, "photos", name), "");
  await writeFile(join(parent, "file"), "");
  await mkdir(join(parent, "empty"));
  await symlink(join(parent, "empty"), join(parent, "link"));
  for (const [name, message, hint] of [
    ["photos", "holds other files (a, b, c) and no hindcast.json", "choose a new directory for --out"],
    ["file", "is there and is no model directory", "choose another --out"],
    ["link", "is a link, and a model is not written through one", "choose another --out"],
  ] as const) {
    const path = join(parent, name);
    const refusal = { code: "output", message: `${path} ${message}`, hint };
    await expect(checkModelTarget(path)).rejects.toMatchObject(refusal);
    await expect(writeModel(path, manifest, files, {})).rejects.toMatchObject(refusal);
  }
  await writeModel(join(parent, "empty"), manifest, files, {});
  await readModel(join(parent, "empty"));
  await checkModelTarget(join(parent, "empty"));
  await checkModelTarget(join(parent, "new"));
});

test("a place that no model can be written to is refused before there is one to write", async () => {
  const parent = await temporaryDirectory();
  await writeFile(join(parent, "file"), "");
  const refusal = async (path: string, reason: unknown, hint: string) =>
    expect(checkModelTarget(path)).rejects.toMatchObject({ code: "output", message: reason, hint });
  const below = (...names: readonly string[]) => join(parent, ...names);
  for (const path of [below("none", "model"), below("file", "directory", "model")])
    await refusal(path, `${path} cannot be written: its directory does not exist`, `mkdir -p ${join(path, "..")}`);
  const path = below("file", "model");
  await refusal(path, `${path} cannot be written: what should be its directory is a file`, "choose another --out");
  const tooLong = below("x".repeat(300), "model");
  await refusal(tooLong, expect.stringContaining(`${tooLong} cannot be written: ENAMETOOLONG`), "choose another --out");
});

test("a model that cannot be written whole is not there at all, and the one before it stays", async () => {
  const { parent, path } = await written();
  // A file where a directory has to be.
  const clash = { "1/weights.bin": Uint8Array.of(1), "1": Uint8Array.of(2) };
  for (const name of ["model", "another"])
    await expect(writeModel(join(parent, name), manifest, clash, {})).rejects.toMatchObject({
      code: "output",
      message: expect.stringContaining(`cannot write the model to ${join(parent, name)}: EEXIST`),
      hint: "check that the directory above it exists, is writable and has room",
    });
  expect(await readdir(parent)).toEqual(["model"]);
  await readModel(path);
});

test("a model in the place of another has its mode, a new one the usual modes, and so have its files", async () => {
  const { path } = await written();
  const modeOf = (name: string) => statSync(join(path, name)).mode & 0o777;
  expect([".", "hindcast.json"].map(modeOf)).toEqual([usualMode("directory"), usualMode("file")]);
  await chmod(path, 0o710);
  await writeModel(path, manifest, files, {});
  expect([".", "context.bin"].map(modeOf)).toEqual([0o710, usualMode("file")]);
});

test("what a run leaves that is killed between its two renames is nobody's any more", async () => {
  const { parent, path } = await written();
  await mkdir(join(parent, ".model.previous"));
  await writeFile(join(parent, ".model.previous", "file"), "");
  await writeModel(path, manifest, files, {});
  expect(await readdir(parent)).toEqual(["model"]);
  await rm(path, { recursive: true });
  await mkdir(join(parent, ".model.previous"));
  await writeModel(path, manifest, files, {});
  expect(await readdir(parent)).toEqual(["model"]);
});

test("parts stand in directories of their own, and nowhere that links lead to", async () => {
  const parent = await temporaryDirectory();
  const path = join(parent, "model");
  await writeModel(path, manifest, { "1/2/weights.bin": Uint8Array.of(1) }, {});
  expect([...(await readModel(path)).files["1/2/weights.bin"]!]).toEqual([1]);
  for (const place of ["1/2", "1"]) {
    await rename(join(path, place), join(parent, "elsewhere"));
    const refusal = {
      code: "model",
      message: `${join(path, place)} is missing, or no directory`,
      hint: broken,
    };
    await expect(readModel(path)).rejects.toMatchObject(refusal);
    await symlink(join(parent, "elsewhere"), join(path, place));
    await expect(readModel(path)).rejects.toMatchObject(refusal);
    await rm(join(path, place));
    await rename(join(parent, "elsewhere"), join(path, place));
  }
});

test("a file that is gone, another, a link or none is named", async () => {
  const { parent, path } = await written();
  const file = join(path, "context.bin");
  const refusal = (reason: string) =>
    expect(readModel(path)).rejects.toMatchObject({ code: "model", message: `${file} ${reason}`, hint: broken });
  await writeFile(file, Uint8Array.of(1, 2));
  await refusal("is not what was written: its checksum does not fit");
  await writeFile(file, Uint8Array.of(1, 2, 4));
  await refusal("is not what was written: its checksum does not fit");
  await writeFile(file, Uint8Array.of(1, 2, 3, 4));
  await refusal("is larger than it was when written");
  await rename(file, join(parent, "context.bin"));
  await refusal("is missing");
  await symlink(join(parent, "context.bin"), file);
  await refusal("is a link, not a file");
  await rm(file);
  await mkdir(file);
  await refusal("is no file");
});

test("a manifest that is not one is refused, with what to do", async () => {
  const { path } = await written();
  const file = join(path, "hindcast.json");
  const { checksum: _, ...whole } = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  for (const [text, message, hint] of [
    ["{", "is not JSON", broken],
    [JSON.stringify(whole), "is not what was written: its checksum does not fit", broken],
    [
      sealJson({ ...whole, schema_version: 2 }),
      "has schema version 2; this program reads version 1",
      "use the version of hindcast that wrote it, or train the model again",
    ],
    [
      sealJson({ ...whole, columns: { time: 1 } }),
      "does not fit: columns.time: Invalid input: expected string, received number",
      "train the model again",
    ],
    [sealJson({ ...whole, more: 1 }), 'does not fit: the whole: Unrecognized key: "more"', "train the model again"],
  ] as const) {
    await writeFile(file, text);
    await expect(readModel(path)).rejects.toMatchObject({ code: "model", message: `${file} ${message}`, hint });
  }
});

test("what is no model, or not there, is said with how to make one", async () => {
  const parent = await temporaryDirectory();
  const file = join(parent, "file");
  await writeFile(file, "");
  const made = "name a directory that hindcast train --out has made";
  const nothing = join(parent, "nothing");
  for (const [path, message, hint] of [
    [parent, `${parent} is no model directory: it has no hindcast.json`, made],
    [file, `${file} is a file, and a model is a directory`, made],
    [nothing, `there is no model directory ${nothing}`, `make one: hindcast train data.csv -H 12 --out ${nothing}`],
  ] as const)
    await expect(readModel(path)).rejects.toMatchObject({ code: "model", message, hint });
  const tooLong = join(parent, "x".repeat(300));
  expect(() => isModelDirectory(tooLong)).toThrow(
    expect.objectContaining({
      code: "model",
      message: expect.stringContaining(`${join(tooLong, "hindcast.json")} cannot be read: ENAMETOOLONG`),
      hint: "check who may read it: ls -la",
      cause: expect.objectContaining({ code: "ENAMETOOLONG" }),
    }),
  );
  expect(isModelDirectory(parent)).toBe(false);
  expect(isModelDirectory(file)).toBe(false);
});

test("a file is read when it is no larger than it may be", async () => {
  const path = join(await temporaryDirectory(), "file");
  await writeFile(path, "abc");
  expect(Buffer.from(readBounded(path, 3)).toString()).toBe("abc");
  expect(() => readBounded(path, 2)).toThrow("is larger");
  expect(() => readBounded(`${path}${"x".repeat(300)}`, 3)).toThrow(
    expect.objectContaining({
      code: "model",
      message: expect.stringMatching(/ cannot be read: ENAMETOOLONG/),
      hint: broken,
      cause: expect.objectContaining({ code: "ENAMETOOLONG" }),
    }),
  );
});

test.runIf(process.platform === "linux")("no file is left open, be it read, written or refused", async () => {
  const parent = await temporaryDirectory();
  const openFiles = async () => (await readdir("/proc/self/fd")).length;
  const before = await openFiles();
  await writeSynced(join(parent, "file"), "abc");
  await expect(writeSynced(join(parent, "file"), "abc")).rejects.toMatchObject({ code: "EEXIST" });
  await syncDirectory(parent);
  await syncDirectory(join(parent, "nowhere"));
  readBounded(join(parent, "file"), 3);
  expect(() => readBounded(join(parent, "file"), 2)).toThrow("is larger");
  expect(await openFiles()).toBe(before);
});

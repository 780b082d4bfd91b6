import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { getBackend, matMul, tensor2d } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import type { Note } from "../../src/base/notes.js";
import { describeEngines, startEngine } from "../../src/engine/engine.js";
import { findNative, nativeHome, nativePackageIn } from "../../src/engine/native.js";
import { temporaryDirectory } from "../support/directory.js";
import { dataDirectory, startTestEngine, testEngineName } from "../support/engine.js";

/** npm may have installed a working native engine beside the sources; then it is never missing. */
const nativeAsDependency = findNative("/nowhere") !== undefined;

function collectNotes() {
  const notes: Note[] = [];
  return { notes, notify: (note: Note) => void notes.push(note) };
}

/** A data directory whose native engine has an add-on that does not load. */
async function brokenNative(): Promise<string> {
  const directory = await temporaryDirectory();
  const native = nativePackageIn(nativeHome(directory));
  await mkdir(join(native, "lib", "napi-v8"), { recursive: true });
  await writeFile(join(native, "package.json"), '{ "main": "index.js" }');
  await writeFile(join(native, "index.js"), 'require("./lib/napi-v8/tfjs_binding.node")');
  await writeFile(join(native, "lib", "napi-v8", "tfjs_binding.node"), "not a shared library");
  return directory;
}

test("the engine of the tests computes", async () => {
  const engine = await startTestEngine();
  expect(engine).toEqual({ name: testEngineName(), version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  const product = matMul(tensor2d([[1, 2]]), tensor2d([[3], [4]]));
  expect([...product.dataSync()]).toEqual([11]);
});

describe.skipIf(nativeAsDependency)("where the native engine is not installed", () => {
  test("auto takes wasm, says why, and has nothing to warn of", async () => {
    const { notes, notify } = collectNotes();
    const engine = await startEngine("auto", { dataDirectory: await temporaryDirectory(), notify });
    expect(engine).toMatchObject({ name: "wasm", reason: "the native engine is not installed" });
    expect(getBackend()).toBe("wasm");
    expect(notes).toEqual([]);
  });

  test("asking for it is an engine error that names the installation", async () => {
    const started = startEngine("native", { dataDirectory: await temporaryDirectory(), notify: collectNotes().notify });
    await expect(started).rejects.toMatchObject({
      code: "engine",
      message: "the native engine is not installed",
      hint: "hindcast engine install",
    });
  });

  test("the description says so, and that auto takes wasm", async () => {
    const engines = await describeEngines({ dataDirectory: await temporaryDirectory() });
    expect(engines.map(({ name, available, chosen }) => [name, available, chosen])).toEqual([
      ["native", false, false],
      ["wasm", true, true],
      ["cpu", true, false],
    ]);
    expect(engines[0]!.detail).toBe("the native engine is not installed; try: hindcast engine install");
  });
});

describe("where the native engine is damaged", () => {
  test("auto warns and takes wasm", async () => {
    const { notes, notify } = collectNotes();
    const engine = await startEngine("auto", { dataDirectory: await brokenNative(), notify });
    expect(engine.name).toBe("wasm");
    expect(engine.reason).toMatch(/^the native engine does not start: /);
    expect(notes).toEqual([{ level: "warning", text: expect.stringContaining("try: hindcast engine install") }]);
  });

  test("asking for it is an engine error on one line", async () => {
    const started = startEngine("native", { dataDirectory: await brokenNative(), notify: collectNotes().notify });
    await expect(started).rejects.toMatchObject({
      code: "engine",
      message: expect.stringMatching(/^the native engine .*$/),
    });
  });
});

test("a second start switches the backend", async () => {
  const options = { dataDirectory: dataDirectory(), notify: collectNotes().notify };
  expect(await startEngine("cpu", options)).toMatchObject({ name: "cpu" });
  expect(getBackend()).toBe("cpu");
  expect(await startEngine("wasm", options)).toMatchObject({ name: "wasm" });
  expect(getBackend()).toBe("wasm");
});

test("starting wasm leaves no listener that would swallow the stack of a bug", async () => {
  const count = () => process.listenerCount("uncaughtException") + process.listenerCount("unhandledRejection");
  const before = count();
  await startEngine("wasm", { dataDirectory: dataDirectory(), notify: collectNotes().notify });
  expect(count()).toBe(before);
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { describe, expect, test } from "vitest";
import { type InstallOptions, installNative } from "../../src/engine/install.js";
import { findNative, nativeHome, nativePackageIn } from "../../src/engine/native.js";
import { checkRequirements } from "../../src/engine/requirements.js";
import { bundleScript } from "../support/bundle.js";
import { temporaryDirectory } from "../support/directory.js";
import { dataDirectory as realDataDirectory, testEngineName } from "../support/engine.js";
import { zip } from "../support/zip.js";

const progress = { stage() {}, update() {}, stop() {} };

async function install(options: Partial<InstallOptions>): Promise<string> {
  return installNative({ dataDirectory: await temporaryDirectory(), env: process.env, progress, ...options });
}

const answers = `module.exports = {
  getBackend: () => "tensorflow", tensor2d() {}, matMul: () => ({ dataSync: () => [11] }) };`;
/** Until the installing process is gone. */
const hangs = `const parent = process.ppid;
  while (process.ppid === parent) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);`;

/** A directory with a native engine small enough to install in no time, told apart by its version. @param script its main file */
async function smallEngine(version: string, script: string): Promise<string> {
  const directory = await temporaryDirectory();
  const native = nativePackageIn(directory);
  await mkdir(join(native, "lib", "napi-v8"), { recursive: true });
  await writeFile(join(native, "package.json"), JSON.stringify({ main: "index.js", version }));
  await writeFile(join(native, "index.js"), script);
  await writeFile(join(native, "lib", "napi-v8", "tfjs_binding.node"), "");
  return directory;
}

/** A data directory with the small engine 1.0.0 in it. */
async function dataWithEngine(): Promise<string> {
  const dataDirectory = await temporaryDirectory();
  await install({ dataDirectory, from: await smallEngine("1.0.0", answers) });
  return dataDirectory;
}

/** Of the engine that would be started. */
async function versionIn(dataDirectory: string): Promise<unknown> {
  return JSON.parse(await readFile(join(findNative(dataDirectory)!, "package.json"), "utf8")).version;
}

function buildsIn(dataDirectory: string): string {
  return join(dirname(nativeHome(dataDirectory)), "builds");
}

describe("an engine that is already there", () => {
  test("gives way to one that works, and nothing else is left", async () => {
    const dataDirectory = await dataWithEngine();
    expect(await versionIn(dataDirectory)).toBe("1.0.0");
    const directory = await install({ dataDirectory, from: await smallEngine("2.0.0", answers) });
    expect(directory).toBe(findNative(dataDirectory));
    expect(await versionIn(dataDirectory)).toBe("2.0.0");
    expect(await readdir(buildsIn(dataDirectory))).toHaveLength(1);
  });

  test.each([
    ["does not load", 'throw new Error("no such symbol")', /Error: no such symbol/],
    ["computes wrongly", answers.replace("11", "12"), /Error: wrong result 12/],
    ["crashes", 'process.kill(process.pid, "SIGSEGV")', /when tried, failed/],
  ])("stays when the new one %s", async (_, script, message) => {
    const dataDirectory = await dataWithEngine();
    const installed = install({ dataDirectory, from: await smallEngine("2.0.0", script) });
    await expect(installed).rejects.toMatchObject({ code: "engine", message: expect.stringMatching(message) });
    expect(await versionIn(dataDirectory)).toBe("1.0.0");
    expect(await readdir(buildsIn(dataDirectory))).toHaveLength(1);
  });

  test("stays when the installation is interrupted, which leaves nothing behind", async () => {
    const dataDirectory = await dataWithEngine();
    const controller = new AbortController();
    const installed = install({
      dataDirectory,
      from: await smallEngine("2.0.0", hangs),
      progress: { ...progress, stage: (name) => void (name === "trying it" && controller.abort(new Error("Ctrl-C"))) },
      signal: controller.signal,
    });
    await expect(installed).rejects.toThrow("Ctrl-C");
    expect(await versionIn(dataDirectory)).toBe("1.0.0");
    expect(await readdir(buildsIn(dataDirectory))).toHaveLength(1);
  });

  test("stays when the installation is killed, and the next one cleans up after it", async () => {
    const dataDirectory = await dataWithEngine();
    const options = { dataDirectory, from: await smallEngine("2.0.0", hangs), env: {} };
    const bundle = await bundleScript(`
      import { installNative } from "./engine/install.js";
      const progress = { stage: (name) => console.log(name), update() {}, stop() {} };
      await installNative({ ...${JSON.stringify(options)}, progress });
    `);
    const child = spawn(process.execPath, [bundle.file], { stdio: ["ignore", "pipe", "inherit"] });
    for await (const text of child.stdout.setEncoding("utf8")) if (text.includes("trying it")) break;
    child.kill("SIGKILL");
    await once(child, "exit");
    await bundle.remove();
    expect(await versionIn(dataDirectory)).toBe("1.0.0");
    expect(await readdir(buildsIn(dataDirectory))).toHaveLength(2);

    await install({ dataDirectory, from: await smallEngine("3.0.0", answers) });
    expect(await versionIn(dataDirectory)).toBe("3.0.0");
    expect(await readdir(buildsIn(dataDirectory))).toHaveLength(1);
  });
});

test("an installation that another process is at is left alone", async () => {
  const dataDirectory = await temporaryDirectory();
  const running = join(buildsIn(dataDirectory), `${hostname()}-${process.ppid}-abcdef`);
  await mkdir(running, { recursive: true });
  await install({ dataDirectory, from: await smallEngine("1.0.0", answers) });
  expect(existsSync(running)).toBe(true);
});

describe("what cannot be installed is said before anything is downloaded", () => {
  test("a path that is not there", async () => {
    await expect(install({ from: "/no/such" })).rejects.toMatchObject({
      code: "engine",
      message: "--from /no/such: there is no such file or directory",
    });
  });

  test("a directory with nothing of use", async () => {
    await expect(install({ from: await temporaryDirectory() })).rejects.toMatchObject({
      code: "engine",
      message: expect.stringMatching(/neither a wheel of TensorFlow nor a native engine/),
    });
  });

  test("a wheel of something else", async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "tensorflow_io-1.0-py3.whl"), zip([{ name: "a.py", content: Buffer.from("1") }]));
    const env = { ...process.env, CXX: "true" };
    await expect(install({ from: directory, env })).rejects.toMatchObject({
      code: "engine",
      message: expect.stringMatching(/tensorflow_io-1\.0-py3\.whl holds no TensorFlow for linux x64/),
    });
  });

  test("a machine without npm", async () => {
    await expect(install({ env: { PATH: await temporaryDirectory() } })).rejects.toMatchObject({
      code: "engine",
      message: "npm is not on the PATH",
    });
  });

  test("a machine without a compiler, and one whose compiler does not compile", async () => {
    const env = { PATH: await pathWith("node", "npm", "sh") };
    await expect(install({ env })).rejects.toMatchObject({ code: "engine", message: "no C++ compiler was found" });
    // Answers when asked for its version, and fails with sources.
    await expect(install({ env: { ...env, CXX: "node" } })).rejects.toMatchObject({
      code: "engine",
      message: expect.stringMatching(/^the C\+\+ compiler node does not work: /),
    });
  });

  test("a machine without pip, unless the wheel is there", async () => {
    const env = { PATH: await pathWith("node", "npm", "true"), CXX: "true" };
    await expect(install({ env })).rejects.toMatchObject({ code: "engine", message: expect.stringMatching(/pip/) });
  });

  test("a disk that is too small", async () => {
    const child = { cwd: await temporaryDirectory(), env: process.env };
    await expect(checkRequirements(1e18, child)).rejects.toMatchObject({
      code: "engine",
      message: expect.stringMatching(/has \d+ MB free; the native engine needs 1000000000000 MB$/),
    });
  });

  test("a data directory that cannot be made", async () => {
    const dataDirectory = join(await temporaryDirectory(), "file");
    await writeFile(dataDirectory, "");
    await expect(install({ dataDirectory, from: await smallEngine("1.0.0", answers) })).rejects.toMatchObject({
      code: "engine",
      message: expect.stringMatching(/^cannot build in /),
      hint: expect.stringMatching(/XDG_DATA_HOME/),
    });
  });
});

/** A PATH with these programs alone. */
async function pathWith(...programs: string[]): Promise<string> {
  const directory = await temporaryDirectory();
  for (const program of programs) {
    const places = process.env.PATH!.split(delimiter).map((place) => join(place, program));
    await symlink(places.find((place) => existsSync(place))!, join(directory, program));
  }
  return directory;
}

test.runIf(testEngineName() === "native")("the real engine, copied, works in its new place", async () => {
  await expect(install({ from: nativeHome(realDataDirectory()) })).resolves.toMatch(/tfjs-node$/);
});

import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import * as z from "../../src/base/schema.js";
import { statusOf } from "../../src/base/status.js";
import {
  cannotWrite,
  isTemporaryName,
  isThere,
  listNames,
  readJson,
  replaceFile,
  temporaryName,
} from "../../src/registry/files.js";
import { temporaryDirectory } from "../support/directory.js";
import { tooLong } from "./registries.js";

test("a file that is replaced is there all the while, the old one or the new one", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "champion.json");
  const texts = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(50_000));
  writeFileSync(path, texts[0]!);
  const seen = new Set<string>();
  for (const text of texts.slice(1)) {
    let isDone = false;
    const replaced = replaceFile(path, text).finally(() => {
      isDone = true;
    });
    // Between any two calls to the system there is a turn for others.
    while (!isDone) {
      seen.add(readFileSync(path, "utf8"));
      await new Promise(setImmediate);
    }
    await replaced;
    expect(readFileSync(path, "utf8")).toBe(text);
  }
  expect(seen.size).toBeGreaterThan(1);
  expect([...seen].filter((text) => !texts.includes(text))).toEqual([]);
  expect(readdirSync(directory)).toEqual(["champion.json"]);
});

test("what a link leads to is not written, and nothing is left beside it", async () => {
  const directory = await temporaryDirectory();
  writeFileSync(join(directory, "mine"), "mine");
  symlinkSync("mine", join(directory, "champion.json"));
  await expect(replaceFile(join(directory, "champion.json"), "new")).rejects.toMatchObject({ code: "model" });
  expect(readFileSync(join(directory, "mine"), "utf8")).toBe("mine");
  expect(readdirSync(directory).sort()).toEqual(["champion.json", "mine"]);
});

test("where the system refuses, that is said of the name of the file", async () => {
  const directory = await temporaryDirectory();
  const path = join(directory, "no", "champion.json");
  await expect(replaceFile(path, "new")).rejects.toMatchObject({
    code: "output",
    message: expect.stringMatching(/no\/champion\.json cannot be written/),
  });
  expect(readdirSync(directory)).toEqual([]);
});

test("what cannot be put in its place is removed again", async () => {
  const directory = await temporaryDirectory();
  mkdirSync(join(directory, "champion.json"));
  await expect(replaceFile(join(directory, "champion.json"), "new")).rejects.toMatchObject({ code: "output" });
  expect(readdirSync(directory)).toEqual(["champion.json"]);
});

test("a temporary name is nobody else's, and known for what it is", () => {
  expect(temporaryName()).not.toBe(temporaryName());
  expect([temporaryName(), "1", "my.new-1"].map(isTemporaryName)).toEqual([true, false, false]);
});

test("what is at a path is told from nothing, and from what cannot be looked at", async () => {
  const directory = await temporaryDirectory();
  const [file, link, nothing] = ["file", "link", "nothing"].map((name) => join(directory, name)) as [
    string,
    ...string[],
  ];
  writeFileSync(file, "");
  symlinkSync("nowhere", link!);
  expect([directory, file, link!, nothing!, join(file, "below")].map(isThere)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(statusOf(link!)?.isSymbolicLink()).toBe(true);
  expect(listNames(directory).sort()).toEqual(["file", "link"]);
  expect(listNames(nothing!)).toEqual([]);
  expect(listNames(join(file, "below"))).toEqual([]);
  const path = join(directory, tooLong);
  for (const look of [statusOf, listNames])
    expect(() => look(path)).toThrow(
      expect.objectContaining({
        code: "model",
        message: expect.stringContaining(`${path} cannot be read: ENAMETOOLONG`),
        hint: "check who may read it: ls -la",
        cause: expect.objectContaining({ code: "ENAMETOOLONG" }),
      }),
    );
});

test("JSON is read when it fits, and is no larger than any file of a registry", async () => {
  const path = join(await temporaryDirectory(), "a.json");
  const schema = z.object({ a: z.object({ b: z.int() }) });
  const largest = 2 ** 20;
  writeFileSync(path, '{"a":{"b":1}}'.padEnd(largest));
  expect(readJson(path, schema)).toEqual({ a: { b: 1 } });
  for (const [text, reason] of [
    ['{"a":{"b":1}}'.padEnd(largest + 1), "is larger than it was when written"],
    ["{", "is not JSON"],
    ['{"a":{"b":"1"}}', "does not fit: a.b: Invalid input: expected number, received string"],
    ["1", "does not fit: the whole: Invalid input: expected object, received number"],
  ] as const) {
    writeFileSync(path, text);
    expect(() => readJson(path, schema)).toThrow(
      expect.objectContaining({ code: "model", message: `${path} ${reason}`, hint: expect.stringMatching(/^restore/) }),
    );
  }
});

test("only what the file system refuses is told as such", () => {
  const own = new HindcastError("model", "said already", "a hint");
  for (const error of [own, new Error("a bug"), "thrown"]) expect(cannotWrite("a", error)).toBe(error);
  const refused = Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", syscall: "write" });
  expect(cannotWrite("a", refused)).toMatchObject({
    code: "output",
    message: "a cannot be written: ENOSPC: no space left",
    hint: "check that its directory exists, is writable and has room",
    cause: refused,
  });
});

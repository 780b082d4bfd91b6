import { readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { replaceFile } from "../../src/registry/files.js";
import { temporaryDirectory } from "../support/directory.js";

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

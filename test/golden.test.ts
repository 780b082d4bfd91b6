// Command lines and what they print, as files: golden/<topic>/<case>/{cmd,stdout,stderr,exit}. `cmd` is a shell line, run by the real
// binary in a fresh directory that holds a copy of fixtures/ and of the case's own files/. A case's `mask` makes volatile text
// comparable: each of its lines is a pattern, a tab, and what stands for it. UPDATE_GOLDENS=1 writes what was got.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root, runShell } from "./support/hindcast.js";

const goldens = join(root, "test/golden");
const update = process.env.UPDATE_GOLDENS === "1";
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };

/** At most this many run at once: each may train a network. */
const slots = 2;
let running = 0;
const waiting: (() => void)[] = [];

async function inSlot<T>(work: () => Promise<T>): Promise<T> {
  if (running >= slots) await new Promise<void>((done) => waiting.push(done));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

interface Golden {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: string;
}

async function runCase(path: string): Promise<Golden> {
  const directory = mkdtempSync(join(tmpdir(), "hindcast-golden-"));
  try {
    cpSync(join(root, "fixtures"), join(directory, "fixtures"), { recursive: true });
    if (existsSync(join(path, "files"))) cpSync(join(path, "files"), directory, { recursive: true });
    const { stdout, stderr, exit } = await runShell(readFileSync(join(path, "cmd"), "utf8"), directory);
    const masks = readMasks(path);
    const mask = (text: string) =>
      masks.reduce(
        (masked, [pattern, replacement]) => masked.replaceAll(pattern, replacement),
        text.replaceAll(directory, "<dir>").replaceAll(version, "<version>"),
      );
    return { stdout: mask(stdout), stderr: mask(stderr), exit: `${exit}\n` };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function readMasks(path: string): [RegExp, string][] {
  if (!existsSync(join(path, "mask"))) return [];
  const lines = readFileSync(join(path, "mask"), "utf8").split("\n");
  return lines
    .filter((line) => line !== "")
    .map((line) => {
      const [pattern, replacement] = line.split("\t");
      if (pattern === undefined || replacement === undefined) throw new Error(`${path}/mask: no tab in "${line}"`);
      return [new RegExp(pattern, "g"), replacement];
    });
}

/** An absent file stands for an empty one, and for exit code 0. */
function readGolden(path: string): Golden {
  const read = (name: string, absent: string) =>
    existsSync(join(path, name)) ? readFileSync(join(path, name), "utf8") : absent;
  return { stdout: read("stdout", ""), stderr: read("stderr", ""), exit: read("exit", "0\n") };
}

function writeGolden(path: string, golden: Golden): void {
  for (const [name, text, absent] of [
    ["stdout", golden.stdout, ""],
    ["stderr", golden.stderr, ""],
    ["exit", golden.exit, "0\n"],
  ] as const) {
    if (text === absent) rmSync(join(path, name), { force: true });
    else writeFileSync(join(path, name), text);
  }
}

const directoriesIn = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();

describe.each(directoriesIn(goldens))("%s", (topic) => {
  test.concurrent.each(directoriesIn(join(goldens, topic)))("%s prints what it printed before", async (name) => {
    const path = join(goldens, topic, name);
    const got = await inSlot(() => runCase(path));
    if (update) writeGolden(path, got);
    else expect(got).toEqual(readGolden(path));
  });
});

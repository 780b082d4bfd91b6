// docs/export.md works as pasted: its lines are run, and its program, in onnxruntime.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeRecord } from "../../src/export/event-file.js";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const page = readFileSync(join(root, "docs/export.md"), "utf8");
const block = (language: string) => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)?.[1] ?? "";

let directory: string;
/** In the repository, where its packages are found. */
let programs: string;

beforeAll(async () => {
  directory = await temporaryDirectory();
  programs = await mkdtemp(join(root, "node_modules", ".hindcast-test-"));
  cpSync(join(root, "fixtures/air-passengers.csv"), join(directory, "fixtures/air-passengers.csv"));
  const train = block("sh").replace("--out model", "--out model --epochs 3 --quiet > /dev/null");
  const naive = "hindcast train fixtures/air-passengers.csv -H 12 --model naive --out naive --quiet > /dev/null";
  expect(await runShell(`${train}\n${naive}`, directory)).toEqual({ stdout: "", stderr: "", exit: 0 });
});
afterAll(() => rmSync(programs, { recursive: true, force: true }));

describe("export", () => {
  test("gives a file that forecasts in onnxruntime what the model does, by the program on the page", async () => {
    // The same engine and calls, compiled to WebAssembly: a package without an install script.
    writeFileSync(join(programs, "forecast.mjs"), block("js").replace("onnxruntime-node", "onnxruntime-web"));
    const program = await runShell(`"${process.execPath}" "${join(programs, "forecast.mjs")}"`, directory);
    expect(program).toMatchObject({ stderr: "", exit: 0 });
    const found = program.stdout.trim().split("\n").map(Number);
    const { stdout } = await runShell("hindcast forecast --from model --level none", directory);
    const rows = stdout.trim().split("\n").slice(1);
    expect(rows).toHaveLength(12);
    expect(found).toHaveLength(12);
    // The network computes in float32.
    const shares = rows.map((row, k) => found[k]! / Number(row.split(",")[1]));
    for (const share of shares) expect(share).toBeCloseTo(1, 5);
  });

  test("writes the same bytes to stdout, to FILE and to -o FILE, and nothing beside them", async () => {
    const line = "hindcast export --from model --to onnx";
    const all = `${line} > a.onnx && ${line} b.onnx && ${line} -o c.onnx && ${line} - | cat > d.onnx`;
    expect(await runShell(all, directory)).toEqual({ stdout: "", stderr: "", exit: 0 });
    const [a, ...others] = ["a", "b", "c", "d"].map((name) => readFileSync(join(directory, `${name}.onnx`)));
    expect(a!.length).toBeGreaterThan(1000);
    for (const other of others) expect(other.equals(a!)).toBe(true);
  });

  test.each([
    ["--to onnx x.onnx", 2, "export needs a model that is trained already"],
    ["--from model x.onnx", 2, "export needs to know the form of the file"],
    ["--from model --to keras x.onnx", 2, '--to is "keras"'],
    ["--from model --to onnx x.onnx y.onnx", 2, '"y.onnx" is one more'],
    ["--from model --to onnx x.onnx -o y.onnx", 2, "export writes one file"],
    ["--from naive --to onnx x.onnx", 2, "naive holds the model naive, which is no single network"],
    ["--from nothing --to onnx x.onnx", 5, "there is no model directory nothing"],
    ["--from model --to onnx nothing/x.onnx", 8, "nothing/x.onnx cannot be written"],
  ])("refuses %s with exit code %i, and leaves no file", async (flags, exit, reason) => {
    const { stdout, stderr, exit: code } = await runShell(`hindcast export ${flags}`, directory);
    expect({ stdout, code }).toEqual({ stdout: "", code: exit });
    expect(stderr).toContain(reason);
    expect(readdirSync(directory).filter((name) => /^\.?[xy]/.test(name))).toEqual([]);
  });
});

/** The data of each record, whose checksums are looked at. */
function recordsOf(bytes: Buffer): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 16 + Number(bytes.readBigUInt64LE(at));
    const data = Uint8Array.from(bytes.subarray(at + 12, end - 4));
    expect(Buffer.from(encodeRecord(data)).equals(bytes.subarray(at, end))).toBe(true);
    records.push(data);
    at = end;
  }
  return records;
}

describe("train --tensorboard", () => {
  const train = "hindcast train fixtures/air-passengers.csv -H 12 --model rnn --epochs 3 --quiet";

  test("writes each epoch of each training, and the model stays the same", async () => {
    const line = `${train} --out plain > a.csv && ${train} --out curved --tensorboard runs > b.csv`;
    expect(await runShell(line, directory)).toEqual({ stdout: "", stderr: "", exit: 0 });
    const weights = (name: string) => readFileSync(join(directory, name, "weights.bin"));
    expect(weights("curved").equals(weights("plain"))).toBe(true);
    const files = readdirSync(join(directory, "runs"), { recursive: true, encoding: "utf8" })
      .filter((path) => basename(path).startsWith("events.out.tfevents."))
      .sort();
    expect(files.map((file) => basename(dirname(file)))).toEqual(["1-held-back", "2-everything"]);
    const [heldBack, everything] = files.map((file) => recordsOf(readFileSync(join(directory, "runs", file))));
    // A version, then a record an epoch.
    expect(heldBack).toHaveLength(1 + 3);
    const tags = (record: Uint8Array) =>
      Buffer.from(record)
        .toString("latin1")
        .match(/(validation_)?loss|learning_rate/g);
    expect(tags(heldBack![1]!)).toEqual(["loss", "validation_loss", "learning_rate"]);
    expect(tags(everything![1]!)).toEqual(["loss", "learning_rate"]);
  });

  test("says before it trains that the directory cannot be written", async () => {
    const { stderr, exit } = await runShell(`${train} --out never --tensorboard model/weights.bin/runs`, directory);
    expect(exit).toBe(8);
    expect(stderr).toContain("model/weights.bin/runs cannot be written: what should be its directory is a file");
    expect(readdirSync(directory)).not.toContain("never");
  });
});

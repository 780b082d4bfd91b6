import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import { createOutputs } from "../../src/commands/output.js";
import { streamSink } from "../../src/commands/stream.js";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const setUp = async () => {
  const directory = await temporaryDirectory();
  const stdout = new PassThrough();
  return { directory, stdout, outputs: createOutputs(streamSink(stdout, "stdout"), directory) };
};
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => "written",
    (error: unknown) => (error instanceof HindcastError ? error.code : error),
  );

describe("an output file", () => {
  test("the name of a file says its format where no flag does", async () => {
    const directory = await temporaryDirectory();
    const line = `hindcast forecast ${join(root, "fixtures/air-passengers.csv")} -H 1 --model naive --level none -q -o`;
    for (const [name, start] of [
      ["a.json", '{"schema_version":1'],
      ["a.jsonl", '{"schema_version":1'],
      ["a.tsv", "month\tforecast"],
      ["a.txt", "month,forecast"],
      ["a.json --format csv", "month,forecast"],
    ] as const) {
      expect(await runShell(`${line} ${name}`, directory)).toMatchObject({ exit: 0, stderr: "" });
      expect(readFileSync(join(directory, name.split(" ")[0]!), "utf8").startsWith(start)).toBe(true);
    }
    expect(await runShell(`${line} a.parquet`, directory)).toMatchObject({ exit: 2 });
    const over = "cp a.txt b.txt; hindcast forecast b.txt -H 1 --model naive -o b.txt";
    expect(await runShell(over, directory)).toMatchObject({ exit: 2, stderr: expect.stringContaining("written over") });
  });

  test("is the old one until the new one is whole", async () => {
    const { directory, outputs } = await setUp();
    const path = join(directory, "next.csv");
    writeFileSync(path, "old");
    await outputs.prepare("next.csv");
    expect(readdirSync(directory)).toHaveLength(2);
    let seen = "";
    await outputs.write("next.csv", {
      *[Symbol.iterator]() {
        yield "x".repeat(200_000);
        seen = readFileSync(path, "utf8");
        yield "end";
      },
    });
    expect(seen).toBe("old");
    expect(readFileSync(path, "utf8")).toBe(`${"x".repeat(200_000)}end`);
    expect(readdirSync(directory)).toEqual(["next.csv"]);
  });

  test("is refused where the system lets nobody look", async () => {
    const { directory, outputs } = await setUp();
    const name = "a".repeat(300);
    await expect(outputs.prepare(name)).rejects.toMatchObject({
      code: "output",
      message: expect.stringMatching(/^a{300} cannot be written: ENAMETOOLONG/),
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("that was prepared and not written leaves nothing behind, and the old one as it was", async () => {
    const { directory, outputs } = await setUp();
    writeFileSync(join(directory, "next.csv"), "old");
    await outputs.prepare("next.csv");
    outputs.discard();
    expect(readdirSync(directory)).toEqual(["next.csv"]);
    expect(readFileSync(join(directory, "next.csv"), "utf8")).toBe("old");
  });

  test("whose rows fail half-way is not there", async () => {
    const { directory, outputs } = await setUp();
    const rows = function* () {
      yield "a\n";
      throw new HindcastError("data", "bad row", "mend it");
    };
    expect(await codeOf(outputs.write("next.csv", rows()))).toBe("data");
    outputs.discard();
    expect(readdirSync(directory)).toEqual([]);
  });

  test("keeps the mode of the one it takes the place of, and is reached through a link", async () => {
    const { directory, outputs } = await setUp();
    writeFileSync(join(directory, "real.csv"), "old");
    chmodSync(join(directory, "real.csv"), 0o640);
    symlinkSync("real.csv", join(directory, "link.csv"));
    await outputs.write("link.csv", ["new"]);
    expect(readFileSync(join(directory, "real.csv"), "utf8")).toBe("new");
    expect(statSync(join(directory, "real.csv")).mode & 0o777).toBe(0o640);
  });

  test("is nobody else's to read until it is whole, and then as the umask has it", async () => {
    const { directory, outputs } = await setUp();
    const modeOf = (name: string) => statSync(join(directory, name)).mode & 0o777;
    await outputs.prepare("next.csv");
    expect(readdirSync(directory).map(modeOf)).toEqual([0o600]);
    await outputs.write("next.csv", ["x"]);
    writeFileSync(join(directory, "usual"), "");
    expect(modeOf("next.csv")).toBe(modeOf("usual"));
  });

  test("at a link of another user's is refused, and what the link leads to stays", async ({ skip }) => {
    if (process.getuid?.() !== 0) return skip("only root can make links for others");
    const { directory, outputs } = await setUp();
    writeFileSync(join(directory, "mine.csv"), "mine");
    for (const target of ["mine.csv", "nothing.csv", "/dev/null"]) {
      symlinkSync(target, join(directory, "next.csv"));
      lchownSync(join(directory, "next.csv"), 65_534, 65_534);
      expect(await codeOf(outputs.prepare("next.csv"))).toBe("output");
      expect(await codeOf(outputs.write("next.csv", ["x"]))).toBe("output");
      rmSync(join(directory, "next.csv"));
    }
    expect(readdirSync(directory)).toEqual(["mine.csv"]);
    expect(readFileSync(join(directory, "mine.csv"), "utf8")).toBe("mine");
  });

  test("that cannot be is refused before any work, with the reason", async () => {
    const { directory, outputs } = await setUp();
    mkdirSync(join(directory, "folder"));
    expect(await codeOf(outputs.prepare("folder"))).toBe("output");
    await expect(outputs.prepare("none/next.csv")).rejects.toThrow(
      "none/next.csv cannot be written: its directory does",
    );
  });
});

describe("what a file cannot be put in place of", () => {
  test("a device is written directly", async () => {
    const { outputs } = await setUp();
    await outputs.prepare("/dev/null");
    await outputs.write("/dev/null", ["x"]);
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(await codeOf(outputs.write("/dev/full", ["x"]))).toBe("output");
  });

  test("a FIFO is written directly, when the time has come", async () => {
    const { directory, outputs } = await setUp();
    execFileSync("mkfifo", [join(directory, "pipe")]);
    await outputs.prepare("pipe");
    const { open } = await import("node:fs/promises");
    const [text] = await Promise.all([
      open(join(directory, "pipe")).then(async (file) => {
        const held = await file.readFile("utf8");
        await file.close();
        return held;
      }),
      outputs.write("pipe", ["a\n", "b\n"]),
    ]);
    expect(text).toBe("a\nb\n");
    expect(readdirSync(directory)).toEqual(["pipe"]);
  });

  test("- and /dev/stdout are stdout", async () => {
    const { directory, stdout, outputs } = await setUp();
    for (const path of ["-", "/dev/stdout", undefined]) await outputs.write(path, ["x"]);
    expect(stdout.read().toString()).toBe("xxx");
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("a stream", () => {
  const failing = (code: string) =>
    new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code, syscall: "write" })),
    });

  test("whose reader went away has been written successfully", async () => {
    expect(await codeOf(streamSink(failing("EPIPE"), "stdout").write(["x"]))).toBe("written");
  });

  test("that is full is a failure of the output", async () => {
    await expect(streamSink(failing("ENOSPC"), "stdout").write(["x"])).rejects.toThrow(
      "stdout cannot be written: no space",
    );
  });

  test("that is slow is waited for, so that no more than a chunk is held", async () => {
    let held = 0;
    let most = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        setTimeout(() => {
          held -= chunk.length;
          done();
        }, 2);
      },
    });
    const rows = function* () {
      for (let i = 0; i < 4000; i++) {
        held += 100;
        most = Math.max(most, held);
        yield "x".repeat(100);
      }
    };
    await streamSink(slow, "stdout").write(rows());
    // Two chunks of 64 KiB: one being written, one being gathered.
    expect(most).toBeLessThanOrEqual(2 * 65_636);
  });
});

describe("two outputs of a run", () => {
  const passengers = join(root, "fixtures/air-passengers.csv");
  const backtest = `hindcast backtest ${passengers} -H 2 --model naive`;
  const forecast = `hindcast forecast ${passengers} -H 2 --model naive`;
  const tune = `hindcast tune ${passengers} -H 2 --max-trials 1 --epochs 1`;

  test.each([
    [`${backtest} --predictions x.csv -o ./x.csv`, "--predictions x.csv is where the scores are written"],
    [`${backtest} --predictions -`, "--predictions - is where the scores are written"],
    [`${backtest} --report -`, "--report - is where the scores are written"],
    [`${backtest} --predictions x.out --report x.out`, "--report x.out is where the predictions are written"],
    [`${forecast} --report -`, "--report - is where the rows are written"],
    [`${forecast} --report /dev/stdout`, "--report /dev/stdout is where the rows are written"],
    [`${forecast} -o x.csv --report sub/../x.csv`, "--report sub/../x.csv is where the rows are written"],
    [`${forecast} -o old.csv --report link.csv`, "--report link.csv is where the rows are written"],
    [`${tune} --out -`, "--out - is where the rows are written"],
    [`${tune} --out x.json --trials-file ./x.json`, "--trials-file ./x.json is where the settings are written"],
  ])("that would be one are refused, and nothing is touched: %s", async (line, message) => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, "old.csv"), "old");
    symlinkSync("old.csv", join(directory, "link.csv"));
    const { stdout, stderr, exit } = await runShell(line, directory);
    expect([stdout, stderr, exit]).toEqual(["", `hindcast: error: ${message}\ntry: give each a file of its own\n`, 2]);
    expect(readdirSync(directory).sort()).toEqual(["link.csv", "old.csv"]);
    expect(readFileSync(join(directory, "old.csv"), "utf8")).toBe("old");
  });

  test("that are apart are all written", async () => {
    const directory = await temporaryDirectory();
    const { stdout, exit } = await runShell(`${backtest} --predictions - -o x.csv --report x.html`, directory);
    expect(exit).toBe(0);
    expect(stdout.split("\n")[0]).toContain("origin");
    expect(readdirSync(directory).sort()).toEqual(["x.csv", "x.html"]);
  });
});

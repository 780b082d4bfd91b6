// `hindcast pipe` as a process between others: order, errors, pauses, slow and vanished readers, memory.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { cleanEnvironment, root, runShell } from "../support/hindcast.js";
import { csvOf, lineOf, panel, trainShell } from "../support/pipe-panel.js";

let directory = "";

/** The panel of eight series, one a line, and a network trained on the first five. */
beforeAll(async () => {
  directory = await temporaryDirectory();
  writeFileSync(join(directory, "panel.csv"), csvOf(panel));
  writeFileSync(join(directory, "some.csv"), csvOf(panel.slice(0, 5)));
  writeFileSync(join(directory, "panel.ndjson"), panel.map((one) => `${lineOf(one)}\n`).join(""));
  expect((await runShell(trainShell, directory)).exit).toBe(0);
});

const jsonLines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** Starts hindcast with open ends. */
function start(...args: string[]) {
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [join(root, "bin/hindcast.js"), ...args], {
    cwd: directory,
    env: cleanEnvironment(directory),
  });
  let stdout = "";
  child.stderr.resume();
  const closed = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  const listen = () => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
  };
  const lineCount = async (count: number) => {
    while (stdout.split("\n").length <= count) await new Promise((done) => setTimeout(done, 5));
  };
  return { child, closed, listen, lineCount, stdout: () => stdout };
}

describe("what comes out", () => {
  test("is to the last digit what `forecast` says of each series, those the network has not seen included", async () => {
    const [piped, whole] = await Promise.all([
      runShell("hindcast pipe --from model --level 80,95 < panel.ndjson", directory),
      runShell("hindcast forecast panel.csv --from model --level 80,95", directory),
    ]);
    const rows = whole.stdout.trim().split("\n").slice(1);
    const lines = jsonLines(piped.stdout);
    expect(piped.exit).toBe(0);
    expect(lines.map(({ id }) => id)).toEqual(panel.map(({ id }) => id));
    const told = lines.flatMap(({ id, start: first, forecast, quantiles }) => {
      const { "0.025": low95, "0.1": low80, "0.9": high80, "0.975": high95 } = quantiles as Record<string, number[]>;
      return (forecast as number[]).map((value, k) => {
        const stamp = new Date(Date.parse(String(first)) + k * 86_400_000).toISOString().slice(0, 10);
        return [id, stamp, value, low80![k], high80![k], low95![k], high95![k]].join(",");
      });
    });
    expect(told).toEqual(rows);
  });

  test("echoes id and start as they came, with a prefix of the horizon, limits and quantiles", async () => {
    const lines = [
      { id: 7, start: "2024-01-31T00:00+02:00", freq: "d", target: [1, 2, 3, 5] },
      { id: ["a", 2], start: "2024-01-01", target: [9, null, 7, null] },
    ];
    writeFileSync(join(directory, "ids.ndjson"), lines.map((line) => JSON.stringify(line)).join("\r\n"));
    const line = "hindcast pipe --from model -H 2 --quantiles 0.5 --min 4 --max 6 --integer < ids.ndjson";
    const { stdout, exit } = await runShell(line, directory);
    const [first, second] = jsonLines(stdout);
    expect(exit).toBe(0);
    expect(first).toMatchObject({ schema_version: 1, type: "forecast", id: 7, start: "2024-02-04T00:00+02:00" });
    // The missing value at the end is a step that is past.
    expect(second).toMatchObject({ id: ["a", 2], start: "2024-01-05" });
    for (const { forecast, quantiles } of [first!, second!]) {
      expect(Object.keys(quantiles as object)).toEqual(["0.5"]);
      expect(forecast).toHaveLength(2);
      for (const value of forecast as number[]) expect([4, 5, 6]).toContain(value);
    }
  });

  test.each(["pretrained", "ets", "seasonal-naive"])("needs no model directory with --model %s", async (model) => {
    const [piped, single] = await Promise.all([
      runShell(`head -n 2 panel.ndjson | hindcast pipe --model ${model} -H 3 --level none`, directory),
      runShell(`hindcast forecast panel.csv --only s0 --model ${model} -H 3 --level none -q`, directory),
    ]);
    const [first, second, ...more] = jsonLines(piped.stdout);
    expect([second?.id, more]).toEqual(["s1", []]);
    const rows = single.stdout.trim().split("\n").slice(1);
    expect((first!.forecast as number[]).map(String)).toEqual(rows.map((row) => row.split(",")[2]));
  });

  test("a file that is asked for is there when all is done", async () => {
    const { stdout, exit } = await runShell("hindcast pipe --from model -o out.ndjson < panel.ndjson", directory);
    expect([stdout, exit]).toEqual(["", 0]);
    expect(jsonLines(readFileSync(join(directory, "out.ndjson"), "utf8"))).toHaveLength(panel.length);
  });
});

describe("covariates", () => {
  const steps = Array.from({ length: 46 }, (_, t) => t);
  const stores = ["k0", "k1"].map((id, s) => ({
    id,
    start: "2024-01-01",
    target: steps.slice(0, 40).map((t) => 10 + s + (t % 7)),
    past: { temp: steps.slice(0, 40).map((t) => (t === 5 ? null : (t * 37) % 11)) },
    future: { promo: steps.map((t) => (t % 9 === 0 ? "yes" : "no")) },
    static: { size: 2 * s, kind: s === 0 ? "small" : "big" },
  }));

  beforeAll(async () => {
    const rows = stores.flatMap(({ id, start: first, target, past, future, static: { size, kind } }) =>
      steps.map((t) => {
        const stamp = new Date(Date.parse(first) + t * 86_400_000).toISOString().slice(0, 10);
        return [id, stamp, target[t] ?? "", past.temp[t] ?? "", future.promo[t], size, kind].join(",");
      }),
    );
    writeFileSync(join(directory, "stores.csv"), ["id,ds,y,temp,promo,size,kind", ...rows, ""].join("\n"));
    writeFileSync(join(directory, "stores.ndjson"), stores.map((store) => `${JSON.stringify(store)}\n`).join(""));
    const kinds = "--past temp --future promo --static size,kind --holidays DE";
    const train = `hindcast train stores.csv ${kinds} -H 6 --model gru --window 14 --epochs 1 --out stores -q`;
    expect((await runShell(train, directory)).exit).toBe(0);
  });

  test("are what they are in a table", async () => {
    const [piped, whole] = await Promise.all([
      runShell("hindcast pipe --from stores --level none < stores.ndjson", directory),
      runShell("hindcast forecast stores.csv --from stores --level none -q", directory),
    ]);
    const told = jsonLines(piped.stdout).flatMap(({ forecast }) => (forecast as number[]).map(String));
    const rows = whole.stdout.trim().split("\n").slice(1);
    expect(told).toEqual(rows.map((row) => row.split(",")[2]));
  });

  test("are checked against what the model was trained on", async () => {
    const [store] = stores;
    const lines = [
      { ...store, future: {}, past: { ...store!.past, ...store!.future } },
      { ...store, future: { promo: steps.slice(0, 45).map(() => "no") } },
      { ...store, future: { promo: steps.map((t) => (t === 44 ? null : "no")) } },
      { ...store, past: { temp: [1] } },
      { ...store, static: { size: "large", kind: "big" } },
      { ...store, static: { size: 1, kind: "huge" }, past: { ...store!.past, more: [] } },
    ];
    writeFileSync(join(directory, "odd.ndjson"), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const { stdout, stderr, exit } = await runShell("hindcast pipe --from stores < odd.ndjson", directory);
    expect(jsonLines(stdout).map(({ message, type }) => message ?? type)).toEqual([
      "future.promo is missing: promo stands in past",
      "future.promo has 45 values where 46 are needed",
      "future.promo[44] is missing, and lies ahead",
      "past.temp has 1 values where 40 are needed",
      expect.stringContaining('"large", and not a number'),
      "forecast",
    ]);
    expect(stderr).toContain("taken for none that was: kind huge");
    expect(stderr).toContain("does not look at more");
    expect(exit).toBe(3);
  });
});

describe("a bad line", () => {
  test("one of a thousand costs the others nothing: 999 forecasts in order, its error in its place, exit code 3", async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => lineOf({ ...panel[i % 8]!, id: `n${i}` }));
    lines[499] = '{"id":"broken","start":"2024-01-01","freq":"d","target":[1,"NaN"]}';
    writeFileSync(join(directory, "thousand.ndjson"), `${lines.join("\n")}\n`);
    const { stdout, stderr, exit } = await runShell("hindcast pipe --from model < thousand.ndjson", directory);
    const told = jsonLines(stdout);
    expect(exit).toBe(3);
    expect(told.map(({ id }) => id)).toEqual(lines.map((_, i) => (i === 499 ? "broken" : `n${i}`)));
    expect(told.filter(({ type }) => type === "forecast")).toHaveLength(999);
    expect(told[499]).toMatchObject({ schema_version: 1, type: "error", code: "data", line: 500 });
    expect(stderr).toBe("hindcast: warning: 1 of 1000 lines are in error; the others are forecast\n");
  });

  const faults: readonly (readonly [fault: string, line: string, message: string])[] = [
    ["no JSON", "{", "not JSON"],
    ["no object", "[1]", "no JSON object"],
    ["NaN", '{"id":"a","start":"2024-01-01","freq":"d","target":[NaN]}', "not JSON"],
    ["an infinite number", '{"id":"a","start":"2024-01-01","freq":"d","target":[1e999]}', "target[0] is infinite"],
    ["nothing observed", '{"id":"a","start":"2024-01-01","freq":"d","target":[null]}', "no observed value"],
    ["no target", '{"id":"a","start":"2024-01-01","freq":"d"}', "target is missing"],
    ["another frequency", '{"id":"a","start":"2024-01-01","freq":"h","target":[1]}', "the model's is d"],
    ["no frequency at all", '{"id":"a","start":"2024-01-01","freq":"often","target":[1]}', "not a frequency"],
    ["no stamp", '{"id":"a","start":"01/02/2024","freq":"d","target":[1]}', "not a stamp"],
    ["a prototype", '{"id":"a","__proto__":{},"start":"2024-01-01","freq":"d","target":[1]}', "__proto__"],
    ["a key twice", '{"id":"a","start":"2024-01-01","freq":"d","target":[1],"\\u0066req":"d"}', "stands twice"],
    ["an id that is none", '{"id":{},"start":"2024-01-01","freq":"d","target":[1]}', "id is {}"],
    ["bytes that are no text", "{\xff}", "not UTF-8"],
  ];

  test("of any kind is an error line that says so, and where all are bad the exit code is 4", async () => {
    const text = ["", ...faults.map(([, line]) => line), ""].join("\n");
    writeFileSync(join(directory, "bad.ndjson"), Buffer.from(text, "latin1"));
    const { stdout, stderr, exit } = await runShell("hindcast pipe --from model < bad.ndjson", directory);
    const told = jsonLines(stdout);
    for (const [i, [fault, , message]] of faults.entries())
      expect(told[i], fault).toMatchObject({
        type: "error",
        code: "data",
        line: i + 2,
        message: expect.stringContaining(message),
      });
    expect(told).toHaveLength(faults.length);
    expect(stderr).toContain(`all ${faults.length} lines are in error`);
    expect(exit).toBe(4);
  });

  test("no lines at all are no error", async () => {
    expect(await runShell("hindcast pipe --from model < /dev/null", directory)).toEqual({
      stdout: "",
      stderr: "",
      exit: 0,
    });
  });
});

describe("between slow and vanished neighbours", () => {
  test("a slow producer has each answer at once", async () => {
    const { child, closed, listen, lineCount, stdout } = start("pipe", "--from", "model");
    listen();
    for (const [i, one] of panel.entries()) {
      child.stdin.write(`${lineOf(one)}\n`);
      // Nothing more is written until the answer is there: if it waited for more, this would wait for ever.
      await lineCount(i + 1);
    }
    child.stdin.end();
    expect(await closed).toBe(0);
    // And it is the answer that it would have had among others.
    expect(stdout()).toBe((await runShell("hindcast pipe --from model < panel.ndjson", directory)).stdout);
  });

  test("an endless producer ends with its reader", async () => {
    const line = `yes '${lineOf(panel[0]!)}' | hindcast pipe --from model -q | head -5; echo "\${PIPESTATUS[1]}"`;
    const { stdout, stderr } = await runShell(line, directory);
    expect(stdout.split("\n").slice(5)).toEqual(["0", ""]);
    expect(stderr).toBe("");
  });

  test("a reader that pauses stops the reading, in bounded memory, and a signal still ends it", async () => {
    const { child, closed } = start("pipe", "--from", "model", "--level", "none");
    const chunk = `${lineOf(panel[0]!)}\n`.repeat(100);
    let taken = 0;
    const feed = () => {
      while (taken < 256 * 2 ** 20) {
        taken += chunk.length;
        if (!child.stdin.write(chunk)) return child.stdin.once("drain", feed);
      }
      return undefined;
    };
    child.stdin.on("error", () => {});
    feed();
    // It runs, however long its start took: its first answer has come. Nobody reads more than what a stream holds by itself.
    await once(child.stdout, "readable");
    // What was taken stops growing: twice the same after a pause.
    let before = -1;
    while (taken !== before) {
      before = taken;
      await new Promise((done) => setTimeout(done, 300));
    }
    // One batch, its successor, and what the pipes hold: 4 MiB and 128 KiB would be plenty.
    expect(taken).toBeLessThan(16 * 2 ** 20);
    const resident = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
    expect(resident).toBeLessThan(300 * 1024);
    child.kill("SIGTERM");
    expect(await closed).toBe(143);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends a wait for lines with exit code %d", async (signal, exitCode) => {
    const { child, closed, listen, lineCount } = start("pipe", "--from", "model");
    listen();
    child.stdin.write(`${lineOf(panel[0]!)}\n`);
    await lineCount(1);
    child.kill(signal);
    expect(await closed).toBe(exitCode);
  });

  test.skipIf(process.platform !== "linux")("memory does not grow with the number of lines", async () => {
    const { child, closed } = start("pipe", "--from", "model", "-H", "1", "--level", "none", "-q");
    let lineCount = 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      lineCount += text.split("\n").length - 1;
    });
    const peakAt = async (count: number) => {
      const lines = readFileSync(join(directory, "panel.ndjson"), "utf8").repeat(100);
      for (let sent = lineCount; sent < count; sent += 800) child.stdin.write(lines);
      while (lineCount < count) await new Promise((done) => setTimeout(done, 5));
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]);
    };
    const early = await peakAt(4_000);
    // Seven times as many lines: the heap of young objects grows to its size, and nothing else does.
    expect((await peakAt(28_000)) - early).toBeLessThan(64 * 1024);
    child.stdin.end();
    expect(await closed).toBe(0);
  });
});

describe("what cannot be asked for", () => {
  test.each([
    ["hindcast pipe", "pipe needs a model"],
    ["hindcast pipe --model pretrained", "pipe needs a horizon"],
    ["hindcast pipe --model gru -H 2", "--model gru has to be trained first"],
    ["hindcast pipe --from model --epochs 3", "--epochs is about fitting"],
    ["hindcast pipe --from model lines.ndjson", "pipe reads stdin"],
    ["hindcast pipe --from model -H 100", "trained for 6 steps"],
  ])("%s", async (line, message) => {
    const { stderr, exit } = await runShell(`${line} < panel.ndjson`, directory);
    expect(stderr).toContain(message);
    expect(exit).toBe(2);
  });
});

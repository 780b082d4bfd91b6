// The built binary as a process: pipes that close, signals, terminals.
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { cleanEnvironment, root, runShell } from "../support/hindcast.js";

const data = join(root, "fixtures/air-passengers.csv");

/** Starts hindcast with an open stdin that nothing comes from. */
const start = (directory: string, ...args: string[]) => {
  const child = spawn(process.execPath, [join(root, "bin/hindcast.js"), ...args], {
    cwd: directory,
    env: cleanEnvironment(directory),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = new Promise<number | null>((done) => child.on("close", (code) => done(code)));
  return { child, closed, stderr: () => stderr };
};

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((done) => setTimeout(done, 20));
};

const isWaiting = (directory: string) => () => readdirSync(directory).some((name) => name.startsWith(".next.csv."));

describe("a closed pipe", () => {
  test("is success and silence, though much more was to come", async () => {
    const line = `hindcast forecast ${data} --model naive -H 200000 -q | head -1; echo "\${PIPESTATUS[0]}"`;
    expect(await runShell(line, await temporaryDirectory())).toEqual({
      stdout: "month,forecast,lo-80,hi-80\n0\n",
      stderr: "",
      exit: 0,
    });
  });

  test("does not keep a file from being written", async () => {
    const line = `hindcast forecast ${data} --model naive -H 2 -o next.csv | true; cat next.csv`;
    expect((await runShell(line, await temporaryDirectory())).stdout.split("\n")).toHaveLength(4);
  });
});

describe("a signal", () => {
  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ] as const)("%s ends a read that waits, with exit code %d and nothing left behind", async (signal, exitCode) => {
    const directory = await temporaryDirectory();
    const { child, closed, stderr } = start(directory, "forecast", "-", "-H", "3", "-o", "next.csv");
    await until(isWaiting(directory));
    child.kill(signal);
    expect(await closed).toBe(exitCode);
    expect(readdirSync(directory)).toEqual([]);
    expect(stderr()).toMatch(/^hindcast: note: interrupted.*\n$/);
  });

  test("ends the reading of a file that has no end", async () => {
    const directory = await temporaryDirectory();
    execFileSync("mkfifo", [join(directory, "rows.csv")]);
    const lines = "(echo day,value; yes 2024-01-01,1) > rows.csv";
    const writer = spawn("bash", ["-c", lines], { cwd: directory, stdio: "ignore" });
    const { child, closed, stderr } = start(directory, "forecast", "rows.csv", "-H", "3", "-o", "next.csv");
    await until(isWaiting(directory));
    child.kill("SIGTERM");
    expect(await closed).toBe(143);
    expect(stderr()).toMatch(/^hindcast: note: interrupted.*\n$/);
    expect(readdirSync(directory)).toEqual(["rows.csv"]);
    writer.kill();
  });

  test("ends a training after the batch it is at", async () => {
    const directory = await temporaryDirectory();
    const training = ["-H", "3", "--model", "gru", "--epochs", "100000", "--patience", "0", "--engine", "cpu"];
    const { child, closed, stderr } = start(directory, "forecast", data, ...training, "-o", "next.csv", "--log-json");
    await until(() => stderr().includes('"done":'));
    child.kill("SIGINT");
    expect(await closed).toBe(130);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends `train` with exit code %d and no half of a model", async (signal, exitCode) => {
    const directory = await temporaryDirectory();
    const training = ["-H", "3", "--model", "gru", "--epochs", "100000", "--patience", "0"];
    const { child, closed, stderr } = start(directory, "train", data, ...training, "--out", "model", "--log-json");
    await until(() => stderr().includes('"done":'));
    child.kill(signal);
    expect(await closed).toBe(exitCode);
    expect(readdirSync(directory)).toEqual(["model.checkpoint"]);
    expect(stderr()).not.toContain('"error"');
  });

  test("a second one does not wait for the first", async () => {
    const directory = await temporaryDirectory();
    const { child, closed, stderr } = start(directory, "forecast", "-", "-H", "3", "-o", "next.csv");
    await until(isWaiting(directory));
    child.kill("SIGINT");
    child.kill("SIGTERM");
    expect([130, 143]).toContain(await closed);
    expect(readdirSync(directory)).toEqual([]);
    expect(stderr()).not.toContain("error");
  });

  test.each([
    ["that is read", "forecast pipe -H 3 --model naive"],
    ["that is written", `forecast ${data} -H 3 --model naive -o pipe`],
  ])("ends a run that waits for the other end of a named pipe %s", async (_, line) => {
    const directory = await temporaryDirectory();
    execFileSync("mkfifo", [join(directory, "pipe")]);
    const { child, stderr } = start(directory, ...line.split(" "));
    const ended = new Promise((done) => child.on("exit", (code, signal) => done(code ?? signal)));
    await new Promise((done) => setTimeout(done, 1500));
    child.kill("SIGTERM");
    expect([143, "SIGTERM"]).toContain(await ended);
    expect(stderr()).not.toContain("error");
  });

  test("SIGUSR1 asks how far it is, and does not end it", async () => {
    const directory = await temporaryDirectory();
    const { child, closed, stderr } = start(
      directory,
      "forecast",
      "-",
      "-H",
      "1",
      "--model",
      "naive",
      "-o",
      "next.csv",
      "-q",
    );
    await until(isWaiting(directory));
    child.kill("SIGUSR1");
    await until(() => stderr().includes("\n"));
    expect(stderr()).toMatch(/^hindcast: status: /);
    endInput(child, "month,y\n2024-01,1\n2024-02,2\n2024-03,3\n");
    expect(await closed).toBe(0);
    expect(readdirSync(directory)).toEqual(["next.csv"]);
  });
});

describe.skipIf(process.getuid?.() === 0)("without permission", () => {
  test("a file is not read, and the exit code is that of data", async () => {
    const { stderr, exit } = await runShell(
      "echo x > a.csv; chmod 0 a.csv; hindcast forecast a.csv -H 1",
      await temporaryDirectory(),
    );
    expect([stderr, exit]).toEqual(["hindcast: error: a.csv: no permission to read it\ntry: ls -l a.csv\n", 4]);
  });

  test.each([
    `hindcast forecast ${data} -H 1 --model naive -o locked/next.csv`,
    `hindcast train ${data} -H 1 --model naive --out locked/model`,
  ])("nothing is written, and the exit code is that of output: %s", async (line) => {
    const { stderr, exit } = await runShell(`mkdir -m 555 locked; ${line}`, await temporaryDirectory());
    expect(stderr).toContain("cannot be written: ");
    expect(exit).toBe(8);
  });

  test("a working directory that cannot be written to is no obstacle to a forecast on stdout", async () => {
    const line = `chmod 555 .; hindcast forecast ${data} -H 1 --model naive; chmod 755 .`;
    expect((await runShell(line, await temporaryDirectory())).stdout).toBe("month,forecast\n1961-01,432\n");
  });
});

function endInput(child: ChildProcess, text: string): void {
  child.stdin?.end(text);
}

/** util-linux's, which runs a command on a terminal of its own. */
const hasTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;

describe.skipIf(!hasTerminal)("on a terminal", () => {
  const onTerminal = async (command: string, env: Record<string, string> = {}) =>
    runShell(`script -qec '${command}' /dev/null < /dev/null`, await temporaryDirectory(), { TERM: "xterm", ...env });

  test("data that are expected and not given bring the help", async () => {
    const { stdout, exit } = await onTerminal("hindcast forecast -H 3");
    expect(stdout).toContain("usage: hindcast forecast");
    expect(exit).toBe(2);
  });

  test("a bar shows the loss and the time left, and is gone in the end", async () => {
    const command = `hindcast forecast ${data} -H 3 --model gru --epochs 3 --engine cpu`;
    const { stdout } = await onTerminal(command, { HINDCAST_PROGRESS_FPS: "50" });
    expect(stdout).toMatch(/train gru .*\d\/3.* loss .*left/);
    expect(
      stdout
        .trimEnd()
        .split("\r\n")
        .slice(-3)
        .every((line) => /1961-0\d(,[\d.]+){3}$/.test(line)),
    ).toBe(true);
    expect((await onTerminal(`${command} --quiet`)).stdout).not.toContain("train gru");
    expect((await onTerminal(command, { TERM: "dumb" })).stdout).not.toContain("train gru");
  });

  test("errors are coloured, unless NO_COLOR or --color say otherwise", async () => {
    expect((await onTerminal("hindcast forecast x.csv")).stdout).toContain("\u001b[31m");
    expect((await onTerminal("hindcast forecast x.csv", { NO_COLOR: "1" })).stdout).not.toContain("\u001b[31m");
    expect((await onTerminal("hindcast forecast x.csv --color never")).stdout).not.toContain("\u001b[31m");
  });
});

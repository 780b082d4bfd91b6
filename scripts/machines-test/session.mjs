// A short session of a user, as one machine runs it. In: how that machine starts hindcast, and where. Out: for each step its exit code and
// what it wrote, and where that differs from another machine's.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../tools.mjs";

const kept = join(root, "fixtures/models/0.1.0");
const small = ["--model", "gru", "--layers", "6", "--window", "12", "--epochs", "4", "--seed", "1"];

/** `isTrained`: a network was trained on this machine's own kernels, so its numbers are the others' to a few digits only. */
const steps = [
  { name: "train", argv: ["train", "air.csv", "-H", "6", ...small, "--out", "model"], isTrained: true },
  { name: "forecast --from", argv: ["forecast", "--from", "model"], isTrained: true },
  { name: "forecast --from a kept model", argv: ["forecast", "--from", join(kept, "gru"), "--level", "80,95"] },
  { name: "forecast --from kept parts", argv: ["forecast", "--from", join(kept, "combination")] },
  {
    name: "backtest",
    argv: ["backtest", "air.csv", "-H", "6", "--folds", "2", "--model", "ets,gru", ...small.slice(2)],
    isTrained: true,
  },
  {
    name: "forecast -o",
    argv: ["forecast", "air.csv", "-H", "12", "--until", "1959-12", "--model", "theta", "-o", "next.csv"],
  },
  { name: "score", argv: ["score", "next.csv", "air.csv", "--format", "csv"] },
  {
    name: "pipe",
    argv: ["pipe", "--from", join(kept, "gru")],
    stdin: '{"id":"İ","start":"1961-01","freq":"ms","target":[1,2,3,4,5,6,7,8]}\n',
  },
  {
    name: "lines that end in CRLF",
    argv: ["forecast", "crlf.csv", "-H", "3", "--model", "theta", "--config", "crlf.yaml"],
  },
  { name: "names of Windows paths", argv: ["forecast", "paths.csv", "-H", "2", "--model", "naive"] },
  { name: "a table", argv: ["inspect", "air.csv", "--format", "table"] },
  { name: "a file that is not there", argv: ["forecast", "C:\\data\\sales.csv", "-H", "3"] },
  { name: "a directory in a directory that is not there", argv: ["train", "air.csv", "-H", "3", "--out", "no/model"] },
];

/** @param directory is made, and holds what the steps read */
export function prepareDirectory(directory) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const source = join(root, "fixtures/air-passengers.csv");
  copyFileSync(source, join(directory, "air.csv"));
  writeFileSync(join(directory, "crlf.csv"), `\ufeff${readFileSync(source, "utf8").replaceAll("\n", "\r\n")}`);
  writeFileSync(join(directory, "crlf.yaml"), "# settings\r\nlevel: 80,95\r\nseed: 2\r\n");
  const names = ["C:\\data\\sales.csv", "\\\\server\\share", "CON", "a/b"];
  const rows = names.flatMap((name) => [1, 2, 3].map((t) => `${name},2024-01-0${t},${t}`));
  writeFileSync(join(directory, "paths.csv"), `id,ds,y\r\n${rows.join("\r\n")}\r\n`);
}

/** @param start what stands before hindcast's own words @returns by step */
export function runSession({ start, env }, directory) {
  return new Map(
    steps.map(({ name, argv, stdin }) => {
      const [command, ...words] = [...start, ...argv];
      const { status, signal, stdout, stderr } = spawnSync(command, words, {
        cwd: directory,
        env,
        input: stdin ?? "",
        encoding: "utf8",
        timeout: 600_000,
      });
      return [name, { status: status ?? signal, stdout: stdout.replaceAll("\r\n", "\n"), stderr }];
    }),
  );
}

/** Of numbers that were computed by other kernels, or after a training by other kernels, of four epochs. */
const tolerances = { untrained: 1e-5, trained: 2e-2 };

/**
 * @param isSameKernels nothing may differ @param seen what a machine shows of a text: not all can draw
 * @returns what differs, in words
 */
export function compareSessions(expected, found, isSameKernels, seen = (text) => text) {
  return steps.flatMap(({ name, isTrained }) => {
    const other = found.get(name);
    const one = { ...expected.get(name), stdout: seen(expected.get(name).stdout) };
    if (one.status !== other.status) return [`${name}: exit code ${other.status}: ${other.stderr || other.stdout}`];
    const tolerance = isSameKernels ? 0 : isTrained ? tolerances.trained : tolerances.untrained;
    return ["stdout", "stderr"]
      .filter((stream) => !isClose(one[stream], other[stream], tolerance))
      .map(
        (stream) =>
          `${name}: ${stream} differs:\n${other[stream].slice(0, 500)}\nwhere it was:\n${one[stream].slice(0, 500)}`,
      );
  });
}

const number = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;

/** Text with the same words, and numbers that are nearly the same. */
function isClose(one, other, tolerance) {
  if (one === other) return true;
  if (tolerance === 0 || one.replaceAll(number, "#") !== other.replaceAll(number, "#")) return false;
  const numbers = other.match(number) ?? [];
  return (one.match(number) ?? []).every((text, i) => {
    const [a, b] = [Number(text), Number(numbers[i])];
    return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b), 1);
  });
}

// What benchmarks of whole commands share. In: a line for the shell, rows. Out: its times; a dated CSV in bench/results/.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { root } from "./environments.mjs";

/** The built command line, for a shell. */
export const hindcast = `"${process.execPath}" "${root}bin/hindcast.js"`;

/** Seconds by the clock and of the cores that a line takes. @throws when it fails */
export function timesOf(line, cwd) {
  const timed = `TIMEFORMAT='%R %U %S'; time { ${line} ; } 2>errors.txt`;
  const all = execFileSync("bash", ["-c", `{ ${timed} ; } 2>&1 >/dev/null`], { cwd, encoding: "utf8" });
  const [wall, user, system] = all.trim().split(" ").map(Number);
  return { wall, cpu: user + system };
}

export const today = new Date().toISOString().slice(0, 10);

/** Shows rows, and keeps them. @param rows objects of the same keys; numbers are rounded to so many digits */
export function keepResults(name, rows, digits = 3) {
  const rounded = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [
        key,
        typeof value === "number" ? Number(value.toPrecision(digits)) : value,
      ]),
    ),
  );
  console.table(rounded);
  mkdirSync(`${root}bench/results`, { recursive: true });
  const cell = (value) => (/[,"]/.test(String(value)) ? `"${value}"` : value);
  const lines = [Object.keys(rounded[0]), ...rounded.map((row) => Object.values(row).map(cell))];
  writeFileSync(`${root}bench/results/${name}-${today}.csv`, `${lines.map((line) => line.join()).join("\n")}\n`);
}

// The session in README.md is one that can be had: its commands are run, and what they write is what stands there.
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

/** Networks are trained to a little other numbers on another processor. */
const tolerance = 0.02;
/** Below it a number is as good as another. */
const smallest = 0.01;

interface Command {
  readonly line: string;
  readonly lines: readonly string[];
}

function sessionOf(text: string): Command[] {
  const [, block] = /```console\n(.*?)```/s.exec(text)!;
  return block!
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [line, ...lines] = part.trimEnd().split("\n");
      return { line: line!, lines };
    });
}

/** Cells of a line, of CSV or of a table. */
const cellsOf = (line: string) => line.trim().split(line.includes(",") ? "," : /\s+/);

test("README's session says what its commands say", async () => {
  const cwd = await temporaryDirectory();
  symlinkSync(join(root, "fixtures"), join(cwd, "fixtures"));
  const commands = sessionOf(readFileSync(join(root, "README.md"), "utf8"));
  expect(commands.length).toBeGreaterThan(3);
  for (const { line, lines } of commands) {
    const { stdout, exit } = await runShell(line, cwd);
    expect(exit, line).toBe(0);
    const [header, ...written] = stdout.trimEnd().split("\n").map(cellsOf);
    const [names, ...shown] = lines.map(cellsOf);
    expect(written, line).toHaveLength(shown.length);
    for (const [i, cells] of shown.entries())
      for (const [c, cell] of cells.entries()) {
        // A terminal is shown a table, which leaves columns out.
        const given = written[i]![header!.indexOf(names![c]!)];
        const [was, is] = [Number(cell), Number(given)];
        if (Number.isNaN(was)) expect(given, line).toBe(cell);
        else
          expect(Math.abs(is - was), `${line}: ${cell}`).toBeLessThanOrEqual(
            tolerance * Math.max(Math.abs(was), smallest),
          );
      }
  }
});

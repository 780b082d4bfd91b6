// Where targets find what they need, and where they may write. In: a name. Out: a directory, made once in a process and removed at its end.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** Both from the repository's root, where tests and campaigns run. */
export const keptModels = join("fixtures/models", readdirSync("fixtures/models").sort().at(-1)!);

let home: string | undefined;
const made = new Set<string>();

export function workDirectory(name: string, fill: (path: string) => void): string {
  if (home === undefined) {
    const own = mkdtempSync(join(tmpdir(), "hindcast-fuzz-"));
    home = own;
    process.on("exit", () => rmSync(own, { recursive: true, force: true }));
  }
  const path = join(home, name);
  if (made.has(name)) return path;
  made.add(name);
  mkdirSync(path, { recursive: true });
  fill(path);
  return path;
}

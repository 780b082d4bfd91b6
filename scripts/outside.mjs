// What checks with other people's programs share. In: nothing. Out: a directory with fixtures/, and ways to run hindcast and Python in it.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../", import.meta.url));

/** The Python that PYTHON names. */
const python = process.env.PYTHON ?? "python3";

/** @returns why not, where Python lacks one of these modules */
export function missingInPython(modules) {
  const { status } = spawnSync(python, ["-c", `import ${modules.join(", ")}`]);
  return status === 0 ? undefined : `${python} has no ${modules.join(", ")}`;
}

/** @param work is given a directory, which is gone afterwards */
export async function inDirectory(work) {
  const directory = mkdtempSync(join(tmpdir(), "hindcast-outside-"));
  try {
    cpSync(join(root, "fixtures"), join(directory, "fixtures"), { recursive: true });
    const run = (command, args) => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, encoding: "utf8" });
      if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
      return stdout;
    };
    await work({
      directory,
      node: (...args) => run(process.execPath, args),
      hindcast: (...args) => run(process.execPath, [join(root, "bin/hindcast.js"), ...args, "--quiet"]),
      runPython: (text) => run(python, ["-c", text]),
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

// The pinned PyTorch that benchmarks compare with, from its wheel into a virtual environment under .tmp/. Out: its Python.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const version = "2.15.0";
const temporary = fileURLToPath(new URL("../.tmp", import.meta.url));

export function pythonWithTorch() {
  const home = `${temporary}/pytorch-${version}`;
  const python = `${home}/bin/python`;
  const stdio = ["ignore", 2, 2];
  if (!existsSync(python)) {
    mkdirSync(temporary, { recursive: true });
    execFileSync("python3", ["-m", "venv", home], { stdio });
    execFileSync(python, ["-m", "pip", "install", "--quiet", "numpy", `torch==${version}`], { stdio });
  }
  return python;
}

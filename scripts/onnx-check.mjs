// Holds other programs to what is exported. In: a built dist/, and PYTHON (python3) with onnxruntime, onnx and tensorboard. Out: a line for
// each check; exit code 1 when one fails. Says skipped where Python has no such packages.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const python = process.env.PYTHON ?? "python3";
const directory = mkdtempSync(join(tmpdir(), "hindcast-onnx-"));
cpSync(join(root, "fixtures"), join(directory, "fixtures"), { recursive: true });

function run(command, args, input) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: directory, input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

function hindcast(...args) {
  return run(process.execPath, [join(root, "bin/hindcast.js"), ...args, "--quiet"]);
}

/** What the page shows in a language. */
function snippet(language) {
  const page = readFileSync(join(root, "docs/export.md"), "utf8");
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)[1];
}

/** Forms whose own operators differ. */
const forms = [
  ["--model", "rnn"],
  ["--model", "lstm", "--layers", "8,4", "--bidirectional"],
  ["--model", "gru", "--segment", "6"],
  ["--model", "gru", "--attention", "--conv", "8x3"],
  ["--model", "lstm", "--mix", "1,12", "--transform", "boxcox", "--scaler", "robust"],
  ["--model", "lstm", "--head", "quantile", "--difference", "1"],
];

const checkModel = `
import onnx
onnx.checker.check_model(onnx.load("model.onnx"), full_check=True)
onnx.checker.check_model(onnx.load("network.onnx"), full_check=True)
`;

const readCurves = `
from glob import glob
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
for run in sorted(glob("runs/*/*")):
    events = EventAccumulator(run)
    events.Reload()
    tags = events.Tags()["scalars"]
    assert "loss" in tags and "learning_rate" in tags, tags
    steps = [event.step for event in events.Scalars("loss")]
    assert steps == list(range(1, len(steps) + 1)), steps
    print("TensorBoard reads", len(steps), "epochs of", ", ".join(tags))
`;

const needed = "import numpy, onnx, onnxruntime, tensorboard";
let failedCount = 0;
try {
  if (spawnSync(python, ["-c", needed]).status !== 0) {
    console.log(`skipped: ${python} has no numpy, onnx, onnxruntime and tensorboard`);
  } else {
    const data = "fixtures/air-passengers.csv";
    const common = ["-H", "12", "--calendar", "none", "--deseasonalize", "--epochs", "5", "--out", "model"];
    for (const form of forms) {
      hindcast("train", data, ...common, ...form, "--tensorboard", "runs");
      hindcast("export", "--from", "model", "--to", "onnx", "network.onnx");
      hindcast("export", "--from", "model", "--to", "onnx", "model.onnx", "--with-scaling");
      run(python, ["-c", checkModel]);
      const found = run(python, ["-c", snippet("python")])
        .trim()
        .split("\n")
        .map(Number);
      const rows = hindcast("forecast", "--from", "model", "--level", "none").trim().split("\n").slice(1);
      const expected = rows.map((row) => Number(row.split(",")[1]));
      const distance = Math.max(...expected.map((value, k) => Math.abs(found[k] / value - 1)));
      const isNear = found.length === expected.length && distance < 1e-5;
      if (!isNear) failedCount++;
      console.log(`${isNear ? "ok" : "FAILED"} ${form.join(" ")}: off by ${distance.toExponential(1)} at most`);
    }
    process.stdout.write(run(python, ["-c", readCurves]));
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exitCode = failedCount > 0 ? 1 : 0;

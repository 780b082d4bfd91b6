// Holds other programs to what is exported: the two programs of docs/export.md have to print what hindcast forecasts. In: a built dist/; PYTHON
// (python3) with numpy, onnx and onnxruntime; ONNXRUNTIME, a directory with onnxruntime-node in its node_modules, without which Node takes
// onnxruntime-web. Out: a line for each check, and a dated CSV in bench/results/; exit code 1 when one fails. Says what was skipped.
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { keepResults, today } from "../bench/measuring.mjs";
import { inDirectory, missingInPython, root } from "./outside.mjs";

/** What the page shows in a language. */
function snippet(language) {
  const page = readFileSync(join(root, "docs/export.md"), "utf8");
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)[1];
}

/** Forms whose own operators differ. */
const forms = [
  ["--model", "rnn"],
  ["--model", "lstm"],
  ["--model", "gru"],
  ["--model", "lstm", "--layers", "8,4", "--bidirectional"],
  ["--model", "gru", "--segment", "6"],
  ["--model", "gru", "--attention", "--conv", "8x3"],
  ["--model", "lstm", "--mix", "1,12", "--transform", "boxcox", "--scaler", "robust"],
  ["--model", "lstm", "--head", "quantile", "--difference", "1"],
];
const tolerance = 1e-5;

const checkModel = `
import onnx
onnx.checker.check_model(onnx.load("model.onnx"), full_check=True)
onnx.checker.check_model(onnx.load("network.onnx"), full_check=True)
`;

const { ONNXRUNTIME: home = root } = process.env;
const nodePackage = process.env.ONNXRUNTIME === undefined ? "onnxruntime-web" : "onnxruntime-node";
const versionIn = (path) => JSON.parse(readFileSync(join(path, "package.json"), "utf8")).version;
const lackingPython = missingInPython(["numpy", "onnx", "onnxruntime"]);
if (lackingPython !== undefined) console.log(`skipped: ${lackingPython}`);

const rows = [];
await inDirectory(async ({ directory, node, hindcast, runPython }) => {
  symlinkSync(join(home, "node_modules"), join(directory, "node_modules"));
  writeFileSync(join(directory, "forecast.mjs"), snippet("js").replace("onnxruntime-node", nodePackage));
  const runtimes = [
    [`${nodePackage} ${versionIn(join(home, "node_modules", nodePackage))}`, () => node("forecast.mjs")],
    ...(lackingPython === undefined
      ? [
          [
            `Python onnxruntime ${runPython("import onnxruntime; print(onnxruntime.__version__)").trim()}`,
            () => runPython(snippet("python")),
          ],
        ]
      : []),
  ];
  const data = "fixtures/air-passengers.csv";
  for (const form of forms) {
    const common = ["-H", "12", "--calendar", "none", "--deseasonalize", "--epochs", "5", "--out", "model"];
    hindcast("train", data, ...common, ...form);
    hindcast("export", "--from", "model", "--to", "onnx", "network.onnx");
    hindcast("export", "--from", "model", "--to", "onnx", "model.onnx", "--with-scaling");
    if (lackingPython === undefined) runPython(checkModel);
    const lines = hindcast("forecast", "--from", "model", "--level", "none").trim().split("\n").slice(1);
    const expected = lines.map((line) => Number(line.split(",")[1]));
    for (const [runtime, run] of runtimes) {
      const found = run().trim().split("\n").map(Number);
      const distance = Math.max(...expected.map((value, k) => Math.abs(found[k] / value - 1)));
      const isNear = found.length === expected.length && distance < tolerance;
      if (!isNear) process.exitCode = 1;
      console.log(
        `${isNear ? "ok" : "FAILED"} ${form.join(" ")}, ${runtime}: off by ${distance.toExponential(1)} at most`,
      );
      rows.push({ date: today, form: form.join(" "), runtime, steps: found.length, most_relative: distance });
    }
  }
});
keepResults("onnx", rows);

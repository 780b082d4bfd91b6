// Has TensorBoard's own reader read what a training writes for it. In: a built dist/; PYTHON (python3) with tensorboard. Out: a line for each
// training, whose losses have to be those of the model directory; exit code 1 when one is not. Says skipped where Python has no tensorboard.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { inDirectory, missingInPython } from "./outside.mjs";

const readCurves = `
import json
from glob import glob
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
runs = {}
for run in sorted(glob("runs/*/*")):
    events = EventAccumulator(run)
    events.Reload()
    scalars = {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    runs[run.split("/")[-1]] = scalars
print(json.dumps(runs))
`;

const lacking = missingInPython(["tensorboard"]);
if (lacking !== undefined) console.log(`skipped: ${lacking}`);
else
  await inDirectory(({ directory, hindcast, runPython }) => {
    const args = ["-H", "12", "--model", "gru", "--epochs", "8", "--out", "model", "--tensorboard", "runs"];
    hindcast("train", "fixtures/air-passengers.csv", ...args);
    const { record } = JSON.parse(readFileSync(join(directory, "model/hindcast.json"), "utf8")).model;
    const runs = JSON.parse(runPython(readCurves));
    const heldBack = runs["1-held-back"];
    const isSame = (curve, expected) =>
      curve?.length === expected.length &&
      // Event files hold float32.
      curve.every(([step, value], i) => step === i + 1 && Math.abs(value / expected[i] - 1) < 1e-6);
    const checks = [
      ["loss of each epoch", isSame(heldBack?.loss, record.loss)],
      ["validation loss of each epoch", isSame(heldBack?.validation_loss, record.validationLoss)],
      ["the training on everything", runs["2-everything"]?.loss?.length === record.bestEpoch],
      ["learning rates", Object.values(runs).every(({ learning_rate: rates, loss }) => rates.length === loss.length)],
    ];
    for (const [what, holds] of checks) console.log(`${holds ? "ok" : "FAILED"} ${what}`);
    console.log(
      `TensorBoard reads ${Object.entries(runs)
        .map(([run, { loss }]) => `${loss.length} epochs of ${run}`)
        .join(", ")}`,
    );
    if (checks.some(([, holds]) => !holds)) process.exitCode = 1;
  });

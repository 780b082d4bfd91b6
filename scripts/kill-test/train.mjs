// Kills trainings that replace an older model. After every kill the old model or the new one has to forecast; `--resume` has to go on, is
// killed again some of the times, and in the end has to write the very bytes of a training that ran through.
import { cpSync, existsSync, rmSync } from "node:fs";
import { createTally } from "./common.mjs";
import { env, isSameModel, recipes, writeData } from "./trainings.mjs";

/** The model is written, once the training is over. */
const begins = { event: "rename", within: "", name: /^\.model\.(writing|previous)/ };

export async function test(times, { at, random, run, timeOf, momentOf, strays }) {
  writeData(at("data.csv"));
  const trainOf = (flags, out) => ["train", "data.csv", "--out", out, "-q", ...flags];
  await timeOf(trainOf(["--model", "naive", "-H", "4"], "older"));
  const trainings = [];
  for (const [name, flags] of Object.entries(recipes)) {
    const whole = `whole-${name}`;
    const durationMs = await timeOf(trainOf(flags, whole), env);
    trainings.push({ argv: trainOf(flags, "model"), whole: at(whole), durationMs });
  }

  const tally = createTally(
    "train --out",
    ["the old model", "the new model", "gone on from a checkpoint", "begun again"],
    ["no model", "another model", "does not go on", "other bytes", "checkpoint left", "left behind"],
  );
  const { counts, lose } = tally;
  const checkpoint = at("model.checkpoint");
  while (counts.hit < times) {
    const { argv, whole, durationMs } = trainings[Math.floor(random() * trainings.length)];
    cpSync(at("older"), at("model"), { recursive: true });
    let isFirst = true;
    do {
      const outcome = await run(isFirst ? argv : [...argv, "--resume"], momentOf(durationMs, begins), env);
      isFirst = false;
      tally.countKill(outcome);
      if (outcome.signal === null && outcome.code !== 0) lose("does not go on", outcome.text);
      // Between the two renames that replace a directory, the old one has another name, and is found under it.
      const { code, text } = await run(["forecast", "--from", "model"]);
      if (code !== 0) lose("no model", text);
      else if (!existsSync(at("model")) || isSameModel(at("older"), at("model"))) counts["the old model"]++;
      else if (isSameModel(whole, at("model"))) counts["the new model"]++;
      else lose("another model", argv.join(" "));
    } while (random() < 0.5);
    counts[existsSync(`${checkpoint}/checkpoint.json`) ? "gone on from a checkpoint" : "begun again"]++;
    const { code, text } = await run([...argv, "--resume"], undefined, env);
    if (code !== 0) lose("does not go on", text);
    else if (!isSameModel(whole, at("model"))) lose("other bytes", argv.join(" "));
    if (existsSync(checkpoint)) lose("checkpoint left", checkpoint);
    // The run that ended well has swept up what the killed ones were writing.
    if (strays().length > 0) lose("left behind", strays().join(" "));
    for (const path of [at("model"), checkpoint]) rmSync(path, { recursive: true, force: true });
  }
  return [tally];
}

// Cuts trainings off at random points, by each signal: networks, `auto`, ensembles and `retrain`. What goes on from there has to end with
// the very bytes of a training that ran through.
import { cpSync, existsSync, rmSync } from "node:fs";
import { createTally } from "./common.mjs";
import { env, isSameModel, recipes, writeData } from "./trainings.mjs";

const signals = { SIGINT: 130, SIGTERM: 143, SIGKILL: null };
const networks = ["gru", "lstm", "rnn"];

/** What is cut off, and the command that goes on; where it writes, and where that is kept. */
const trainOf = (name) => ({
  argv: ["train", "data.csv", "--out", "out", "-q", ...recipes[name]],
  more: ["--resume"],
  made: "out",
  checkpoint: "out.checkpoint",
});
const kinds = {
  networks: networks.map(trainOf),
  auto: [trainOf("auto")],
  ensembles: [trainOf("ensemble")],
  retrain: networks.map((name) => ({
    argv: ["retrain", "registry", "data.csv", "--promote", "always", ...recipes[name]],
    more: [],
    made: "registry/versions/2",
    checkpoint: "registry/checkpoint",
  })),
};

/** @param times how often each kind is cut off by each signal */
export async function test(times, work) {
  const { at, random, run, timeOf } = work;
  writeData(at("data.csv"), 100);
  await timeOf(["retrain", "first", "data.csv", "-H", "4", "--model", "naive"]);
  writeData(at("data.csv"));
  const clear = () => {
    for (const name of ["out", "out.checkpoint", "registry"]) rmSync(at(name), { recursive: true, force: true });
    cpSync(at("first"), at("registry"), { recursive: true });
  };

  const tallies = [];
  for (const [kind, trainings] of Object.entries(kinds)) {
    for (const [i, training] of trainings.entries()) {
      clear();
      training.durationMs = await timeOf(training.argv, env);
      training.whole = at(`whole-${kind}-${i}`);
      cpSync(at(training.made), training.whole, { recursive: true });
    }
    for (const [signal, exitCode] of Object.entries(signals)) {
      const tally = createTally(
        `${kind} by ${signal}`,
        ["gone on from a checkpoint", "begun again"],
        ["exit code", "does not go on", "other bytes", "checkpoint left"],
      );
      const { counts, lose } = tally;
      // A point counts when the training was not over yet.
      while (counts.hit < times) {
        const { argv, more, made, checkpoint, whole, durationMs } = trainings[counts.kills % trainings.length];
        clear();
        const cut = await run(argv, { afterMs: random() * durationMs, signal }, env);
        counts.kills++;
        const isHit = exitCode === null ? cut.signal === signal : cut.code === exitCode || cut.signal === signal;
        counts[isHit ? "hit" : "too late"]++;
        // Before Node listens to it, a signal ends the process by itself.
        if (!isHit && cut.code !== 0) lose("exit code", `${cut.code}: ${cut.text}`);
        counts[existsSync(at(`${checkpoint}/checkpoint.json`)) ? "gone on from a checkpoint" : "begun again"]++;
        const { code, text } = await run(isHit || more.length > 0 ? [...argv, ...more] : ["--version"], undefined, env);
        if (code !== 0) lose("does not go on", text);
        else if (!isSameModel(whole, at(made))) lose("other bytes", argv.join(" "));
        if (existsSync(at(checkpoint))) lose("checkpoint left", checkpoint);
      }
      tallies.push(tally);
    }
  }
  return tallies;
}

// Kills `export --to onnx FILE`, of a network of a megabyte.
import { writeFileSync } from "node:fs";
import { testFile } from "./files.mjs";

export async function test(times, work) {
  const rows = Array.from({ length: 60 }, (_, t) => `${t},${(t * 7) % 40}\n`);
  writeFileSync(work.at("data.csv"), `time,value\n${rows.join("")}`);
  const network = ["--model", "gru", "--layers", "256", "--window", "8", "--epochs", "1"];
  const commands = [];
  for (const seed of ["1", "2"]) {
    const model = `model-${seed}`;
    await work.timeOf(["train", "data.csv", "-H", "4", ...network, "--seed", seed, "--out", model, "-q"]);
    commands.push(["export", "--from", model, "--to", "onnx", "--with-scaling", "network.onnx"]);
  }
  return testFile("export", "network.onnx", commands, times, work);
}

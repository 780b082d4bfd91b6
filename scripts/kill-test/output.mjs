// Kills `forecast -o FILE`, of a file that is long enough that writing it takes a while.
import { writeFileSync } from "node:fs";
import { testFile } from "./files.mjs";

export async function test(times, work) {
  const commands = ["one.csv", "two.csv"].map((data, version) => {
    const rows = Array.from({ length: 40 }, (_, t) => `${t},${(t * 7 + 31 * version) % 40}\n`);
    writeFileSync(work.at(data), `time,value\n${rows.join("")}`);
    return ["forecast", data, "-H", "20000", "--model", "naive", "-o", "next.csv"];
  });
  return testFile("forecast -o", "next.csv", commands, times, work);
}

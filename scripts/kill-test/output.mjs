// Kills `forecast -o FILE`. After every kill the file has to be the old one or the new one, byte for byte.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directory, end, killCount, random, run, timeOf } from "./common.mjs";

/** Long enough that writing it takes a while. */
const horizon = 20_000;
const output = join(directory, "next.csv");
const forecast = (data) => ["forecast", data, "-H", `${horizon}`, "--model", "naive", "-o", output];

const versions = ["one.csv", "two.csv"].map((data, version) => {
  const rows = Array.from({ length: 40 }, (_, t) => `${t},${(t * 7 + 31 * version) % 40}\n`);
  writeFileSync(join(directory, data), `time,value\n${rows.join("")}`);
  return { data };
});
for (const version of versions) {
  version.durationMs = await timeOf(forecast(version.data));
  version.bytes = readFileSync(output);
}

const counts = { kills: 0, hit: 0, "too late": 0, "the old file": 0, "the new file": 0, "writing left": 0 };
const losses = { "no file": 0, "another file": 0, "left by earlier runs": 0 };
let before = versions[1];
for (let i = 0; i < killCount; i++) {
  const version = versions[i % 2];
  // Up to a little beyond its end, and half of the time near it, where the file is written.
  const share = random() < 0.5 ? 1.1 * random() : 0.7 + 0.4 * random();
  const { signal } = await run(forecast(version.data), share * version.durationMs);
  counts.kills++;
  counts[signal === "SIGKILL" ? "hit" : "too late"]++;
  const isThere = existsSync(output);
  const bytes = isThere ? readFileSync(output) : Buffer.alloc(0);
  if (!isThere) losses["no file"]++;
  else if (bytes.equals(version.bytes)) counts["the new file"]++;
  else if (bytes.equals(before.bytes)) counts["the old file"]++;
  else losses["another file"]++;
  if (bytes.equals(version.bytes)) before = version;
  // What this run was writing stays until the next one; what those before it were has to be gone.
  const strayCount = readdirSync(directory).filter((name) => name.startsWith(".")).length;
  counts["writing left"] += strayCount;
  if (strayCount > 1) losses["left by earlier runs"]++;
}
end(counts, losses);

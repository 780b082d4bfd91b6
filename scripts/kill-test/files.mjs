// Kills what writes one file. After every kill the file has to be the old one or the new one, byte for byte.
import { existsSync, readFileSync } from "node:fs";
import { createTally } from "./common.mjs";

/** @param commands two command lines that write another content to the same file, by turns */
export async function testFile(subject, file, commands, times, { at, run, timeOf, momentOf, strays }) {
  const versions = [];
  for (const argv of commands) {
    const durationMs = await timeOf(argv);
    versions.push({ argv, durationMs, bytes: readFileSync(at(file)) });
  }
  if (versions[0].bytes.equals(versions[1].bytes)) throw new Error("both versions of the file are the same");

  const tally = createTally(
    subject,
    ["the old file", "the new file", "writing left"],
    ["no file", "another file", "left by earlier runs", "next run fails"],
  );
  const { counts, lose } = tally;
  let before = versions[1];
  // The first bytes are in the file beside it.
  const begins = { event: "change", within: "", name: new RegExp(`^\\.${file}`) };
  while (counts.hit < times) {
    // The one that is not there.
    const version = versions.find((one) => one !== before);
    tally.countKill(await run(version.argv, momentOf(version.durationMs, begins)));
    const bytes = existsSync(at(file)) ? readFileSync(at(file)) : undefined;
    if (bytes === undefined) lose("no file", file);
    else if (bytes.equals(version.bytes)) counts["the new file"]++;
    else if (bytes.equals(before.bytes)) counts["the old file"]++;
    else lose("another file", `${bytes.length} bytes`);
    if (bytes?.equals(version.bytes)) before = version;
    // What this run was writing stays until the next one; what those before it were has to be gone.
    counts["writing left"] += strays().length;
    if (strays().length > 1) lose("left by earlier runs", strays().join(" "));
  }
  const { code, text } = await run(versions[0].argv);
  if (code !== 0 || !readFileSync(at(file)).equals(versions[0].bytes)) lose("next run fails", text);
  if (strays().length > 0) lose("left by earlier runs", strays().join(" "));
  return [tally];
}

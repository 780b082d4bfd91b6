// Breaks the promises of docs/reliability.md on purpose: `npm run test:promises`. In: --only a word of a promise. Each sabotage is made in a copy
// of the tree, and the tests that are to notice have to pass before it and to fail after it. Out: a line for each, a dated CSV in
// bench/results/, and exit code 1 where one goes unnoticed.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { sabotages } from "./promises-test/sabotages.mjs";
import { keepResults, root, temporary } from "./tools.mjs";

const { values: options } = parseArgs({ options: { only: { type: "string", default: "" } } });
const tree = join(temporary, "promises");

rmSync(tree, { recursive: true, force: true });
const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
for (const name of listed
  .toString()
  .split("\0")
  .filter((name) => name !== "")) {
  mkdirSync(dirname(join(tree, name)), { recursive: true });
  cpSync(join(root, name), join(tree, name));
}
symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));

/** Whether tests start the built program, which then has to be built anew. */
const startsProgram = (test) => readFileSync(join(tree, test), "utf8").includes("support/hindcast.js");

/** Programs that a test had started, and that a sabotage let go on after it. */
function endGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // There are none.
  }
}

/** @returns how many tests passed and failed */
function runTests({ test, name }) {
  if (startsProgram(test)) execFileSync(process.execPath, ["scripts/build.mjs"], { cwd: tree });
  const report = join(tree, "report.json");
  rmSync(report, { force: true });
  const flags = ["--reporter=json", `--outputFile.json=${report}`, ...(name === "" ? [] : ["-t", name])];
  const { pid } = spawnSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), "run", test, ...flags], {
    cwd: tree,
    stdio: "ignore",
    timeout: 900_000,
    detached: true,
  });
  endGroup(pid);
  if (!existsSync(report)) return { passed: 0, failed: 1, message: "the tests do not end" };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  const messages = testResults.flatMap(({ assertionResults }) =>
    assertionResults.flatMap(({ failureMessages }) => failureMessages),
  );
  return { passed: numPassedTests, failed: numFailedTests, message: messages[0]?.split("\n")[0] ?? "" };
}

const rows = ["promise,sabotage,test,passed_before,failed_after,notice"];
const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
const before = new Map();
for (const sabotage of sabotages.filter(({ promise }) => promise.includes(options.only))) {
  const { promise, how, file, find, put, test, name } = sabotage;
  const path = join(tree, file);
  const source = readFileSync(path, "utf8");
  const key = `${test} ${name}`;
  if (!before.has(key)) before.set(key, runTests(sabotage));
  const whole = before.get(key);
  writeFileSync(
    path,
    source.replace(find, () => put),
  );
  const broken = source.split(find).length === 2 ? runTests(sabotage) : { failed: 0, message: `${file} has changed` };
  writeFileSync(path, source);
  const isSeen = whole.failed === 0 && whole.passed > 0 && broken.failed > 0;
  if (!isSeen) process.exitCode = 1;
  const told = whole.failed > 0 ? `fails without it too: ${whole.message}` : broken.message.slice(0, 100);
  console.log(
    `${isSeen ? "seen" : "NOT SEEN"}: ${promise} ${how}: ${broken.failed} of ${whole.passed} tests fail: ${told}`,
  );
  rows.push([quoted(promise), quoted(how), test, whole.passed, broken.failed, quoted(told)].join());
}
rmSync(tree, { recursive: true, force: true });
if (options.only === "") keepResults("promises", rows);

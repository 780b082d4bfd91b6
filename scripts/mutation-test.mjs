// Mutation testing by Stryker: `npm run test:mutation`. In: --folders windows,scale,evaluate,registry,artifact. Each of them is mutated and
// held to the quick tests of its own folder; what the last run found is kept in .tmp/mutation/, and only what has changed since is tested again
// (--fresh: everything). A mutant counts as noticed, too, when its tests take --timeout seconds more than twice what they should: a busy
// machine wants more than the 10 there are, or its slowness passes for a loop without end. Out: the survivors, a line for each folder, a
// dated CSV in bench/results/, and exit code 1 where the tests notice fewer than 85 % of the mutants. Stryker wants Node 22, which comes
// from npm.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { writeResults } from "./results.mjs";
import { nodeOf, packagesAt, root, temporary } from "./tools.mjs";

const leastScore = 85;
const folders = ["windows", "scale", "evaluate", "registry", "artifact"];
const { values: options } = parseArgs({
  options: {
    folders: { type: "string", default: folders.join() },
    fresh: { type: "boolean", default: false },
    concurrency: { type: "string", default: "2" },
    timeout: { type: "string", default: "10" },
  },
});
const version = "10.1.1";
// vitest is the repository's own, and Stryker's wish for a newer Node is met below.
const stryker = packagesAt(
  "stryker",
  [`@stryker-mutator/core@${version}`, `@stryker-mutator/vitest-runner@${version}`],
  ["--legacy-peer-deps"],
);
const home = join(temporary, "mutation");
mkdirSync(home, { recursive: true });

/** Where tests make their temporary directories: in memory where there is such a place, since many wait until the disk has what they write. */
const scratch = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "hindcast-mutation-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const detected = ["Killed", "Timeout"];
const missed = ["Survived", "NoCoverage"];

/** Tests that train networks or load TensorFlow.js, by folder: thousands of mutants would wait for them. */
const slow = {
  artifact: ["combination", "covariates", "forms", "heads", "hostile", "layers-model", "model"],
};

/** Tests that start the built program are left out, too: it is not mutated. */
function testsOf(folder) {
  const leftOut = slow[folder]?.map((name) => `${name}.test.ts`) ?? [];
  return readdirSync(join(root, "test", folder))
    .filter((name) => name.endsWith(".test.ts") && !leftOut.includes(name))
    .map((name) => `test/${folder}/${name}`)
    .filter((path) => !/from "[./]*\/support\/hindcast\.js"/.test(readFileSync(join(root, path), "utf8")));
}

/** What is computed when a module is loaded counts as covered by no test, so that a new test would not have it tested again. */
function forgetMissedConstants(incremental) {
  const report = JSON.parse(readFileSync(incremental, "utf8"));
  for (const file of Object.values(report.files))
    file.mutants = file.mutants.filter((mutant) => !(mutant.static && missed.includes(mutant.status)));
  writeFileSync(incremental, JSON.stringify(report));
}

function mutate(folder) {
  const [config, vitest, incremental, report] = [
    "stryker.json",
    "vitest.config.ts",
    "incremental.json",
    "report.json",
  ].map((name) => join(home, `${folder}.${name}`));
  if (options.fresh) rmSync(incremental, { force: true });
  else if (existsSync(incremental)) forgetMissedConstants(incremental);
  const test = {
    include: testsOf(folder),
    setupFiles: ["scripts/mutation-test/setup.ts"],
    testTimeout: 3000 * Number(options.timeout),
    // One worker for a mutant, which loads what its tests share once.
    isolate: false,
  };
  writeFileSync(vitest, `export default ${JSON.stringify({ test })};\n`);
  const settings = {
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: relative(root, vitest) },
    mutate: [`src/${folder}/**/*.ts`],
    concurrency: Number(options.concurrency),
    timeoutMS: 1000 * Number(options.timeout),
    timeoutFactor: 2,
    dryRunTimeoutMinutes: 60,
    incremental: true,
    incrementalFile: incremental,
    reporters: ["json", "progress-append-only"],
    jsonReporter: { fileName: report },
    tempDirName: relative(root, join(home, "sandbox")),
    ignorePatterns: ["/bench", "/docs", "/deploy", "/.tmp/*", `!/${relative(root, vitest)}`],
    // It would rewrite the paths in tsconfig.json with an interface that TypeScript 7 does not have.
    tsconfigFile: "none",
    allowConsoleColors: false,
    warnings: { slow: false },
  };
  writeFileSync(config, JSON.stringify(settings, null, 2));
  const began = performance.now();
  const { status } = spawnSync(
    nodeOf(22),
    [join(stryker, "node_modules/@stryker-mutator/core/bin/stryker.js"), "run", config],
    { cwd: root, stdio: ["ignore", 2, 2], env: { ...process.env, TMPDIR: scratch } },
  );
  if (status !== 0) throw new Error(`Stryker ended with ${status}`);
  const minutes = Math.round((performance.now() - began) / 60_000);
  return { ...JSON.parse(readFileSync(report, "utf8")), minutes };
}

function printMissed(path, { source, mutants }) {
  const lines = source.split("\n");
  for (const { status, location, mutatorName, replacement } of mutants.filter((one) => missed.includes(one.status)))
    console.log(
      [
        `${path}:${location.start.line}:${location.start.column} ${status} ${mutatorName}`,
        `  - ${lines[location.start.line - 1].trim()}`,
        `  + ${replacement.split("\n")[0].trim()}`,
      ].join("\n"),
    );
}

const total = { mutants: 0, found: 0 };
for (const folder of options.folders.split(",")) {
  const { files, minutes } = mutate(folder);
  for (const [path, file] of Object.entries(files)) printMissed(path, file);
  const all = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...states) => all.filter((status) => states.includes(status)).length;
  const [found, tested] = [count(...detected), count(...detected, ...missed)];
  const score = ((100 * found) / tested).toFixed(1);
  const states = { killed: count("Killed"), timed_out: count("Timeout"), survived: count("Survived") };
  const row = { folder, mutants: tested, ...states, not_covered: count("NoCoverage"), score, minutes };
  writeResults("mutation", [row]);
  console.log(`${folder}: ${found} of ${tested} mutants noticed, ${score} %`);
  total.mutants += tested;
  total.found += found;
  if (score < leastScore) process.exitCode = 1;
}
console.log(`all: ${((100 * total.found) / total.mutants).toFixed(1)} % of ${total.mutants}`);

// Makes every call of hindcast to the system fail, one at a time and in each way that it can, and looks at what is left. In: which
// scenarios (all, when left out) by a word of their names, and N to take every N-th fault only. Out: counts, a dated CSV in
// bench/results/, in which other scenarios of the same day stay, and exit code 1 when anything was lost. Linux only, with a C compiler.
//
//     node scripts/fault-test.mjs [--every N] [--only retrain]
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildLibrary, listCalls, planFaults, run, runFaulty } from "./fault-test/harness.mjs";
import { scenarios } from "./fault-test/scenarios.mjs";
import { writeResults } from "./results.mjs";

const { values } = parseArgs({
  options: { every: { type: "string", default: "1" }, only: { type: "string", default: "" } },
});
const every = Number(values.every);
const home = realpathSync(mkdtempSync(join(tmpdir(), "hindcast-fault-")));
const [start, work] = ["start", "work"].map((name) => join(home, name));

/** Exit codes that say which side the fault was on, by the file that it befell. */
function expectedCodes({ path }) {
  if (/data\.csv$/.test(path)) return [0, 4];
  return [0, 5, 8];
}

const strays = (directory) =>
  readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) =>
    /(^|\/)\.|\.previous|\.checkpoint/.test(path),
  );

const counts = { scenarios: 0, calls: 0, faults: 0, killed: 0, failed: 0, "done all the same": 0, old: 0, new: 0 };
const losses = {
  "neither old nor new": 0,
  "done, and not new": 0,
  "exit code of another kind": 0,
  "stack trace": 0,
  hang: 0,
  "next run fails": 0,
  "left behind": 0,
};

async function testFault(scenario, fault, states) {
  const { argv, next = argv, look, check } = scenario;
  const report = (loss, text) => {
    losses[loss]++;
    const { name, path, what, at } = fault;
    console.error(`${scenario.name}: ${what} at call ${at}, ${name} ${path.replace(`${work}/`, "")}: ${loss}: ${text}`);
  };
  rmSync(work, { recursive: true, force: true });
  cpSync(start, work, { recursive: true });
  const { code, signal, stderr } = await runFaulty(library, argv, work, fault);
  counts.faults++;
  if (signal === "SIGKILL") counts.killed++;
  else if (signal !== null) report("hang", signal);
  else counts[code === 0 ? "done all the same" : "failed"]++;
  if (signal === null && !expectedCodes(fault).includes(code))
    report("exit code of another kind", `${code}: ${stderr}`);
  if (/\n {4}at /.test(stderr)) report("stack trace", stderr);
  const found = await look(work);
  if (found === states.new) counts.new++;
  else if (found === states.old) counts.old++;
  else report("neither old nor new", found);
  if (code === 0 && found !== states.new) report("done, and not new", stderr);

  const after = await run(next, work);
  if (after.code !== 0) return report("next run fails", `${after.code}: ${after.stderr}`);
  const last = await look(work);
  if (last !== (states.next ?? states.new)) report("next run fails", last);
  const wrong = await check?.(work);
  if (wrong !== undefined) report("next run fails", wrong);
  const left = strays(work).filter((path) => !states.strays.includes(path));
  if (left.length > 0) report("left behind", left.join(" "));
}

const lossCount = () => Object.values(losses).reduce((sum, count) => sum + count, 0);

mkdirSync(start);
const library = buildLibrary(home);
if (library === undefined) process.exit(0);
for (const scenario of scenarios.filter(({ name }) => name.includes(values.only))) {
  rmSync(start, { recursive: true });
  rmSync(work, { recursive: true, force: true });
  mkdirSync(start);
  // Where it was made, so that the paths that it holds are the same.
  mkdirSync(work);
  await scenario.prepare(work);
  cpSync(work, start, { recursive: true });
  const old = await scenario.look(work);
  const calls = await listCalls(library, scenario.argv, work);
  const states = { old, new: await scenario.look(work), strays: strays(work) };
  if (scenario.next !== undefined) {
    await run(scenario.next, work);
    states.next = await scenario.look(work);
  }
  const faults = planFaults(calls).filter((_, i) => i % every === 0);
  console.log(`${scenario.name}: ${calls.length} calls, ${faults.length} faults`);
  counts.scenarios++;
  counts.calls += calls.length;
  const before = { ...counts, losses: lossCount() };
  for (const fault of faults) await testFault(scenario, fault, states);
  const own = (name) => counts[name] - before[name];
  writeResults("faults", [
    {
      ...{ scenario: scenario.name.replaceAll(",", ";"), calls: calls.length, one_of: every, faults: own("faults") },
      ...{ killed: own("killed"), failed: own("failed"), done: own("done all the same") },
      ...{ left_old: own("old"), left_new: own("new"), losses: lossCount() - before.losses },
    },
  ]);
}
rmSync(home, { recursive: true });
for (const [name, count] of Object.entries({ ...counts, ...losses })) console.log(`${name}: ${count}`);
process.exit(lossCount() > 0 ? 1 : 0);

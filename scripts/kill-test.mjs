// Cuts hindcast off at random moments and looks at what is left. In: what to cut off (each in turn, when left out), how many times, and a
// seed. Out: counts, with --out as a dated CSV in bench/results/ too; exit code 1 when anything was lost.
//
//     node scripts/kill-test.mjs [retrain|models|train|export|output|resume] [TIMES] [SEED] [--out]
import { startWork } from "./kill-test/common.mjs";
import { writeResults } from "./results.mjs";

/** Each with how many times it is cut off, before its end, when that is left out; `resume`: each kind of training by each signal. */
const modes = { retrain: 200, models: 200, train: 200, export: 200, output: 200, resume: 20 };

const words = process.argv.slice(2);
const asked = Object.keys(modes).filter((mode) => words.includes(mode));
const [times, seed = 1] = words.filter((word) => /^\d+$/.test(word)).map(Number);

const rows = [];
for (const mode of asked.length > 0 ? asked : Object.keys(modes)) {
  const { test } = await import(`./kill-test/${mode}.mjs`);
  const work = startWork(seed);
  const outcomes = await test(times ?? modes[mode], work).finally(work.clear);
  for (const { subject, counts, losses } of outcomes) {
    console.log(`== ${subject}`);
    for (const [count, value] of Object.entries({ ...counts, ...losses })) {
      console.log(`${count}: ${value}`);
      rows.push({ mode, subject, count, is_loss: Object.hasOwn(losses, count), value, seed, node: process.version });
    }
  }
}
const lostCount = rows.reduce((sum, { is_loss, value }) => sum + (is_loss ? value : 0), 0);
console.log(`lost: ${lostCount}`);
if (words.includes("--out")) writeResults("kills", rows);
process.exit(lostCount > 0 ? 1 : 0);

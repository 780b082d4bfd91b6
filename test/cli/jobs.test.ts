// `--jobs` shares work out, and nothing else changes.
import { expect, test } from "vitest";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const common = `hindcast backtest ${root}fixtures/air-passengers.csv -H 6 --folds 3`;

async function runBoth(flags: string) {
  const directory = await temporaryDirectory();
  const alone = await runShell(`${common} ${flags}`, directory);
  const shared = await runShell(`${common} ${flags} --jobs 3`, directory);
  return { alone, shared };
}

test.each(["every", "never"])("any number of jobs prints the same bytes, with --refit %s", async (refit) => {
  const { alone, shared } = await runBoth(`--model gru,theta --refit ${refit} --epochs 2`);
  expect(alone).toMatchObject({ exit: 0, stdout: expect.stringContaining("theta") });
  expect(shared).toEqual(alone);
});

test("what a thread cannot fit is refused as it is without threads", async () => {
  const { alone, shared } = await runBoth("--model gru --window 200");
  expect(alone.exit).toBe(4);
  expect(shared).toEqual(alone);
});

// A short slice of `npm run test:fuzz`, and every input that once was a finding. In: test/fuzz/findings/TARGET/. Out: each input is
// taken, or refused in so many words.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/base/random.js";
import { createMutator, wordsOf } from "./mutate.js";
import { tryInput } from "./target.js";
import { targets } from "./targets/index.js";

const findings = "test/fuzz/findings";
const inputsPerShare = 100;

describe.each(targets)("what is read as $name", (target) => {
  const directory = join(findings, target.name);

  test("is taken or refused, where it is made of seeds", async () => {
    const random = seededRandom(1).fork(target.name);
    const seeds = await target.seeds();
    const { mutate } = createMutator(random, target.form, wordsOf(seeds));
    for (const seed of seeds) await tryInput(target, seed);
    for (let i = 0; i < inputsPerShare * target.share; i++)
      await tryInput(target, mutate(seeds[random.integer(seeds.length)]!, seeds));
  }, 60_000);

  test.each(existsSync(directory) ? readdirSync(directory) : [])("is taken or refused: %s", async (name) => {
    await tryInput(target, readFileSync(join(directory, name)));
  });
});

test("every finding is of a target", () => {
  const names = targets.map(({ name }) => name);
  expect(readdirSync(findings).filter((name) => !names.includes(name))).toEqual([]);
});

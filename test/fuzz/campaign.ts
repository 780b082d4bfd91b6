// A campaign against one target, in a process of its own, which may hang or die: scripts/fuzz-test.mjs watches it. In: the target's name, a
// directory, how many inputs and seconds at most, a seed. Out: in the directory, `current`, which holds the number of the input under
// way and that input; `corpus/`, the inputs that ran something new; `findings/`, an input for each kind of failure; and at the end a line
// of JSON on stdout.
import { createHash } from "node:crypto";
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { startCoverage } from "./coverage.js";

const [name, directory, mostInputs, mostSeconds, seed] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];

/** Inputs between two looks at the coverage. */
const batchSize = 200;
/** Of making a finding smaller. */
const shrinkTries = 300;
/** Of so many kinds, the others can wait. */
const mostFindings = 40;

const coverage = startCoverage((url) => /\/program-\w+\.js$|\/chunk-\w+\.js$/.test(url));
const { createMutator, seededRandom, targets, tryInput, wordsOf } = await import("./program.js");

const target = targets.find((one) => one.name === name)!;
const random = seededRandom(Number(seed)).fork(name);
const [corpusDirectory, findingsDirectory] = ["corpus", "findings"].map((part) => join(directory, part));
for (const path of [corpusDirectory!, findingsDirectory!]) mkdirSync(path, { recursive: true });

const current = openSync(join(directory, "current"), "w");
const counter = Buffer.alloc(8);
let count = 0;
const findings = new Map<string, string>();

/** Before it is tried: afterwards there may be nobody to tell. */
function note(input: Uint8Array): void {
  counter.writeUInt32LE(++count, 0);
  counter.writeUInt32LE(input.length, 4);
  writeSync(current, Buffer.concat([counter, input]), 0, input.length + 8, 0);
}

let rejection: unknown;
process.on("unhandledRejection", (reason) => {
  rejection = reason ?? new Error("a rejection that nobody handles");
});

/** @returns what kind of failure it is, by the places it came through; undefined for none */
async function failureOf(input: Uint8Array): Promise<{ kind: string; stack: string } | undefined> {
  note(input);
  try {
    await tryInput(target, input);
    if (rejection === undefined) return undefined;
    throw rejection;
  } catch (thrown) {
    rejection = undefined;
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    const places = Array.from(stack.matchAll(/\n +at (\S+)/g), ([, place]) => place);
    return { kind: places.slice(0, 4).join(), stack };
  }
}

/** The smallest input that fails in the same way, as far as cutting pieces out goes. */
async function shrink(input: Uint8Array, kind: string): Promise<Uint8Array> {
  let best = input;
  let tries = 0;
  for (let size = best.length >> 1; size > 0 && tries < shrinkTries; size >>= 1)
    for (let from = 0; from < best.length && tries < shrinkTries; tries++) {
      const shorter = Buffer.concat([best.subarray(0, from), best.subarray(from + size)]);
      if ((await failureOf(shorter))?.kind === kind) best = shorter;
      else from += size;
    }
  return best;
}

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);

async function tryAndKeep(input: Uint8Array): Promise<void> {
  const failure = await failureOf(input);
  if (failure === undefined || findings.has(failure.kind) || findings.size >= mostFindings) return;
  findings.set(failure.kind, failure.stack);
  const smallest = await shrink(input, failure.kind);
  const path = join(findingsDirectory!, hashOf(smallest));
  writeFileSync(path, smallest);
  process.stderr.write(`${name}: ${path}\n${failure.stack}\n`);
}

/** Runs half of them again, and half of that, to see which ran the blocks. @param fresh those that nobody is known for yet */
async function keepThose(inputs: readonly Uint8Array[], fresh: Set<string>): Promise<void> {
  if (fresh.size === 0) return;
  for (const input of inputs) await failureOf(input);
  const ran = [...coverage.take()].filter((block) => fresh.has(block));
  if (ran.length === 0) return;
  if (inputs.length > 1) {
    const middle = inputs.length >> 1;
    await keepThose(inputs.slice(0, middle), fresh);
    return keepThose(inputs.slice(middle), fresh);
  }
  for (const block of ran) fresh.delete(block);
  corpus.push(inputs[0]!);
  writeFileSync(join(corpusDirectory!, hashOf(inputs[0]!)), inputs[0]!);
}

const seeds = await target.seeds();
const { mutate } = createMutator(random, target.form, wordsOf(seeds));
/** Beside the seeds, what an earlier campaign has kept. */
const corpus = [...seeds, ...readdirSync(corpusDirectory!).map((file) => readFileSync(join(corpusDirectory!, file)))];
for (const input of corpus) await tryAndKeep(input);
const seen = coverage.take();

const began = performance.now();
const isOver = () => count >= Number(mostInputs) || performance.now() - began > 1000 * Number(mostSeconds);
/** What was new lately is tried more often. */
const pick = () => {
  const from = random.uniform() < 0.5 ? Math.max(0, corpus.length - 50) : 0;
  return corpus[from + random.integer(corpus.length - from)]!;
};
while (!isOver()) {
  const batch = Array.from({ length: batchSize }, () => mutate(pick(), corpus));
  for (const input of batch) await tryAndKeep(input);
  const fresh = new Set([...coverage.take()].filter((block) => !seen.has(block)));
  for (const block of fresh) seen.add(block);
  await keepThose(batch, fresh);
}
const seconds = Math.round((performance.now() - began) / 1000);
const result = { inputs: count, seconds, corpus: corpus.length, blocks: seen.size, findings: findings.size };
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);

// A campaign against one target, in a process of its own, which may hang or die: scripts/fuzz-test.mjs watches it. In: the target's name, a
// directory, how many inputs and seconds of its own at most, a seed. Out: in the directory, `current`, which holds the number of the try
// under way, how many inputs there were, and the input; `corpus/`, the inputs that ran something new; `findings/`, an input for each kind of
// failure; and at the end a line of JSON on stdout. An input counts once, however often it is tried again.
import { createHash } from "node:crypto";
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createPlaces, type Places, startCoverage } from "./coverage.js";

const [name, directory, mostInputs, mostSeconds, seed] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];

/** Inputs between two looks at the coverage, at most: fewer while much is new, since those of a batch that ran it are looked for. */
const mostBatchSize = 200;
/** Of making a finding smaller. */
const shrinkTries = 300;
/** Of so many kinds, the others can wait. */
const mostFindings = 40;

/** What the campaign was bundled with stands beside it, parts that are loaded only when they are needed among it. */
const bundle = new URL(".", import.meta.url).href;
const coverage = startCoverage((url) => url.startsWith(bundle) && url !== import.meta.url);
const { createMutator, seededRandom, targets, tryInput, wordsOf } = await import("./program.js");

const target = targets.find((one) => one.name === name)!;
const random = seededRandom(Number(seed)).fork(name);
const [corpusDirectory, findingsDirectory] = ["corpus", "findings"].map((part) => join(directory, part));
for (const path of [corpusDirectory!, findingsDirectory!]) mkdirSync(path, { recursive: true });

const current = openSync(join(directory, "current"), "w");
const counter = Buffer.alloc(12);
let tryCount = 0;
let inputCount = 0;
const findings = new Map<string, string>();

/** Before it is tried: afterwards there may be nobody to tell. */
function note(input: Uint8Array): void {
  counter.writeUInt32LE(++tryCount, 0);
  counter.writeUInt32LE(inputCount, 4);
  counter.writeUInt32LE(input.length, 8);
  writeSync(current, Buffer.concat([counter, input]), 0, input.length + 12, 0);
}

let rejection: unknown;
process.on("unhandledRejection", (reason) => {
  rejection = reason ?? new Error("a rejection that nobody handles");
});

interface Failure {
  /** By the places that it came through. */
  readonly kind: string;
  readonly stack: string;
}

/** @param traceLimit places of a trace */
async function tryOnce(input: Uint8Array, traceLimit: number): Promise<Failure | undefined> {
  note(input);
  Error.stackTraceLimit = traceLimit;
  try {
    await tryInput(target, input);
    // A rejection is told of when a turn of the event loop is over.
    await nextTurn();
    if (rejection === undefined) return undefined;
    throw rejection;
  } catch (thrown) {
    rejection = undefined;
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    const places = Array.from(stack.matchAll(/\n +at (\S+)/g), ([, place]) => place);
    return { kind: places.slice(0, 4).join(), stack };
  }
}

/** A trace is only made of what has failed already: most inputs are refused, some by hundreds of errors. */
async function failureOf(input: Uint8Array): Promise<Failure | undefined> {
  const failure = await tryOnce(input, 0);
  return failure && ((await tryOnce(input, 10)) ?? failure);
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
  inputCount++;
  const failure = await failureOf(input);
  if (failure === undefined || findings.has(failure.kind) || findings.size >= mostFindings) return;
  findings.set(failure.kind, failure.stack);
  const smallest = await shrink(input, failure.kind);
  const path = join(findingsDirectory!, hashOf(smallest));
  writeFileSync(path, smallest);
  process.stderr.write(`${name}: ${path}\n${failure.stack}\n`);
}

/** Runs half of them again, and half of that, to see which ran the places. @param fresh those that nobody is known for yet */
async function keepThose(inputs: readonly Uint8Array[], fresh: Places): Promise<void> {
  const middle = inputs.length >> 1;
  for (const half of [inputs.slice(0, middle), inputs.slice(middle)]) {
    if (half.length === 0 || fresh.size === 0) continue;
    for (const input of half) await failureOf(input);
    const ran = fresh.remove(coverage.take());
    if (ran.length === 0) continue;
    if (half.length > 1) {
      fresh.add(ran);
      await keepThose(half, fresh);
      continue;
    }
    corpus.push(half[0]!);
    writeFileSync(join(corpusDirectory!, hashOf(half[0]!)), half[0]!);
  }
}

const seeds = await target.seeds();
const { mutate } = createMutator(random, target.form, wordsOf(seeds));
/** Beside the seeds, what an earlier campaign has kept. */
const corpus = [...seeds, ...readdirSync(corpusDirectory!).map((file) => readFileSync(join(corpusDirectory!, file)))];
for (const input of corpus) await tryAndKeep(input);
const seen = createPlaces();
seen.add(coverage.take());

/** Its own time, since the machine may be busy with other things. */
const computedSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const isOver = () => inputCount >= Number(mostInputs) || computedSeconds() > Number(mostSeconds);
/** What was new lately is tried more often, and so is the shorter one of two: it takes less time. */
const pick = () => {
  const from = random.uniform() < 0.5 ? Math.max(0, corpus.length - 50) : 0;
  const [one, other] = [0, 1].map(() => corpus[from + random.integer(corpus.length - from)]!) as [
    Uint8Array,
    Uint8Array,
  ];
  return random.uniform() < 0.5 && other.length < one.length ? other : one;
};
let batchSize = 1;
while (!isOver()) {
  const batch = Array.from({ length: batchSize }, () => mutate(pick(), corpus));
  for (const input of batch) await tryAndKeep(input);
  const fresh = createPlaces();
  fresh.add(seen.add(coverage.take()));
  batchSize = fresh.size > 0 ? Math.ceil(batchSize / 4) : Math.min(mostBatchSize, Math.ceil(1.5 * batchSize));
  await keepThose(batch, fresh);
}
const seconds = Math.round(computedSeconds());
const result = { inputs: inputCount, seconds, corpus: corpus.length, characters: seen.size, findings: findings.size };
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);

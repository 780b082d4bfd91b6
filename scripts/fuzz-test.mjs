// Fuzzes everything that reads what comes from outside, led by the coverage that V8 tells: `npm run test:fuzz`. In: --inputs N together
// (1,000,000), --seconds N that each target may compute for, --seed N, --only NAMES. Out: a line for each target and for each finding,
// which is kept in .tmp/fuzz/ beside the inputs that the next run begins with; a dated CSV in bench/results/, in which other targets of the
// same day stay; exit code 1 when there was any.
// A finding is an exception that is no refusal, a rejection that nobody handles, an array of more than 256 MiB, an input that takes more
// than 10 s, a process of more than 2 GB, or its end.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { writeResults } from "./results.mjs";
import { root, temporary } from "./tools.mjs";

const { values: options } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "3600" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    only: { type: "string" },
  },
});
const home = join(temporary, "fuzz");
/** Of its own time, so that a busy machine makes no findings. */
const hangSeconds = 10;
const mostBytes = 2e9;

const program = join(home, "program");
mkdirSync(program, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["test/fuzz/campaign.ts"],
  outdir: program,
  bundle: true,
  splitting: true,
  packages: "external",
  platform: "node",
  target: "node20.19",
  format: "esm",
  sourcemap: true,
  logLevel: "error",
});
/** Written to memory, since every input writes files. */
const fastTemporary = process.platform === "linux" ? "/dev/shm" : undefined;

async function listTargets() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: { contents: 'export { targets } from "./test/fuzz/targets/index.ts";', resolveDir: root },
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    write: false,
    outfile: join(program, "targets.mjs"),
  });
  writeFileSync(join(program, "targets.mjs"), outputFiles[0].contents);
  return (await import(join(program, "targets.mjs"))).targets;
}

/** @returns the number of the try that a campaign is at, how many inputs there were, and the input */
function readCurrent(directory) {
  const bytes = readFileSync(join(directory, "current"));
  if (bytes.length < 12) return { number: 0, inputs: 0, input: Buffer.alloc(0) };
  const [number, inputs, length] = [0, 4, 8].map((offset) => bytes.readUInt32LE(offset));
  return { number, inputs, input: bytes.subarray(12, 12 + length) };
}

/** @returns what a process holds in memory, and the seconds that it has computed; nothing where the system does not tell */
function usageOf(pid) {
  try {
    const bytes = 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc(5): fields 14 and 15, in hundredths of a second; the name before them may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { bytes, seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return { bytes: 0, seconds: 0 };
  }
}

/** Runs until the campaign ends, or is ended. @returns its result, or why there is none */
async function runCampaign(name, directory, inputs, seed) {
  const flags = ["--enable-source-maps", "--max-old-space-size=1024", join(program, "campaign.js")];
  const child = spawn(process.execPath, [...flags, name, directory, String(inputs), options.seconds, seed], {
    cwd: root,
    env: { ...process.env, ...(fastTemporary && { TMPDIR: fastTemporary }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  let [lastNumber, since, reason] = [-1, 0, undefined];
  const watch = setInterval(() => {
    const { number } = readCurrent(directory);
    const { bytes, seconds } = usageOf(child.pid);
    if (number !== lastNumber) [lastNumber, since] = [number, seconds];
    else if (number > 0 && seconds - since > hangSeconds) reason = `takes more than ${hangSeconds} s`;
    if (bytes > mostBytes) reason = "takes more than 2 GB";
    if (reason !== undefined) child.kill("SIGKILL");
  }, 500);
  const [code, signal] = await new Promise((done) => child.on("close", (...ended) => done(ended)));
  clearInterval(watch);
  if (code === 0) return JSON.parse(stdout);
  return { reason: reason ?? `ends the process (${signal ?? code})`, ...readCurrent(directory) };
}

const all = await listTargets();
const targets = all.filter(({ name }) => options.only === undefined || options.only.split(",").includes(name));
const shares = targets.reduce((sum, { share }) => sum + share, 0);
const total = { inputs: 0, findings: 0 };
for (const { name, share } of targets) {
  const directory = join(home, name);
  mkdirSync(join(directory, "findings"), { recursive: true });
  writeFileSync(join(directory, "current"), "");
  const wanted = Math.ceil((Number(options.inputs) * share) / shares);
  const done = { inputs: 0, seconds: 0, corpus: 0, characters: 0, findings: 0 };
  // After the end of a process another one goes on.
  for (let part = 0; done.inputs < wanted && part < 10; part++) {
    const result = await runCampaign(name, directory, wanted - done.inputs, `${Number(options.seed) + part}`);
    if (result.reason === undefined) {
      Object.assign(done, result, { inputs: done.inputs + result.inputs, findings: done.findings + result.findings });
      break;
    }
    done.inputs += result.inputs;
    done.findings++;
    const path = join(directory, "findings", `killed-${options.seed}-${part}`);
    writeFileSync(path, result.input);
    console.error(`${name}: ${path} ${result.reason}`);
  }
  writeResults("fuzz", [{ target: name, ...done }]);
  console.log(`${name}: ${done.inputs} inputs in ${done.seconds} s, ${done.findings} findings`);
  total.inputs += done.inputs;
  total.findings += done.findings;
}
console.log(`seed ${options.seed}: ${total.inputs} inputs, ${total.findings} findings`);
if (total.findings > 0) process.exitCode = 1;

// The README's session on a machine that has just got hindcast: `npm run test:session`. In: --nodes 20,22,24. For each Node, which comes from
// npm, the package is packed, installed into an empty prefix from npm alone, and the lines of "A session" are run in an empty directory
// beside the package's own fixtures: without TensorFlow's native engine, and with it as `hindcast engine install` builds it. Out: a line
// for each, what ends in another way or says something else than the first, a dated CSV in bench/results/, in which other machines of the same
// day stay, and exit code 1 where one does.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { writeResults } from "./results.mjs";
import { installPackage, nodeOf, packPackage, root, temporary } from "./tools.mjs";

const { values: options } = parseArgs({ options: { nodes: { type: "string", default: "20,22,24" } } });
const readme = readFileSync(join(root, "README.md"), "utf8");
const session = /^## A session\n+```console\n(.*?)^```/ms.exec(readme)?.[1] ?? "";
const lines = [...session.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line);
if (lines.length === 0) throw new Error("README.md has no session");

const state = (isThere) => `hindcast engine | grep -q '^native,${isThere}'`;
/** A network that is trained where TensorFlow computes. */
const trained = [
  "hindcast train fixtures/air-passengers.csv -H 12 --model lstm --layers 8 --epochs 2 --engine native --out native --quiet | wc -l",
  "hindcast forecast --from native | wc -l",
];
const engines = {
  without: [state(false), ...lines],
  with: [state(true), ...lines, ...trained],
};

const home = join(temporary, "session");
const work = mkdtempSync(join(tmpdir(), "hindcast-session-"));
const packed = packPackage();
/** Where the first of them has built the native engine, for the others to take it from. */
let built;

function runLine(line, cwd, env) {
  const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", line], { cwd, env, encoding: "utf8" });
  return { line, status, stdout, stderr };
}

const expected = new Map();
for (const major of options.nodes.split(",")) {
  const [prefix, data] = [join(home, `node${major}`), join(home, `data${major}`)];
  const env = {
    PATH: [join(prefix, "bin"), dirname(nodeOf(major)), process.env.PATH].join(":"),
    ...{ HOME: work, XDG_DATA_HOME: data, LANG: "C.UTF-8", TZ: "UTC" },
  };
  rmSync(data, { recursive: true, force: true });
  const installed = installPackage(prefix, packed.path, [], { ...process.env, PATH: env.PATH });
  for (const [engine, steps] of Object.entries(engines)) {
    const began = performance.now();
    if (engine === "with") {
      const from = built === undefined ? "" : ` --from ${built}`;
      const { status, stderr } = runLine(`hindcast engine install${from} --quiet`, work, {
        ...process.env,
        ...env,
        HOME: process.env.HOME,
      });
      if (status !== 0) throw new Error(`hindcast engine install: ${stderr}`);
      built ??= join(data, "hindcast/engine/native");
    }
    const directory = join(work, "session");
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
    cpSync(join(installed, "fixtures"), join(directory, "fixtures"), { recursive: true });
    const differences = steps
      .map((line) => runLine(line, directory, env))
      .filter(({ line, status, stdout, stderr }) => {
        const first = expected.get(line) ?? stdout;
        expected.set(line, first);
        const isFine = status === 0 && stderr === "" && stdout === first;
        if (!isFine) console.error(`Node ${major}, ${engine}: ${line}: exit code ${status}: ${stderr}${stdout}`);
        return !isFine;
      });
    const seconds = Math.round((performance.now() - began) / 1000);
    const machine = `Node ${major} ${engine} the native engine`;
    writeResults("session", [{ machine, lines: steps.length, differences: differences.length, seconds }]);
    console.log(
      `Node ${major}, ${engine} the native engine: ${steps.length} lines, ${differences.length} differences, ${seconds} s`,
    );
    if (differences.length > 0) process.exitCode = 1;
  }
}
rmSync(work, { recursive: true, force: true });
rmSync(home, { recursive: true, force: true });

// Runs every command line of README.md and docs/ as it stands there. In: a built dist/; names of pages, or none for all. Out: a line for each
// page and each line that fails; exit code 1 when one does. A page's lines run in one directory, in their order, beside fixtures/ and the
// files that the pages speak of.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../", import.meta.url));
const pages = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith(".md") && (process.argv.length < 3 || process.argv.slice(2).includes(name)),
);
/** What cannot be run to its end here, and why. */
const skipped = [
  [/\btail\b.* -f\b/, "never ends"],
  [/\bnpm (ci|run|test|install)\b/, "is what runs this"],
  [/hindcast engine (install|bench)/, "takes minutes"],
  [/--max-time 1h/, "takes an hour"],
  [/\bsource <\(|\| source$/, "is for a user's shell"],
  [
    /\b(kubectl|sbatch|spark-submit|srun|mlr)\b/,
    "needs what may not be installed; scripts/deploy-test.mjs runs it where it is",
  ],
];
const limitMs = 300_000;
/** A registry with three versions. */
const registry = ["2024-12-01", "2025-01-01", "2025-02-01"].map(
  (until) => `hindcast retrain registry sales.csv -H 12 --model ets --until ${until} --promote always`,
);
/** What a page supposes to have been run before. */
const before = {
  "docs/cron.md": registry,
  "docs/commands.md": [
    "mv sales.csv actuals.csv && grep -v 2025-02- actuals.csv > sales.csv",
    ...registry.map((line) => line.replace("2025-02-01", "2025-01-15")),
    ...[0, 1].map((i) => `hindcast forecast sales.csv --from registry --shard ${i}/2 -o part-${i}.csv`),
    "cp sales.ndjson series.ndjson && mkdir -p .local/share/man/man1",
  ],
};
/** A page that is about flags, and not about what they give, trains as little as it can. */
const environments = { "docs/commands.md": { HINDCAST_EPOCHS: "2", HINDCAST_MAX_TRIALS: "3" } };

/** Lines of code, in fences and indented, that run hindcast; what continues a line belongs to it. */
function commandsOf(text) {
  const lines = [];
  let fence;
  for (const line of text.split("\n")) {
    const mark = /^\s*```(\w*)/.exec(line);
    if (mark !== null) fence = fence === undefined ? mark[1] : undefined;
    else if (fence === "sh" || fence === "bash" || (fence === undefined && line.startsWith("    ")))
      lines.push(line.trim());
    else if (fence === "console" && line.startsWith("$ ")) lines.push(line.slice(2));
  }
  const joined = lines.join("\n").replaceAll(/\\\n/g, " ").split("\n");
  // A crontab's line runs where its data are; here that is the page's directory.
  const plain = joined.map((line) => line.replace(/^(?:\S+ ){5}cd \S+ && /, ""));
  return plain.filter((line) => /(^|[|(;&<]\s*|do |xargs )hindcast /.test(line) && !line.startsWith("#"));
}

/** Two shops by day, with a week's shape, and what is known beside the sales. */
function salesRows(days) {
  return ["north", "south"].flatMap((shop, s) =>
    Array.from({ length: days }, (_, day) => {
      const promo = day % 11 === 3 ? 1 : 0;
      const sold = Math.round(100 + 30 * s + 20 * Math.sin((2 * Math.PI * day) / 7) + 15 * promo + ((day * 7919) % 13));
      const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
      return { shop, date, sold, promo, visitors: 3 * sold + 5, size: s === 0 ? "small" : "large" };
    }),
  );
}

function writeSamples(directory, page) {
  cpSync(join(root, "fixtures"), join(directory, "fixtures"), { recursive: true });
  const rows = salesRows(400);
  const [plain, withCovariates] = [
    ["series,date,y", ...rows.map((row) => `${row.shop},${row.date},${row.sold}`)],
    [
      "shop,date,sold,promo,visitors,size",
      // The last fourteen days are the future: their promotions are known.
      ...rows.map((row, i) => Object.values(i % 400 < 386 ? row : { ...row, sold: "", visitors: "" }).join()),
    ],
  ].map((lines) => `${lines.join("\n")}\n`);
  const sales = page === "docs/covariates.md" ? withCovariates : plain;
  writeFileSync(join(directory, "sales.csv"), sales);
  writeFileSync(join(directory, "sales.csv.gz"), gzipSync(readFileSync(join(root, "fixtures/air-passengers.csv"))));
  copyFileSync(join(root, "fixtures/air-passengers.csv"), join(directory, "data.csv"));
  const series = ["north", "south"].map((shop) => ({
    id: shop,
    start: "2024-01-01",
    freq: "d",
    target: rows.filter((row) => row.shop === shop).map(({ sold }) => sold),
  }));
  writeFileSync(join(directory, "sales.ndjson"), series.map((line) => `${JSON.stringify(line)}\n`).join(""));
  mkdirSync(join(directory, "bin"));
  writeFileSync(
    join(directory, "bin/hindcast"),
    `#!/bin/sh\nexec "${process.execPath}" "${root}bin/hindcast.js" "$@"\n`,
  );
  chmodSync(join(directory, "bin/hindcast"), 0o755);
}

let [passed, failed] = [0, 0];
for (const page of pages) {
  const directory = mkdtempSync(join(tmpdir(), "hindcast-docs-"));
  try {
    writeSamples(directory, page);
    const counts = { run: 0, skipped: 0 };
    for (const line of [...(before[page] ?? []), ...commandsOf(readFileSync(join(root, page), "utf8"))]) {
      if (skipped.some(([pattern]) => pattern.test(line))) {
        counts.skipped++;
        continue;
      }
      const { status, stderr, signal } = spawnSync("bash", ["-o", "pipefail", "-c", line], {
        cwd: directory,
        env: {
          ...process.env,
          ...environments[page],
          HOME: directory,
          PATH: `${join(directory, "bin")}:${process.env.PATH}`,
        },
        stdio: ["ignore", "ignore", "pipe"],
        encoding: "utf8",
        timeout: limitMs,
      });
      counts.run++;
      // A gate that was passed is an answer: a --fail-if that holds, data that are old.
      const isOld = status === 4 && /older than --max-age allows/.test(stderr);
      const isFine = status === 0 || isOld || (status === 6 && /--fail-if|--max-age/.test(line));
      if (isFine) passed++;
      else {
        failed++;
        console.log(
          `${page}: ${line}\n  ends with ${signal ?? status}: ${stderr.trim().split("\n").slice(-3).join("\n  ")}`,
        );
      }
    }
    console.log(`${page}: ${counts.run} run, ${counts.skipped} skipped`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

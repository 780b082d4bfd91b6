// Runs deploy/ and docs/cron.md on the real engines, as far as they are installed: GNU parallel, a Slurm of one node, a Spark of two worker
// processes, cron, systemd's own check of units, and the schema of Kubernetes. In: what `npm run build` made; PYTHON, a Python with pyspark
// and pyarrow. Out: what each gave against the bytes of a single process, and counts; exit code 1 when anything failed. What is not
// installed is skipped, and said; with --out it is kept as a dated CSV in bench/results/.
//
//     node scripts/deploy-test.mjs [parallel|slurm|kubernetes|clock|spark] [SERIES] [--out]
import { end, prepare } from "./deploy-test/common.mjs";

const engines = ["parallel", "slurm", "kubernetes", "clock", "spark"];
const words = process.argv.slice(2);
const asked = engines.filter((name) => words.includes(name));
const single = prepare(Number(words.find((word) => /^\d+$/.test(word)) ?? 200));
for (const name of asked.length > 0 ? asked : engines) {
  const { test } = await import(`./deploy-test/${name}.mjs`);
  await test(single);
}
end(words.includes("--out"));

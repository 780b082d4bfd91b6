// The scripts under deploy/ with the real command line, as a scheduler would start them. The schedulers themselves run in
// scripts/deploy-test.mjs.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const deploy = join(root, "deploy");
const shardCount = 4;
let directory: string;
let whole: string;
const run = (line: string, env?: Record<string, string>) => runShell(line, directory, env);
const everyShard = (line: string) => `for i in 0 1 2 3; do ${line} || exit; done`;

interface Job {
  readonly spec: {
    readonly completions?: number;
    readonly parallelism?: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
}

function jobOf(name: string): Job {
  return parse(readFileSync(join(deploy, "kubernetes", name), "utf8"));
}

/** Two weeks of six series, one without any value: the forecast is partial. */
beforeAll(async () => {
  directory = await temporaryDirectory();
  const rows = ["b", "f", "a", "e", "none", "d"].flatMap((id, s) =>
    Array.from({ length: 14 }, (_, t) =>
      [id, `2024-03-${String(t + 1).padStart(2, "0")}`, id === "none" ? "" : (t % 7) + s].join(","),
    ),
  );
  writeFileSync(join(directory, "sales.csv"), `unique_id,ds,y\n${rows.join("\n")}\n`);
  const { stdout, exit } = await run(
    "hindcast train sales.csv -H 3 --model theta --out model -q > summary && hindcast forecast sales.csv --from model",
  );
  expect(exit).toBe(3);
  whole = stdout;
});

test("the Slurm array and its merge give the whole", async () => {
  const env = { DATA: "sales.csv", MODEL: "model", DIRECTORY: "slurm", OUTPUT: "slurm.csv", SLURM_CPUS_PER_TASK: "1" };
  const array = `SLURM_ARRAY_TASK_COUNT=${shardCount} SLURM_ARRAY_TASK_ID=$i bash ${deploy}/slurm/forecast.sbatch`;
  expect((await run(everyShard(array), env)).exit).toBe(0);
  expect((await run(`bash ${deploy}/slurm/merge.sbatch`, env)).exit).toBe(3);
  expect(readFileSync(join(directory, "slurm.csv"), "utf8")).toBe(whole);
});

test("a task of the Slurm array ends as hindcast does when nothing can be made of it", async () => {
  const env = { DATA: "sales.csv", MODEL: "nowhere", DIRECTORY: "none", SLURM_CPUS_PER_TASK: "1" };
  const task = `SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_ID=0 bash ${deploy}/slurm/forecast.sbatch`;
  expect((await run(task, env)).exit).toBe(5);
});

test("the Kubernetes Job and its merge give the whole", async () => {
  const [command, merge] = ["forecast.yaml", "merge.yaml"].map((name) =>
    jobOf(name).spec.template.spec.containers[0]!.args[0]!.replaceAll("/data", directory),
  );
  writeFileSync(join(directory, "pod.sh"), command!);
  expect((await run(everyShard("JOB_COMPLETION_INDEX=$i sh pod.sh"))).exit).toBe(0);
  expect((await run(merge!)).exit).toBe(3);
  expect(readFileSync(join(directory, "next.csv"), "utf8")).toBe(whole);
});

test("the Kubernetes Job has a pod for every shard", () => {
  const { completions, parallelism, template } = jobOf("forecast.yaml").spec;
  expect({ completions, parallelism }).toEqual({ completions: shardCount, parallelism: shardCount });
  expect(template.spec.containers[0]!.args[0]).toContain(`--shard auto/${completions} `);
});

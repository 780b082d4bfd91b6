// Spark: a master and two worker processes. PYTHON is a Python with pyspark and pyarrow.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { at, check, deploy, environment, expectSame, missingCommand, read, run } from "./common.mjs";

const python = process.env.PYTHON ?? "python3";
const hasSpark = spawnSync(python, ["-c", "import pyspark, pyarrow"]).status === 0;
const cannotSpark = hasSpark ? missingCommand("java") : `${python} has no pyspark and pyarrow`;

function spark(input, output, flags) {
  const words = [
    "--master",
    "local-cluster[2,1,1024]",
    "--conf",
    "spark.ui.enabled=false",
    // Snappy, the usual one, is a library for musl where a machine has musl beside another C library, and does not load.
    "--conf",
    "spark.sql.parquet.compression.codec=gzip",
    `${deploy}/spark/forecast.py`,
  ];
  const tool = run(python, ["-c", "import sys; print(sys.executable)"]).stdout.trim();
  const { stderr } = run(join(dirname(tool), "spark-submit"), [...words, input, output, ...flags], {
    env: { PATH: `${dirname(tool)}:${environment.PATH}`, PYSPARK_PYTHON: tool },
  });
  return new Set(Array.from(stderr.matchAll(/Starting task .*,executor (\d+),/g), ([, executor]) => executor)).size;
}

const toParquet = `
import pyarrow.csv, pyarrow.parquet
pyarrow.parquet.write_table(pyarrow.csv.read_csv("sales.csv"), "sales.parquet", compression="gzip")`;
/** JSON's and JavaScript's way with numbers is one of many; the numbers themselves are compared. */
const fromParquet = `
import json, pyarrow.parquet
for row in pyarrow.parquet.read_table("next.parquet").to_pylist():
    print(json.dumps(list(row.values()), default=str))`;

export async function test({ whole, wholeLines, emptyId }) {
  await check("Spark, CSV to lines", cannotSpark, () => {
    const executorCount = spark("sales.csv", "lines", ["--format", "ndjson", "--freq", "d", "--from", at("model")]);
    const parts = readdirSync(at("lines"))
      .filter((name) => name.startsWith("part-"))
      .sort();
    expectSame("the parts, one after another,", parts.map((name) => read(`lines/${name}`)).join(""), wholeLines);
    if (executorCount < 2) throw new Error(`${executorCount} of 2 worker processes had tasks`);
    return `${parts.length} parts from ${executorCount} worker processes`;
  });

  await check("Spark, Parquet to Parquet", cannotSpark, () => {
    run(python, ["-c", toParquet]);
    spark("sales.parquet", "next.parquet", ["--freq", "d", "--from", at("model")]);
    const rows = run(python, ["-c", fromParquet])
      .stdout.trim()
      .split("\n")
      .map((line) => JSON.parse(line).join(","));
    expectSame("the table", `${rows.join("\n")}\n`, whole.slice(whole.indexOf("\n") + 1));
    const errors = readdirSync(at("next.parquet.errors")).filter((name) => name.startsWith("part-"));
    const said = errors.map((name) => read(`next.parquet.errors/${name}`)).join("");
    if (!said.includes(emptyId) || said.trim().split("\n").length !== 1) throw new Error(`errors: ${said}`);
    return `${rows.length} rows, 1 error line`;
  });
}

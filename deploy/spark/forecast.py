"""Forecasts many series on Apache Spark: a table in, a table out, `hindcast pipe` on every worker.

In: Parquet or CSV with a row a series and a stamp. Out: Parquet or CSV with a row a series and a step, in the order of the series'
keys, or the lines of `hindcast pipe` as they are. A series that cannot be forecast is a line in OUTPUT.errors (with --format ndjson,
among the others), and the others go on; where hindcast itself fails, its task fails.

    spark-submit forecast.py sales.parquet next.parquet --id store --time day --target units --freq d --from model

hindcast has to be where the driver's PATH finds it on every worker, or --hindcast says where; and the model's directory at the same
path on every worker: on a shared disk, or sent along with `spark-submit --archives model.tar.gz#model`.
"""

import argparse
import os
import re
import shlex

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f
from pyspark.sql import types as t

# What `hindcast pipe` ends with when some lines, or all, are in error: they are lines of its output.
LINE_ERRORS = (3, 4)

UNITS = {"s": "1 second", "min": "1 minute", "h": "1 hour", "d": "1 day", "w": "7 day", "ms": "1 month", "qs": "3 month", "ys": "1 year"}

ANSWER = "type string, id {id}, start string, forecast array<double>, quantiles map<string, array<double>>"


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", help="Parquet; CSV with a header where it ends in .csv or .csv.gz")
    parser.add_argument("output", help="a directory that is not there yet")
    parser.add_argument("--format", choices=["parquet", "csv", "ndjson"], default="parquet")
    parser.add_argument("--id", nargs="+", default=["unique_id"], metavar="COL")
    parser.add_argument("--time", default="ds", metavar="COL")
    parser.add_argument("--target", default="y", metavar="COL")
    parser.add_argument("--freq", required=True, help="the time between two values: 15min, h, d, w-mon, ms, qs, ys; N for whole numbers")
    model = parser.add_mutually_exclusive_group(required=True)
    model.add_argument("--from", dest="model_directory", metavar="DIR", help="one model for all series")
    model.add_argument("--model", metavar="NAME", help="fitted to each series by itself, such as theta; needs -H")
    parser.add_argument("-H", "--horizon", metavar="N")
    parser.add_argument("--level", metavar="80,95")
    parser.add_argument("--hindcast", default="hindcast", metavar="COMMAND", help="how workers call it")
    parser.add_argument("--partitions", type=int, metavar="N", help="tasks; four a core when left out")
    return parser.parse_args()


def read_table(spark: SparkSession, args: argparse.Namespace) -> DataFrame:
    if args.input.endswith((".csv", ".csv.gz")):
        table = spark.read.csv(args.input, header=True, inferSchema=True)
    else:
        table = spark.read.parquet(args.input)
    keys = [f.col(name).cast("string").alias(f"id{i}") for i, name in enumerate(args.id)]
    return table.select(*keys, f.col(args.time).alias("time"), f.col(args.target).cast("double").alias("value"))


def step_of(freq: str, time_type: t.DataType) -> Column:
    """The time between two values, as Spark's `sequence` takes it."""
    if isinstance(time_type, t.IntegralType):
        return f.lit(int(freq)).cast(time_type)
    match = re.fullmatch(r"(\d*)(s|min|h|d|w|ms|qs|ys)(?:-[a-z]{3})?", freq.lower())
    if match is None:
        raise SystemExit(f"--freq {freq}: one of {', '.join(UNITS)}, also as in 15min")
    count, unit = UNITS[match[2]].split()
    return f.expr(f"INTERVAL {int(match[1] or 1) * int(count)} {unit}")


def lines_of(table: DataFrame, args: argparse.Namespace, partition_count: int) -> DataFrame:
    """A line for `hindcast pipe` a series, in the order of their keys. A stamp without a row is a missing value of the target."""
    keys = [f"id{i}" for i in range(len(args.id))]
    time_type = table.schema["time"].dataType
    rows = (
        table.groupBy(*keys)
        .agg(f.map_from_entries(f.collect_list(f.struct("time", "value"))).alias("values"))
        .withColumn("times", f.map_keys("values"))
        .withColumn("grid", f.sequence(f.array_min("times"), f.array_max("times"), step_of(args.freq, time_type)))
        .withColumn("off_grid", f.array_except("times", "grid"))
    )
    refused = f.format_string(
        "%s has a stamp that is no step of --freq %s: %s",
        f.concat_ws("/", *keys),
        f.lit(args.freq),
        f.col("off_grid")[0].cast("string"),
    )
    grid = f.when(f.size("off_grid") == 0, f.col("grid")).otherwise(f.raise_error(refused))
    missing = f.lit(None).cast("double")
    target = f.transform("grid", lambda stamp: f.nanvl(f.try_element_at("values", stamp), missing))
    line = f.struct(
        (f.col("id0") if len(keys) == 1 else f.array(*keys)).alias("id"),
        stamp_text(f.array_min("grid"), time_type).alias("start"),
        f.lit(args.freq).alias("freq"),
        target.alias("target"),
    )
    return (
        rows.withColumn("grid", grid)
        .repartitionByRange(partition_count, *keys)
        .sortWithinPartitions(*keys)
        .select(f.to_json(line).alias("line"))
    )


def stamp_text(stamp: Column, time_type: t.DataType) -> Column:
    if isinstance(time_type, t.DateType):
        return f.date_format(stamp, "yyyy-MM-dd")
    if isinstance(time_type, (t.TimestampType, t.TimestampNTZType)):
        return f.date_format(stamp, "yyyy-MM-dd'T'HH:mm:ss'Z'")
    return stamp


def pipe_command(args: argparse.Namespace) -> str:
    """In a shell that knows which exit codes are none of a failure: Spark knows 0 only."""
    words = [*shlex.split(args.hindcast), "pipe", "--quiet"]
    words += ["--from", args.model_directory] if args.model_directory else ["--model", args.model]
    for name in ("horizon", "level"):
        value = getattr(args, name)
        words += [] if value is None else [f"--{name}", value]
    codes = "|".join(map(str, LINE_ERRORS))
    return shlex.join(["sh", "-c", f"{shlex.join(words)}; code=$?; case $code in {codes}) exit 0;; *) exit $code;; esac"])


def rows_of(answers: DataFrame, args: argparse.Namespace, time_type: t.DataType) -> DataFrame:
    """A row a series and a step: the id columns, the time, the forecast and a column a quantile, as q0.1."""
    start = f.col("start").cast(time_type)
    step = step_of(args.freq, time_type)
    end = (start + step * (f.size("forecast") - 1)).cast(time_type)
    # Every series has the same quantiles.
    first = answers.select(f.map_keys("quantiles")).first()
    levels = sorted(first[0], key=float) if first else []
    ids = [(f.col("id") if len(args.id) == 1 else f.col("id")[i]).alias(name) for i, name in enumerate(args.id)]
    steps = f.arrays_zip(
        f.sequence(start, end, step).alias(args.time),
        f.col("forecast"),
        *(f.col("quantiles")[level].alias(f"q{level}") for level in levels),
    )
    return answers.select(*ids, steps.alias("steps")).select(*args.id, f.inline("steps"))


def main() -> None:
    args = read_arguments()
    spark = SparkSession.builder.appName("hindcast").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    table = read_table(spark, args)
    lines = lines_of(table, args, args.partitions or 4 * spark.sparkContext.defaultParallelism)
    # Spark starts it with no environment at all.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    answers = lines.rdd.map(lambda row: row.line).pipe(pipe_command(args), environment, checkCode=True)
    if args.format == "ndjson":
        spark.createDataFrame(answers, "string").write.text(args.output)
        return
    # Read twice, forecast once.
    answers.persist(StorageLevel.DISK_ONLY)
    schema = ANSWER.format(id="string" if len(args.id) == 1 else "array<string>")
    parsed = spark.read.json(answers, schema=schema).where("type = 'forecast'")
    time_type = table.schema["time"].dataType
    rows_of(parsed, args, time_type).write.format(args.format).options(header=True).save(args.output)
    errors = answers.filter(lambda line: '"type":"error"' in line)
    spark.createDataFrame(errors, "string").write.text(f"{args.output}.errors")


if __name__ == "__main__":
    main()

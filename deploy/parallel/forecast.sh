#!/bin/bash
# GNU parallel on this machine, or on others by ssh. In: data, a model directory, a number of shards and where to write. Out: one file.
#
#   ./forecast.sh sales.csv model 8 next.csv
#   SSH_LOGINS=a.example,b.example ./forecast.sh sales.csv model 8 next.csv    # the same paths on every machine
set -euo pipefail
data=$1 model=$2 shards=$3 output=$4

parts=$(mktemp --directory --tmpdir="$(dirname "$output")" parts.XXXXXX)
trap 'rm -rf "$parts"' EXIT
# Series without forecast (exit code 3) stop nothing: the merge ends with 3 too.
seq 0 $((shards - 1)) |
  parallel --halt now,fail=1 ${SSH_LOGINS:+--sshlogin "$SSH_LOGINS"} --workdir "$PWD" \
    hindcast forecast "$data" --from "$model" --threads 1 --shard "{}/$shards" --output "$parts/part-{}.csv" '|| [ $? -eq 3 ]'
hindcast merge "$parts"/part-*.csv --output "$output"

#!/bin/bash
# NDJSON from stdin to stdout, a line a series, on all cores. In: lines of `hindcast pipe`. Out: a line for each, in their order.
#
#   ./pipe.sh model < series.ndjson > forecasts.ndjson
set -euo pipefail

# Blocks of whole lines, each to a process of its own; --keep-order waits with what comes early.
parallel --pipe --keep-order --block "${BLOCK:-4M}" hindcast pipe --from "$1" --threads 1

// GNU parallel: shards and a merge, and blocks of lines.
import { check, deploy, expectSame, missingCommand, partial, read, run, shardCount } from "./common.mjs";

export async function test({ whole, wholeLines }) {
  await check("GNU parallel, shards", missingCommand("parallel"), () => {
    run(`${deploy}/parallel/forecast.sh`, ["sales.csv", "model", String(shardCount), "parallel.csv"], {
      accept: [partial],
    });
    expectSame("the merged file", read("parallel.csv"), whole);
  });
  await check("GNU parallel, pipe", missingCommand("parallel"), () => {
    const { stdout, status } = run(`${deploy}/parallel/pipe.sh`, ["model"], {
      accept: [1],
      input: read("series.ndjson"),
      env: { BLOCK: "16k" },
    });
    expectSame("the output", stdout, wholeLines);
    return `${status} block with a line in error`;
  });
}

// Kills what writes to a registry. After every kill the registry has to load, its champion has to forecast, and the next run has to
// go on.
import { appendFileSync, readdirSync, writeFileSync } from "node:fs";
import { createTally } from "./common.mjs";

const horizon = 4;
const recipes = [
  ["--model", "naive"],
  ["--model", "gru", "--epochs", "4", "--layers", "4", "--window", "8"],
];
const retrainOf = (recipe) =>
  ["retrain", "registry", "data.csv", "-H", `${horizon}`, "--promote", "always", "--keep", "3"].concat(recipe);

export const retrainings = recipes.map((recipe) => ({ argv: retrainOf(recipe), next: retrainOf(recipe) }));
export const changes = [["rollback"], ["promote"], ["prune", "--keep", "2"]].map((words) => ({
  argv: ["models", "registry", ...words],
  next: retrainOf(recipes[0]),
}));

const newestOf = (rows) => Math.max(...rows.map(({ version }) => version ?? 0));

/** A version is written, or the champion replaced. */
const begins = { event: "rename", within: "registry", name: /^\.(staging|new)-/ };

/** @param kinds what is killed, in turn, and the run that comes next */
export async function testRegistry(subject, kinds, times, { at, random, run, timeOf, momentOf }) {
  let rowCount = 0;
  const addRows = (count) => {
    for (let i = 0; i < count; i++) appendFileSync(at("data.csv"), `${++rowCount},${Math.round(1000 * random())}\n`);
  };
  /** The version to promote is one that is there. */
  const complete = (argv) => (argv.at(-1) === "promote" ? [...argv, readdirSync(at("registry/versions")).at(0)] : argv);
  const list = () => run(["models", "registry", "--format", "json"]);

  writeFileSync(at("data.csv"), "time,value\n");
  addRows(20);
  await timeOf(kinds[0].next);
  const timed = [];
  for (const kind of kinds) {
    const durations = [];
    for (let i = 0; i < 2; i++) {
      // So that there is a champion to go back to.
      addRows(20);
      await timeOf(kind.next);
      addRows(20);
      durations.push(await timeOf(complete(kind.argv)));
    }
    // The quickest: what was slower had to wait for others.
    timed.push({ ...kind, durationMs: Math.min(...durations) });
  }

  // Of those that hit, some met a version that was written and not yet, or just, promoted, with no record of it.
  const tally = createTally(
    subject,
    ["before the promotion", "after the promotion"],
    ["corrupt", "champion does not forecast", "stuck lock", "next run fails", "left behind"],
  );
  const { counts, lose } = tally;
  while (counts.hit < times) {
    const { argv, next, durationMs } = timed[counts.kills % timed.length];
    addRows(2);
    tally.countKill(await run(complete(argv), momentOf(durationMs, begins)));

    const listed = await list();
    if (listed.code !== 0) lose("corrupt", listed.text);
    else {
      const { rows } = JSON.parse(listed.text);
      const lost = rows.find(
        ({ action, version, error }) => action === "interrupted" && version === newestOf(rows) && error === null,
      );
      if (lost !== undefined) counts[lost.state === "champion" ? "after the promotion" : "before the promotion"]++;
    }
    const forecast = await run(["forecast", "--from", "registry"]);
    if (forecast.code !== 0) lose("champion does not forecast", forecast.text);

    const gone = await run(next);
    if (gone.code === 11) lose("stuck lock", gone.text);
    else if (gone.code !== 0) lose("next run fails", gone.text);
    else {
      const { rows } = JSON.parse((await list()).text);
      const isDone = ({ action, state, last }) =>
        last === `${rowCount}` && (action === "promoted" || action === "kept" || state === "champion");
      if (!rows.some(isDone)) lose("next run fails", `nobody was trained on ${rowCount} rows`);
    }
    const stray = readdirSync(at("registry")).filter((name) => name.startsWith(".") || name === "checkpoint");
    const locks = readdirSync(at("registry/lock"));
    if (stray.length > 0 || locks.length !== 1) lose("left behind", [...stray, ...locks].join(" "));
  }
  return [tally];
}

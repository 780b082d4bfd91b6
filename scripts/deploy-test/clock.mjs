// docs/cron.md as pasted: its crontab in a real cron, whose clock is set to just before the time of a line, and its systemd units.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { at, check, environment, missingCommand, root, run } from "./common.mjs";

const page = readFileSync(join(root, "docs/cron.md"), "utf8");
const crontab = Array.from(page.matchAll(/^ {4}(\d+ \d+ \* \* \* .*)$/gm), ([, line]) => line);
const units = Array.from(
  page.matchAll(/^`\/etc\/systemd\/system\/(.*?)`:\n\n```ini\n(.*?)```/gms),
  ([, name, text]) => ({ name, text }),
);

const script = fileURLToPath(new URL("./cron.sh", import.meta.url));
const spaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const longestMs = 300_000;

/** Starts cron seconds before `time` and ends it when `isDone`. @returns what was mailed */
async function runCron(home, time, isDone) {
  const mail = join(home, "mail");
  rmSync(mail, { recursive: true, force: true });
  mkdirSync(mail);
  const cron = spawn("unshare", [...spaces, script, home, time], { env: environment, stdio: ["ignore", "ignore", 2] });
  const closed = new Promise((done) => cron.on("close", done));
  const letters = () => readdirSync(mail).map((name) => readFileSync(join(mail, name), "utf8"));
  const startedMs = performance.now();
  while (!isDone(letters()) && performance.now() - startedMs < longestMs && cron.exitCode === null) await sleep(500);
  // What would be mailed is, by now.
  await sleep(3000);
  // unshare hears nothing else, and takes what it started with it.
  cron.kill("SIGKILL");
  await closed;
  return letters();
}

async function pasteCrontab() {
  const home = at("cron");
  const sales = join(home, "srv/sales");
  for (const name of ["crontabs", "layer", "srv/sales"]) mkdirSync(join(home, name), { recursive: true });
  cpSync(join(root, "fixtures/air-passengers.csv"), join(sales, "sales.csv"));
  writeFileSync(join(home, "crontabs/root"), `${[`PATH=${environment.PATH}`, ...crontab].join("\n")}\n`);

  const quiet = await runCron(home, "03:14:56", () => existsSync(join(sales, "next.csv")));
  if (!existsSync(join(sales, "next.csv"))) throw new Error(`no forecast: ${quiet.join("\n")}`);
  if (quiet.length > 0) throw new Error(`a success was mailed: ${quiet[0]}`);
  // Of 1960, which is old.
  const stale = await runCron(home, "03:44:56", (letters) => letters.length > 0);
  if (!/older than --max-age allows/.test(stale.join("\n"))) throw new Error(`old data: ${stale.join("\n")}`);
  rmSync(join(sales, "sales.csv"));
  const failed = await runCron(home, "03:14:56", (letters) => letters.length > 0);
  if (!/sales\.csv: there is no such file/.test(failed.join("\n"))) throw new Error(`no data: ${failed.join("\n")}`);
  return "a success mails nothing; old data and missing data are mailed";
}

function verifyUnits() {
  mkdirSync(at("units"));
  for (const { name, text } of units) writeFileSync(at(`units/${name}`), text);
  const { stderr } = run("systemd-analyze", ["verify", ...units.map(({ name }) => at(`units/${name}`))]);
  // It also tells of this machine's own units.
  const own = stderr.split("\n").filter((line) => line.includes("hindcast"));
  if (own.length > 0) throw new Error(own.join("\n"));
  const [, times] = /^OnCalendar=(.*)$/m.exec(units.map(({ text }) => text).join("\n"));
  const { stdout } = run("systemd-analyze", ["calendar", times]);
  return `${units.map(({ name }) => name).join(", ")}; ${/Next elapse: .*/.exec(stdout)?.[0] ?? stdout}`;
}

export async function test() {
  const cannotCron =
    missingCommand("cron", "faketime", "unshare") ?? (process.getuid() === 0 ? undefined : "needs root");
  await check("cron, the crontab as pasted", cannotCron, pasteCrontab);
  await check("systemd, the units as pasted", missingCommand("systemd-analyze"), verifyUnits);
}

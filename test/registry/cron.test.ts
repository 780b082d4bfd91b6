// docs/cron.md works as pasted: its lines are run, in a directory that stands for /srv/sales.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const page = readFileSync(join(root, "docs/cron.md"), "utf8");

/** Lines of all code blocks of a kind, or of the indented ones. */
function block(kind: string): string {
  return Array.from(page.matchAll(new RegExp(`\`\`\`${kind}\n(.*?)\`\`\``, "gs")), ([, text]) => text).join("\n");
}

interface CronJob {
  readonly spec: { readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: PodSpec } } } };
}
interface PodSpec {
  readonly containers: readonly { readonly workingDir: string; readonly args: readonly string[] }[];
}

const crontab = page.match(/^ {4}15 3 \* \* \* (.*)$/m)?.[1] ?? "";
const starts = Array.from(block("ini").matchAll(/^ExecStart=(.*)$/gm), ([, line]) => line);
const pod = (parse(block("yaml")) as CronJob).spec.jobTemplate.spec.template.spec;

test.each([
  ["crontab", crontab],
  ["systemd", `cd /srv/sales && ${starts.join(" && ")}`],
  ["Kubernetes", `cd ${pod.containers[0]?.workingDir} && ${pod.containers[0]?.args[0]}`],
])("the lines for %s train, say nothing and leave a forecast", async (_, line) => {
  const directory = await temporaryDirectory();
  // With a month that is not there, which is worth a note to who sits at a terminal.
  const rows = readFileSync(join(root, "fixtures/air-passengers.csv"), "utf8").split("\n");
  writeFileSync(join(directory, "sales.csv"), rows.toSpliced(100, 1).join("\n"));
  expect(line).toContain("/srv/sales");
  // The model that is quickest stands in for the chosen one.
  const quick = line.replaceAll("/srv/sales", directory).replace(" retrain ", " retrain --model naive ");
  expect(await runShell(quick, directory)).toEqual({ stdout: "", stderr: "", exit: 0 });
  expect(readdirSync(directory).sort()).toEqual(expect.arrayContaining(["next.csv", "registry", "sales.csv"]));
});

// Kubernetes: no cluster is here. The manifests, and the CronJob of the page, fit the schema; what their containers run is in
// test/deploy/ and test/registry/cron.test.ts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { check, deploy, root } from "./common.mjs";

/** No dependency: found where this is run, after `npm install --no-save` of it. Its version is that of the schema it was tried with. */
const packageName = "kubernetes-models@4.5.1";

async function findKubernetes() {
  try {
    const kinds = createRequire(join(process.cwd(), "package.json"))("kubernetes-models/batch/v1");
    return { kinds, parse: (await import("yaml")).parse };
  } catch {
    return undefined;
  }
}

export async function test() {
  const kubernetes = await findKubernetes();
  await check("Kubernetes, the schema alone", kubernetes ? undefined : `${packageName} not installed`, () => {
    const page = readFileSync(join(root, "docs/cron.md"), "utf8");
    const manifests = ["forecast", "merge"].map((name) => readFileSync(`${deploy}/kubernetes/${name}.yaml`, "utf8"));
    const blocks = Array.from(page.matchAll(/```yaml\n(.*?)```/gs), ([, text]) => text);
    const kinds = [...manifests, ...blocks].map((text) => {
      const manifest = kubernetes.parse(text);
      new kubernetes.kinds[manifest.kind](manifest).validate();
      return manifest.kind;
    });
    return kinds.join(", ");
  });
}

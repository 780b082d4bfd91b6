// A script over the sources that plain Node can run in a process of its own. In: its text, with imports relative to src/. Out: a file
// in the repository, so that packages are found as they are by the built command line.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Bundle {
  readonly file: string;
  remove(): Promise<void>;
}

export async function bundleScript(source: string): Promise<Bundle> {
  const directory = await mkdtemp(join(root, "node_modules", ".hindcast-test-"));
  const file = join(directory, "script.mjs");
  await build({
    stdin: { contents: source, resolveDir: join(root, "src"), loader: "ts" },
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20.19",
    format: "esm",
    external: ["@tensorflow/*"],
    logLevel: "error",
  });
  return { file, remove: () => rm(directory, { recursive: true, force: true }) };
}

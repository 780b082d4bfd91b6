// Bundles the pretraining and runs it: `npm run pretrain`, or with `ablation` first the comparison of its variants, with `widths` how far the
// quantiles of short histories fall short. What they take and write is said in main.ts, ablation.ts and widths.ts.
import { spawnSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = `${root}.tmp/pretrain`;
await build({
  entryPoints: {
    main: `${root}pretrain/main.ts`,
    ablation: `${root}pretrain/ablation.ts`,
    widths: `${root}pretrain/widths.ts`,
    worker: `${root}pretrain/worker.ts`,
  },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  logLevel: "error",
});
const [first, ...rest] = process.argv.slice(2);
const [program, args] = ["ablation", "widths"].includes(first) ? [first, rest] : ["main", process.argv.slice(2)];
const { status } = spawnSync(process.execPath, [`${outdir}/${program}.mjs`, ...args], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;

// Bundles src/cli.ts into dist/: one small entry and a chunk per command, so that starting costs what bare node costs.
// TensorFlow.js stays outside the bundle: its packages are loaded only by the commands that compute.
import { readFile, rm } from "node:fs/promises";
import { build } from "esbuild";

const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
const root = new URL("../", import.meta.url).pathname;

/** Required, not imported, so that Node need not scan two megabytes of CommonJS for the names they export. */
const tensorflowOutside = {
  name: "tensorflow-outside",
  setup(builder) {
    builder.onResolve({ filter: /^@tensorflow\// }, ({ path, namespace }) =>
      namespace === "tensorflow" ? { path, external: true } : { path, namespace: "tensorflow" },
    );
    builder.onLoad({ filter: /.*/, namespace: "tensorflow" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};

/** yargs does not say that its shim is free of side effects; unused, it would compile tables of emoji at every start. */
const shakenYargs = {
  name: "shaken-yargs",
  setup(builder) {
    builder.onResolve({ filter: /platform-shims\/esm\.mjs$/ }, ({ path, resolveDir }) => ({
      path: new URL(path, `file://${resolveDir}/`).pathname,
      sideEffects: false,
    }));
  },
};

await rm(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { cli: "src/cli.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20.19",
  format: "esm",
  plugins: [tensorflowOutside, shakenYargs],
  define: { __HINDCAST_VERSION__: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  logLevel: "warning",
});

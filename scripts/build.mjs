// Bundles src/cli.ts into dist/: a few files of CommonJS, by what is needed together, so that starting costs little more than bare
// node does. Node takes longer to find a file than to read it, and to link ES modules than to run them.
// TensorFlow.js stays outside: its packages are loaded only by the commands that compute with it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { relative } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../", import.meta.url));
const { version } = JSON.parse(await readFile(`${root}package.json`, "utf8"));

/**
 * The files of dist/ and the sources each begins with: what those import without waiting is in the same file, unless an earlier one
 * has it. `commands` holds all the rest, and `worker` is what threads are started from.
 */
const bundles = {
  cli: ["src/cli.ts"],
  forecast: [
    "src/commands/dispatch.ts",
    "src/commands/io.ts",
    "src/report/messages.ts",
    "src/commands/forecast.ts",
    "src/commands/saved-model.ts",
  ],
  fitting: ["src/choose/model.ts", "src/choose/predictor.ts", "src/gate/fit.ts", "src/gate/predictor.ts"],
  reading: ["src/series/read.ts", "src/series/regularise.ts"],
  settings: ["src/commands/settings-text.ts"],
  bar: ["src/report/bar.ts"],
  commands: [],
  worker: ["src/worker.ts"],
};

/** Required, not imported, so that what is bundled stays apart from two megabytes that are not. */
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

/** Megabytes of calendars for --holidays only, and DuckDB for Parquet and --sql. */
const optionalOutside = {
  name: "optional-outside",
  setup(builder) {
    builder.onResolve({ filter: /^(date-holidays|@duckdb\/node-api)$/ }, ({ path }) => ({ path, external: true }));
  },
};

/**
 * What a forecast may do without, by the names that are taken of it: required when one of them is first used. Node's start has none of
 * these ready, and node:crypto alone takes a tenth of a forecast's time to load.
 */
const waiting = {
  "node:child_process": ["fork", "spawn"],
  "node:crypto": ["createHash", "hash", "randomUUID"],
  "node:os": ["availableParallelism", "homedir", "hostname", "tmpdir"],
  "node:timers/promises": ["setImmediate", "setTimeout"],
  "node:worker_threads": ["Worker", "parentPort", "workerData"],
  "node:zlib": ["crc32", "createGunzip", "createInflateRaw"],
  chalk: ["Chalk"],
};

const wrapped = {
  // Of these, esbuild would copy the properties, of which they have many.
  "node:process": 'export default require("node:process")',
  "node:util": 'export default require("node:util")',
};
for (const [path, names] of Object.entries(waiting))
  wrapped[path] = names
    .map((name) => `exports.__defineGetter__("${name}", () => require("${path}").${name});`)
    .join("\n");

const wrappedModules = {
  name: "wrapped-modules",
  setup(builder) {
    builder.onResolve({ filter: /^(node:|chalk$)/, namespace: "file" }, ({ path, importer }) =>
      path in wrapped && importer.startsWith(`${root}src/`) ? { path, namespace: "wrapped" } : undefined,
    );
    builder.onLoad({ filter: /.*/, namespace: "wrapped" }, ({ path }) => ({
      contents: wrapped[path],
      resolveDir: root,
    }));
  },
};

/** yargs does not say that its shim is free of side effects; unused, it would compile tables of emoji at every start. */
const shakenYargs = {
  name: "shaken-yargs",
  setup(builder) {
    builder.onResolve({ filter: /platform-shims\/esm\.mjs$/ }, ({ path, resolveDir }) => ({
      path: fileURLToPath(new URL(path, `file://${resolveDir}/`)),
      sideEffects: false,
    }));
  },
};

/** Whether a stream shows colour is hindcast's to say: chalk is told the level and need not open the terminal to guess it. */
const toldChalk = {
  name: "told-chalk",
  setup(builder) {
    builder.onResolve({ filter: /^#supports-color$/ }, ({ resolveDir }) => ({
      path: `${resolveDir}/vendor/supports-color/browser.js`,
    }));
  },
};

const plugins = [tensorflowOutside, optionalOutside, wrappedModules, shakenYargs, toldChalk];

const options = {
  absWorkingDir: root,
  outdir: "dist",
  write: false,
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
};

/** @returns each source with what it imports: `original` as it is written, `path` of the source, `kind` */
async function readImports() {
  const { metafile } = await build({
    ...options,
    entryPoints: [...bundles.cli, ...bundles.worker],
    bundle: true,
    format: "esm",
    metafile: true,
    plugins,
  });
  return new Map(
    Object.entries(metafile.inputs).map(([path, { imports }]) => [
      path,
      imports.filter((one) => !one.external && !/^(tensorflow|wrapped):/.test(one.path)),
    ]),
  );
}

/** @returns the name of the bundle of each source */
function assignBundles(importsOf) {
  const bundleOf = new Map();
  for (const [bundle, starts] of Object.entries(bundles)) {
    const waiting =
      bundle === "commands" ? [...importsOf.keys()].filter((path) => !bundles.worker.includes(path)) : [...starts];
    for (const path of waiting) {
      if (bundleOf.has(path) || !importsOf.has(path)) continue;
      bundleOf.set(path, bundle);
      for (const one of importsOf.get(path)) if (one.kind !== "dynamic-import") waiting.push(one.path);
    }
  }
  return bundleOf;
}

/** @returns the names that each source exports */
async function readExports(paths) {
  const { metafile } = await build({ ...options, entryPoints: paths, outbase: ".", format: "esm", metafile: true });
  return new Map(Object.values(metafile.outputs).map(({ entryPoint, exports }) => [entryPoint, exports]));
}

function isAcross(from, { path, kind }) {
  return kind === "dynamic-import" || bundleOf.get(path) !== bundleOf.get(from);
}

const importsOf = await readImports();
const bundleOf = assignBundles(importsOf);
/** Sources that another bundle takes something from. */
const shared = new Set(
  Array.from(importsOf, ([path, imports]) =>
    imports.filter((one) => isAcross(path, one)).map((one) => one.path),
  ).flat(),
);
const exportsOf = await readExports([...shared]);

/** Every source is in one bundle; from the others, and where it is waited for, it is asked of that one's `part`. */
const acrossBundles = {
  name: "across-bundles",
  setup(builder) {
    builder.onResolve({ filter: /^bundle:/ }, ({ path }) => ({
      path: path.slice("bundle:".length),
      namespace: "bundle",
    }));
    builder.onLoad({ filter: /.*/, namespace: "bundle" }, ({ path: bundle }) => ({
      contents: writeEntry(
        bundle,
        [...shared].filter((path) => bundleOf.get(path) === bundle),
      ),
      resolveDir: root,
    }));
    builder.onResolve({ filter: /^\./, namespace: "part" }, ({ path }) => ({ path, external: true }));
    builder.onResolve({ filter: /.*/, namespace: "file" }, ({ path, importer, kind }) => {
      const from = relative(root, importer);
      const target = importsOf.get(from)?.find(({ original }) => original === path)?.path;
      if (target === undefined) return undefined;
      return isAcross(from, { path: target, kind }) ? { path: target, namespace: "part" } : undefined;
    });
    builder.onLoad({ filter: /.*/, namespace: "part" }, ({ path }) => ({
      contents: [
        `const part = require("./${bundleOf.get(path)}.js").part(${JSON.stringify(path)});`,
        // A name may be a keyword, such as enum.
        ...exportsOf.get(path).map((name, i) => `const part${i} = part.${name}; export { part${i} as ${name} };`),
      ].join("\n"),
    }));
  },
};

/**
 * What the others take of a bundle is put together when it is asked for. What is in `commands` waits until then; the other bundles are
 * read to be run, and all at once costs less.
 */
function writeEntry(bundle, paths) {
  const isLazy = bundle === "commands";
  const namesOf = (path, i) => exportsOf.get(path).map((name, k) => [name, `part${i}_${k}`]);
  const imports = paths.map((path, i) => {
    const names = namesOf(path, i).map(([name, local]) => `${name} as ${local}`);
    return `import { ${names.join(", ")} } from "./${path}";`;
  });
  const cases = paths.map((path, i) => {
    const fields = namesOf(path, i).map(([name, local]) => `${JSON.stringify(name)}: ${local}`);
    const value = isLazy ? `require("./${path}")` : `{ ${fields.join(", ")} }`;
    return `case ${JSON.stringify(path)}: return ${value};`;
  });
  return [
    ...(isLazy ? [] : imports),
    `export function part(path) { switch (path) { ${cases.join("\n")} } }`,
    ...(bundle === "cli" ? ['export { main } from "./src/cli.ts";'] : []),
    ...(bundle === "worker" ? ['import "./src/worker.ts";'] : []),
  ].join("\n");
}

const { outputFiles } = await build({
  ...options,
  entryPoints: Object.keys(bundles).map((bundle) => ({ in: `bundle:${bundle}`, out: bundle })),
  bundle: true,
  format: "cjs",
  // Kept code is not run as a module is, and only modules may import; what it waits for can be required.
  supported: { "dynamic-import": false },
  plugins: [...plugins, acrossBundles],
  define: {
    __HINDCAST_VERSION__: JSON.stringify(version),
    __HINDCAST_BUILD__: '"THIS_BUILD"',
    "import.meta.url": "__moduleUrl",
  },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
});
const moduleUrl = 'const __moduleUrl=require("node:url").pathToFileURL(__filename).href;';
await rm(`${root}dist`, { recursive: true, force: true });
await mkdir(`${root}dist`);
const buildHash = createHash("sha256");
for (const { text } of outputFiles) buildHash.update(text);
const thisBuild = buildHash.digest("hex").slice(0, 12);
for (const { path, text } of outputFiles)
  await writeFile(
    path,
    (text.includes("__moduleUrl") ? `${moduleUrl}\n${text}` : text).replaceAll("THIS_BUILD", thisBuild),
  );

/**
 * What stands in every report: its script, with the charts' library in it, and its style. They are text there, and run in a browser. And
 * what stands in a chart that is a file of its own.
 */
const chartsLicence = await readFile(
  new URL("../LICENSE", pathToFileURL(createRequire(import.meta.url).resolve("uplot"))),
  "utf8",
);
const page = await build({
  ...options,
  entryPoints: { page: "page/main.ts", "page-style": "page/style.css", "chart-style": "page/marks.css" },
  bundle: true,
  platform: "browser",
  target: ["chrome105", "firefox110", "safari16"],
  format: "iife",
  minify: true,
  legalComments: "none",
  banner: { js: `/* The charts are drawn by uPlot.\n${chartsLicence.trim()} */` },
});
const colours = await readFile(`${root}page/colours.css`, "utf8");
for (const { path, text } of page.outputFiles)
  await writeFile(path, (path.endsWith("chart-style.css") ? withColours(text, colours) : text).trim());

/** Programs that draw SVG know no variables of CSS: the colours of the light page take their places. */
function withColours(style, source) {
  const values = new Map();
  for (const [, name, value] of source.matchAll(/(--[\w-]+): (.*);/g)) if (!values.has(name)) values.set(name, value);
  return style.replaceAll(/var\((--[\w-]+)\)/g, (_, name) => {
    if (!values.has(name)) throw new Error(`page/colours.css has no ${name}`);
    return values.get(name);
  });
}
await writeFile(`${root}dist/package.json`, '{ "type": "commonjs" }\n');
const manual = execFileSync(process.execPath, [`${root}bin/hindcast.js`, "completion", "man"]);
await writeFile(`${root}dist/hindcast.1`, manual);

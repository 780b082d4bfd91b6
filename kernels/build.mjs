// Compiles kernels.c and classical.c ahead of time into kernels/prebuilt/: WebAssembly (of the former with and without relaxed SIMD), a
// Node add-on with both for each platform, and the latter as plain JavaScript, all on any one machine. The compiler is the pinned
// `ziglang` wheel, set up under .tmp/ on the first run; JavaScript is made of WebAssembly by Binaryen. The same source gives the same
// bytes: `--check` fails when the committed artifacts are not those of the source.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

const zigVersion = "0.17.1";
const source = fileURLToPath(new URL(".", import.meta.url));
const temporary = join(source, "..", ".tmp");
const prebuilt = join(source, "prebuilt");
// Relative to the source, like all names that the compiler sees, so that no path of this machine gets into an artifact.
const out = "../.tmp/kernels-build";
const largestTotal = 2_000_000;

const common = ["-std=c11", "-O3", "-g0", "-ffreestanding", "-fno-math-errno", "-fvisibility=hidden"];
const strict = ["-Wall", "-Wextra", "-Werror", "-fno-sanitize=undefined"];
const flags = [...common, ...strict];
/** The classical methods give the same bytes everywhere: no two operations are made one. */
const arithmetic = {
  "kernels.c": ["-ffp-contract=on"],
  "classical.c": ["-ffp-contract=off", "-fno-builtin", "-fno-unroll-loops"],
};

// On memory that threads share. Its maximum, 65535 pages, stands in src/engine/kernels/fused/wasm.ts too.
const shared = [
  "-Wl,-z,stack-size=16384",
  "-Wl,--export=__stack_pointer",
  "-Wl,--shared-memory",
  `-Wl,--max-memory=${65535 * 65536}`,
];
const wasmTargets = [
  { artifact: "simd.wasm", source: "kernels.c", cpu: "generic+simd128+bulk_memory+atomics", memory: shared },
  {
    artifact: "relaxed.wasm",
    source: "kernels.c",
    cpu: "generic+simd128+bulk_memory+atomics+relaxed_simd",
    memory: shared,
  },
  { artifact: "classical.wasm", source: "classical.c", cpu: "generic+simd128", memory: ["-Wl,-z,stack-size=65536"] },
];
const scriptTargets = [{ artifact: "classical.cjs", source: "classical.c" }];

const x64 = [
  { source: "kernels.c", set: "sse2", cpu: "x86_64" },
  { source: "kernels.c", set: "avx2", cpu: "x86_64_v3" },
  { source: "kernels.c", set: "avx512", cpu: "x86_64_v4" },
  { source: "classical.c", set: "sse2", cpu: "x86_64" },
];
const arm64 = [
  { source: "kernels.c", set: "neon", cpu: "generic" },
  { source: "classical.c", set: "neon", cpu: "generic" },
];

// Named `${process.platform}-${process.arch}`. On Linux no C library is linked, so that one file serves glibc and musl: linux-x64
// was run under both (musl 1.2.3, by host.c). linux-arm64 was run under emulation. Only built: the others, which the known
// answers at loading guard.
const addonTargets = [
  { artifact: "linux-x64.node", target: "x86_64-linux-gnu.2.17", builds: x64 },
  { artifact: "linux-arm64.node", target: "aarch64-linux-gnu.2.17", builds: arm64 },
  { artifact: "darwin-x64.node", target: "x86_64-macos.11.0", builds: x64 },
  { artifact: "darwin-arm64.node", target: "aarch64-macos.11.0", builds: arm64 },
  { artifact: "win32-x64.node", target: "x86_64-windows-gnu", builds: x64 },
];

const linkFlags = {
  linux: ["-shared", "-nostdlib", "-Wl,--allow-shlib-undefined", "-Wl,-z,relro,-z,now"],
  macos: ["-shared", "-nostdlib", "-lSystem", "-Wl,-undefined,dynamic_lookup", "-Wl,-install_name,hindcast.node"],
  windows: ["-shared"],
};

function zigPython() {
  const home = join(temporary, `ziglang-${zigVersion}`);
  const python = join(home, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (!existsSync(python)) {
    execFileSync("python3", ["-m", "venv", home], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", `ziglang==${zigVersion}`], { stdio: "inherit" });
  }
  return python;
}

const python = zigPython();
const cache = join(temporary, "zig-cache");

function zig(...args) {
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache, SOURCE_DATE_EPOCH: "0" };
  execFileSync(python, ["-m", "ziglang", ...args], { cwd: source, env, stdio: "inherit" });
}

function compileWasm({ source, cpu, memory }, file) {
  const link = [
    "-nostdlib",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
    "-Wl,--export=__heap_base",
    "-Wl,--import-memory",
    ...memory,
  ];
  zig(
    "cc",
    "-target",
    "wasm32-freestanding",
    `-mcpu=${cpu}`,
    ...flags,
    ...arithmetic[source],
    ...link,
    source,
    "-o",
    file,
  );
}

function buildWasm(target) {
  compileWasm(target, `${out}/${target.artifact}`);
}

/** Plain JavaScript, out of WebAssembly as it was at first: what came later has no counterpart. */
function buildScript({ artifact, source: file }) {
  compileWasm({ source: file, cpu: "mvp", memory: ["-Wl,-z,stack-size=65536"] }, `${out}/mvp.wasm`);
  const binaryen = (tool) => join(source, "../node_modules/binaryen/bin", tool);
  const module = join(source, out, "module.js");
  execFileSync(process.execPath, [binaryen("wasm2js"), join(source, out, "mvp.wasm"), "-O", "-o", module]);
  // Of the module that Binaryen writes, the function that binds it to its memory.
  const text = readFileSync(module, "utf8");
  const bound = text.slice(0, text.indexOf("var memasmFunc")).replaceAll(/^import .*$/gm, "");
  const { code } = transformSync(`${bound}\nmodule.exports = asmFunc;`, { minify: true, target: "node20.19" });
  writeFileSync(join(source, out, artifact), code);
}

function buildAddon({ artifact, target, builds }) {
  const objects = builds.map(({ source, set, cpu }) => {
    const name = `${source.replace(".c", "")}_${set}`;
    const object = `${out}/${name}.o`;
    const own = [`-mcpu=${cpu}`, ...flags, ...arithmetic[source], "-fPIC", `-DVARIANT=${name}`];
    zig("cc", "-target", target, ...own, "-c", source, "-o", object);
    return object;
  });
  const system = Object.keys(linkFlags).find((name) => target.includes(name));
  const extra = system === "windows" ? [nodeImportLibrary()] : [];
  const inputs = ["addon.c", ...objects, ...extra];
  zig("cc", "-target", target, ...flags, "-fPIC", "-s", ...linkFlags[system], ...inputs, "-o", `${out}/${artifact}`);
}

// On Windows a library names the program that its symbols come from.
function nodeImportLibrary() {
  const names = [...readFileSync(join(source, "addon.c"), "utf8").matchAll(/^extern int (napi_\w+)/gm)].map(
    (match) => match[1],
  );
  writeFileSync(join(source, out, "node.def"), `NAME node.exe\nEXPORTS\n${names.join("\n")}\n`);
  zig("dlltool", "-m", "i386:x86-64", "-d", `${out}/node.def`, "-l", `${out}/node.lib`);
  return `${out}/node.lib`;
}

const only = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const check = process.argv.includes("--check");
mkdirSync(temporary, { recursive: true });
mkdirSync(prebuilt, { recursive: true });
let total = 0;
for (const [build, targets] of [
  [buildWasm, wasmTargets],
  [buildScript, scriptTargets],
  [buildAddon, addonTargets],
])
  for (const target of targets) {
    if (only.length > 0 && !only.some((part) => target.artifact.includes(part))) continue;
    rmSync(join(source, out), { recursive: true, force: true });
    mkdirSync(join(source, out), { recursive: true });
    build(target);
    const bytes = readFileSync(join(source, out, target.artifact));
    const place = join(prebuilt, target.artifact);
    if (check && !(existsSync(place) && bytes.equals(readFileSync(place)))) {
      console.error(`${target.artifact} is not what the source gives: run npm run build:kernels`);
      process.exitCode = 1;
    }
    // By a rename, for what runs on the old one.
    if (!check) {
      writeFileSync(`${place}.new`, bytes);
      renameSync(`${place}.new`, place);
    }
    console.log(`${target.artifact} ${bytes.length}`);
    total += bytes.length;
  }
if (total > largestTotal) throw new Error(`the artifacts take ${total} bytes, more than ${largestTotal}`);

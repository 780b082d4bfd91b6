// Chooses how the classical methods are computed: by the add-on for this platform, else by WebAssembly, else by plain JavaScript. All are of
// one source and give the same bytes. In: a wish. Out: a build that gave the known answer.
import { join } from "node:path";
import process from "node:process";
import { HindcastError, messageOf } from "../../base/errors.js";
import { addonFile, findPrebuilt } from "../../base/installation.js";
import { type Build, loadAddon, loadScript, loadWasm } from "./builds.js";
import { checkKnownAnswer } from "./check.js";

interface Source {
  readonly kind: Build["kind"];
  /** Other names by which HINDCAST_KERNELS may ask for it: instruction sets of the recurrent kernels. */
  readonly names: readonly string[];
  readonly file: string;
  readonly load: (path: string) => Build;
}

const sources: readonly Source[] = [
  {
    kind: "native",
    names: ["sse2", "avx2", "avx512", "neon"],
    file: addonFile,
    load: loadAddon,
  },
  { kind: "wasm", names: ["simd", "relaxed"], file: "classical.wasm", load: loadWasm },
  { kind: "js", names: [], file: "classical.cjs", load: loadScript },
];

const loaded = new Map<string, Build>();

/**
 * @param choice "auto", or a kind ("native", "wasm", "js") or an instruction set of it; by default what HINDCAST_KERNELS says
 * @throws HindcastError "engine" when what was asked for does not run here
 */
export function loadClassical(choice = process.env.HINDCAST_KERNELS ?? "auto"): Build {
  const build = loaded.get(choice) ?? findBuild(choice);
  loaded.set(choice, build);
  return build;
}

function findBuild(choice: string): Build {
  const directory = findPrebuilt();
  const reasons: string[] = [];
  for (const { kind, names, file, load } of sources) {
    if (choice !== "auto" && choice !== kind && !names.includes(choice)) continue;
    try {
      if (directory === undefined) throw new Error("this installation has no kernels/prebuilt");
      const build = load(join(directory, file));
      // The last resort is taken whatever it says.
      if (kind !== "js") checkKnownAnswer(build);
      return build;
    } catch (error) {
      reasons.push(`${file} does not work: ${messageOf(error).split("\n")[0]}`);
    }
  }
  throw new HindcastError(
    "engine",
    [`no classical methods for HINDCAST_KERNELS=${choice}`, ...reasons].join("; "),
    "unset HINDCAST_KERNELS, or set it to native, wasm or js",
  );
}

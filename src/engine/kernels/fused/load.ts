// Chooses the implementation of the kernels: the add-on's best instruction set for this processor, else WebAssembly, else plain
// typed arrays. In: a wish. Out: kernels that gave the known answers, and why better ones were passed over.
import { join } from "node:path";
import process from "node:process";
import { HindcastError, messageOf } from "../../../base/errors.js";
import { addonFile, findPrebuilt } from "../../../base/installation.js";
import { loadAddon } from "./addon.js";
import type { Build } from "./block.js";
import { checkKnownAnswers } from "./check.js";
import type { FusedKernels, NetworkShape } from "./kernels.js";
import { createLayerKernels } from "./layer.js";
import { openCompiledNetwork } from "./network.js";
import { typedArrayKernels } from "./typed-arrays.js";
import { loadWasm } from "./wasm.js";

export interface LoadedKernels {
  readonly kernels: FusedKernels;
  /** Why each better implementation is not used here. */
  readonly reasons: readonly string[];
}

/** One file of builds. */
interface Source {
  readonly kind: "native" | "wasm";
  readonly file: string;
  readonly load: (path: string) => Build[];
}

const sources: readonly Source[] = [
  { kind: "native", file: addonFile, load: loadAddon },
  { kind: "wasm", file: "relaxed.wasm", load: (path) => [loadWasm("relaxed", path)] },
  { kind: "wasm", file: "simd.wasm", load: (path) => [loadWasm("simd", path)] },
];

const loaded = new Map<string, LoadedKernels>();

/**
 * @param choice "auto", a kind ("native", "wasm", "js") or the name of one implementation ("avx2", "simd", …); by default
 * what HINDCAST_KERNELS says
 * @throws HindcastError "engine" when what was asked for does not run here
 */
export function loadKernels(choice = process.env.HINDCAST_KERNELS ?? "auto"): LoadedKernels {
  const known = loaded.get(choice) ?? findKernels(choice);
  loaded.set(choice, known);
  return known;
}

function findKernels(choice: string): LoadedKernels {
  const reasons: string[] = [];
  for (const kernels of candidates(reasons, choice)) {
    if (choice !== "auto" && choice !== kernels.kind && choice !== kernels.name) continue;
    try {
      checkKnownAnswers(kernels);
      return { kernels, reasons };
    } catch (error) {
      reasons.push(`the ${kernels.kind} kernels (${kernels.name}) do not work: ${messageOf(error)}`);
    }
  }
  throw new HindcastError(
    "engine",
    [`no recurrent kernels for HINDCAST_KERNELS=${choice}`, ...reasons].join("; "),
    "unset HINDCAST_KERNELS, or set it to native, wasm or js",
  );
}

/** Every implementation that loads here, best first, whether or not its answers are right. */
export function listKernels(): FusedKernels[] {
  return [...candidates([], "auto")];
}

/** What loads here, best first; files of another kind than the wish are left alone. A reason is added for each failure. */
function* candidates(reasons: string[], choice: string): Generator<FusedKernels> {
  const directory = findPrebuilt();
  const isKind = choice === "js" || sources.some(({ kind }) => kind === choice);
  for (const { kind, file, load } of sources) {
    if (isKind && kind !== choice) continue;
    try {
      if (directory === undefined) throw new Error("this installation has no kernels/prebuilt");
      for (const build of load(join(directory, file))) yield bindKernels(kind, build);
    } catch (error) {
      reasons.push(`${file} does not load: ${messageOf(error).split("\n")[0]}`);
    }
  }
  yield typedArrayKernels;
}

function bindKernels(kind: Source["kind"], build: Build): FusedKernels {
  const openNetwork = (shape: NetworkShape) => openCompiledNetwork(build, shape);
  return { name: build.name, kind, ...createLayerKernels(build), openNetwork };
}

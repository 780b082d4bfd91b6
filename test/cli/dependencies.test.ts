// What is installed with hindcast: few packages, each with a reason in docs/dependencies.md, and nothing that runs when it is installed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/hindcast.js";

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: true;
  readonly integrity?: string;
  readonly resolved?: string;
}

const readJson = (name: string): unknown => JSON.parse(readFileSync(join(root, name), "utf8"));
const manifest = readJson("package.json") as Package & { readonly scripts: Readonly<Record<string, string>> };
const { packages } = readJson("package-lock.json") as { readonly packages: Readonly<Record<string, Package>> };
const nativeEngine = "@tensorflow/tfjs-node";

/** Where Node finds a package from another one. */
function find(name: string, from: string): string {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (at === "") throw new Error(`${name}, which ${from} needs, is not locked`);
  }
}

/** All that `npm install hindcast` brings, on any platform, but for the native engine: name by path. */
function installed(): Map<string, string> {
  const found = new Map<string, string>();
  const walk = (from: string) => {
    const { dependencies, optionalDependencies } = packages[from]!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      if (name === nativeEngine) continue;
      const path = find(name, from);
      if (found.has(path)) continue;
      found.set(path, name);
      walk(path);
    }
  };
  walk("");
  return found;
}

/** A package that has a build for each platform is one. */
const withoutPlatform = (name: string) => name.replace(/^(@duckdb\/node-bindings)-.*/, "$1-*");
const names = [...new Set([...installed().values()].map(withoutPlatform))].sort();

test("they are fewer than 60", () => {
  expect(names.length).toBeLessThan(60);
});

test("each has a reason in docs/dependencies.md, which names no others, and their number", () => {
  const text = readFileSync(join(root, "docs/dependencies.md"), "utf8");
  const listed = Array.from(text.matchAll(/^\| (`.*?) \|/gm), ([, cell]) => cell!.split(", ")).flat();
  const told = listed.map((name) => name.replaceAll("`", "")).filter((name) => name !== nativeEngine);
  expect(told.sort()).toEqual(names);
  expect(text).toContain(`: ${names.length} packages, without the optional native engine.`);
});

test("none runs a script when it is installed, and each is locked by its hash", () => {
  for (const path of installed().keys()) {
    expect(packages[path]!.hasInstallScript, path).toBeUndefined();
    expect(packages[path]!.integrity, path).toMatch(/^sha512-/);
  }
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^preprepare$/.test(name))).toEqual([]);
});

test("direct dependencies are pinned, and the lock file names no registry", () => {
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
  expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith("http"))).toEqual([]);
});

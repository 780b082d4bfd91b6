// What V8 compiled of the program's files, kept for the next run. In: a directory of the user's own. Out: the files, loaded as `require`
// loads them and sooner. Node's own cache, module.enableCompileCache, holds what was compiled when a file was loaded; most functions are
// compiled when they are first called, and they are what takes the time.
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Script } from "node:vm";

export interface KeptCode {
  /** Loads a file of the program, and with it those that it requires. */
  load(name: string): void;
  /** Keeps what was compiled of the files for which nothing was kept. Where it cannot be kept, nothing is said. @param now milliseconds */
  save(now: number): void;
}

/** What is older is of another version, or is soon made again. */
const longestKeptMs = 30 * 24 * 3600 * 1000;

/** As Node wraps the text of a file: around its bytes, because text that is joined is there twice. */
const wrapper = {
  head: Buffer.from("(function (exports, require, module, __filename, __dirname) {"),
  tail: Buffer.from("\n})"),
};

/**
 * @param load `require` of a file of the program
 * @param program the directory of its files
 * @param directory made where only itself is missing
 * @param key tells apart programs, versions of Node, and ways to run, of which each calls functions of its own
 */
export function keepCode(load: NodeJS.Require, program: string, directory: string, key: string): KeptCode {
  const fresh: { readonly path: string; readonly script: Script }[] = [];
  const requireFile = Object.assign((id: string): unknown => {
    const name = /^\.\/([\w-]+\.js)$/.exec(id)?.[1];
    if (name === undefined) return load(id);
    const filename = join(program, name);
    const loaded = load.cache[filename];
    if (loaded !== undefined) return loaded.exports;
    const path = join(directory, `${key}-${name}`);
    const cachedData = readKept(path);
    const source = Buffer.concat([wrapper.head, readFileSync(filename), wrapper.tail]);
    const script = new Script(source.toString(), {
      filename,
      columnOffset: -wrapper.head.length,
      ...(cachedData === undefined ? {} : { cachedData }),
    });
    if (cachedData === undefined || script.cachedDataRejected === true) fresh.push({ path, script });
    const module = { id: filename, filename, path: program, exports: {}, loaded: true, children: [], paths: [] };
    load.cache[filename] = module as unknown as NodeJS.Module;
    script.runInThisContext()(module.exports, requireFile, module, filename, program);
    return module.exports;
  }, load);
  return {
    load: (name) => void requireFile(`./${name}`),
    save(now) {
      if (fresh.length === 0) return;
      try {
        if (existsSync(directory)) removeOlder(directory, now - longestKeptMs);
        else mkdirSync(directory, 0o700);
        for (const { path, script } of fresh) write(path, script);
      } catch {
        // The next run compiles again.
      }
    },
  };
}

/** V8 believes what it is given, so it is given only what the user wrote, whole: two copies that are the same. */
function readKept(path: string): Buffer | undefined {
  try {
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { uid, mode } = fstatSync(descriptor);
      if (uid !== (process.getuid?.() ?? uid) || (mode & 0o022) !== 0) return undefined;
      const bytes = readFileSync(descriptor);
      const [one, other] = [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
      return one.equals(other) ? one : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

function write(path: string, script: Script): void {
  const temporary = `${path}.${process.pid}`;
  // Opened first: where nothing can be written, there is no need to make it.
  const descriptor = openSync(temporary, "wx", 0o600);
  try {
    const code = script.createCachedData();
    for (let copy = 0; copy < 2; copy++) writeFileSync(descriptor, code);
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function removeOlder(directory: string, time: number): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const found = /^[0-9a-f]{12}-v/.test(name) ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
    if (found !== undefined && found.mtimeMs < time) unlinkSync(path);
  }
}

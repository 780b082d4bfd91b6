// Whose files are whose. In: paths. Out: the modes that files get, and a refusal of links that are somebody else's.
import { lstatSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { HindcastError, messageOf } from "./errors.js";
import { quoteWord } from "./wording.js";

/** Of what is not whole yet: it may hold anything of the user's, and its final mode is not known to be private. */
export const privateMode = { file: 0o600, directory: 0o700 } as const;

const openMode = { file: 0o666, directory: 0o777 } as const;

/** What the user's umask leaves. */
export function usualMode(kind: keyof typeof openMode): number {
  return openMode[kind] & ~umask();
}

function umask(): number {
  try {
    // To ask the system is to set it, for all threads, for a moment.
    const told = /^Umask:\s*([0-7]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (told !== undefined) return Number.parseInt(told, 8);
  } catch {
    // There is no /proc.
  }
  return process.umask();
}

/**
 * Refuses a link that neither this user nor the owner of its directory has put at `path`: in a directory that all may write to, such as
 * /tmp, it may lead to any file of this user's. It is what Linux has as fs.protected_symlinks, where that is on.
 * @param shown the path as the user knows it @throws HindcastError "output"
 */
export function refuseForeignLink(path: string, shown = path): void {
  const look = (at: string) => {
    try {
      return lstatSync(at, { throwIfNoEntry: false });
    } catch (error) {
      const text = `${shown} cannot be written: ${messageOf(error)}`;
      throw new HindcastError("output", text, "name another place to write to", { cause: error });
    }
  };
  const link = look(path);
  const self = process.geteuid?.();
  if (self === undefined || link?.isSymbolicLink() !== true || link.uid === self) return;
  if (link.uid !== look(dirname(path))?.uid)
    throw new HindcastError(
      "output",
      `${shown} is a link that another user has put there`,
      `look where it leads: ls -l ${quoteWord(shown)}`,
    );
}

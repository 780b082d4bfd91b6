// The command line of a run as it can be typed again. In: an invocation. Out: text.
import { quoteWord } from "../base/wording.js";
import type { Invocation } from "./args.js";

/** Settings that came from elsewhere than the flags stand below it, as comments of the shell. */
export function writeCommandLine({ argv, settings }: Pick<Invocation, "argv" | "settings">): string {
  const elsewhere = [...settings.values()].filter(({ origin }) => origin !== "flag" && origin !== "default");
  return [
    ["hindcast", ...argv.typed.map(quoteWord)].join(" "),
    ...elsewhere.map(({ name, value, origin }) => `# ${name} = ${JSON.stringify(value)}, from ${origin}`),
  ].join("\n");
}

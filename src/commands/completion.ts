// `hindcast completion`: a script that makes a shell complete commands, flags, choices and files; or the manual page, from the same data.
import type { CompletionArgs } from "./args.js";
import { completionScripts } from "./completion-scripts.js";
import type { Io } from "./io.js";
import { manualPage } from "./manual-page.js";

export function run({ form }: CompletionArgs, io: Io): Promise<void> {
  return io.writeText(form === "man" ? manualPage(io.version) : completionScripts[form](), {});
}

// `hindcast completion`: a script that makes a shell complete commands, flags, choices and files.
import type { CompletionArgs } from "./args.js";
import { completionScripts } from "./completion-scripts.js";
import type { Io } from "./io.js";

export function run({ shell }: CompletionArgs, io: Io): Promise<void> {
  return io.writeText(completionScripts[shell](), {});
}

// Which blocks of the program run, told by V8. A question takes milliseconds, so a campaign asks about many inputs at once, and about
// each of them only where they reached something new.
import { Session } from "node:inspector";

interface Script {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
  }[];
}

export interface Coverage {
  /** @returns the blocks that have run since the last question */
  take(): Set<string>;
}

/** To be called before what is looked at is loaded. @param isLookedAt by the URL of a script */
export function startCoverage(isLookedAt: (url: string) => boolean): Coverage {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return {
    take() {
      const blocks = new Set<string>();
      // A session of the same thread answers before the call returns.
      session.post("Profiler.takePreciseCoverage", (error: Error | null, answer: { result: readonly Script[] }) => {
        if (error !== null) throw error;
        for (const { scriptId, url, functions } of answer.result)
          if (isLookedAt(url))
            for (const { ranges } of functions)
              for (const { startOffset, endOffset, count } of ranges)
                if (count > 0) blocks.add(`${scriptId}:${startOffset}-${endOffset}`);
      });
      return blocks;
    },
  };
}

// Which places of the program run, told by V8. A question takes milliseconds, so a campaign asks about many inputs at once, and about
// each of them only where they reached something new.
import { Session } from "node:inspector";

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Script {
  readonly scriptId: string;
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

/** Characters of a script, the last one left out. */
export interface Piece {
  readonly script: string;
  readonly from: number;
  readonly to: number;
}

export interface Coverage {
  /** @returns what has run since the last question */
  take(): Piece[];
}

/** Characters of scripts, each in it or not. */
export interface Places {
  /** How many are in it. */
  readonly size: number;
  /** @returns those of the pieces that were not in it */
  add(pieces: readonly Piece[]): Piece[];
  /** @returns those of the pieces that were in it */
  remove(pieces: readonly Piece[]): Piece[];
}

export function createPlaces(): Places {
  const scripts = new Map<string, Uint8Array>();
  let size = 0;
  /** @returns where that changes anything */
  const mark = (pieces: readonly Piece[], as: 0 | 1) => {
    const changed: Piece[] = [];
    for (const { script, from, to } of pieces) {
      let marks = scripts.get(script) ?? new Uint8Array(0);
      if (marks.length < to) {
        const longer = new Uint8Array(2 * to);
        longer.set(marks);
        marks = longer;
        scripts.set(script, marks);
      }
      for (let i = from; i < to; i++) {
        if (marks[i] === as) continue;
        const start = i;
        while (i < to && marks[i] !== as) marks[i++] = as;
        changed.push({ script, from: start, to: i });
        size += as === 1 ? i - start : start - i;
      }
    }
    return changed;
  };
  return {
    get size() {
      return size;
    },
    add: (pieces) => mark(pieces, 1),
    remove: (pieces) => mark(pieces, 0),
  };
}

/** @param ranges in each other or apart: the innermost one around a place says whether it ran */
function piecesOf(script: string, ranges: readonly Range[]): Piece[] {
  const pieces: Piece[] = [];
  const around: Range[] = [];
  let from = 0;
  const advance = (to: number) => {
    if (to > from && (around.at(-1)?.count ?? 0) > 0) pieces.push({ script, from, to });
    from = to;
  };
  const leave = (until: number) => {
    while (around.length > 0 && around.at(-1)!.endOffset <= until) {
      advance(around.at(-1)!.endOffset);
      around.pop();
    }
  };
  for (const range of ranges.toSorted((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset)) {
    leave(range.startOffset);
    advance(range.startOffset);
    around.push(range);
  }
  leave(Number.POSITIVE_INFINITY);
  return pieces;
}

/** To be called before what is looked at is loaded. @param isLookedAt by the URL of a script */
export function startCoverage(isLookedAt: (url: string) => boolean): Coverage {
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  // Without counts a function is told of when it has run, and not each time.
  session.post("Profiler.startPreciseCoverage", { callCount: false, detailed: true });
  return {
    take() {
      const pieces: Piece[] = [];
      // A session of the same thread answers before the call returns.
      session.post("Profiler.takePreciseCoverage", (error: Error | null, answer: { result: readonly Script[] }) => {
        if (error !== null) throw error;
        for (const { scriptId, url, functions } of answer.result)
          if (isLookedAt(url))
            pieces.push(
              ...piecesOf(
                scriptId,
                functions.flatMap(({ ranges }) => ranges),
              ),
            );
      });
      return pieces;
    },
  };
}

// Lines of a stream that may never end. In: bytes as they come. Out: lines in batches: all that have come by the time the next batch
// is asked for. Reading waits while nobody asks, so that a fast producer costs no memory.

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line feed; null for a line of more than the limit, which was passed over. */
  readonly bytes: Buffer | null;
}

const newline = 10;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** The lines that each chunk completes; never none. @param byteLimit of one line */
export async function* splitLines(chunks: AsyncIterable<Buffer>, byteLimit: number): AsyncGenerator<Line[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 1;
  const finish = (end: Buffer): Line => {
    const whole = rest.length === 0 ? end : Buffer.concat([...rest, end]);
    const isTooLong = restBytes + end.length > byteLimit;
    const hasMark = number === 1 && whole.subarray(0, byteOrderMark.length).equals(byteOrderMark);
    rest = [];
    restBytes = 0;
    return { number: number++, bytes: isTooLong ? null : hasMark ? whole.subarray(byteOrderMark.length) : whole };
  };
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      lines.push(finish(chunk.subarray(from, end)));
      from = end + 1;
    }
    restBytes += chunk.length - from;
    // Of a line that is too long only its length is kept.
    if (restBytes > byteLimit) rest = [];
    else if (from < chunk.length) rest.push(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) yield [finish(Buffer.alloc(0))];
}

/** What a batch may hold at most; a single line may be longer. */
export interface BatchLimits {
  readonly lineCount: number;
  readonly byteCount: number;
}

/** Gathers lines for as long as more are there at once: a pause of the producer ends a batch, however small. Blank lines are left out. */
export async function* gatherLines(pieces: AsyncIterator<Line[]>, limits: BatchLimits): AsyncGenerator<Line[]> {
  let batch: Line[] = [];
  let byteCount = 0;
  let next = ask(pieces);
  for (;;) {
    const piece = batch.length === 0 ? await next : await Promise.race([next, pause()]);
    if (piece === undefined || piece.done === true) {
      if (batch.length > 0) yield batch;
      batch = [];
      byteCount = 0;
      if (piece?.done === true) return;
      continue;
    }
    for (const line of piece.value) {
      if (line.bytes !== null && isBlank(line.bytes)) continue;
      batch.push(line);
      byteCount += line.bytes?.length ?? 0;
      if (batch.length < limits.lineCount && byteCount < limits.byteCount) continue;
      yield batch;
      batch = [];
      byteCount = 0;
    }
    next = ask(pieces);
  }
}

/** A failure is met when the lines are awaited, which may be after a batch. */
function ask(pieces: AsyncIterator<Line[]>): Promise<IteratorResult<Line[], unknown>> {
  const next = pieces.next();
  next.catch(() => {});
  return next;
}

/** Long enough for what has come to be read, and no longer: two turns of the event loop. */
function pause(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve, undefined)));
}

function isBlank(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte > 32) return false;
  return true;
}

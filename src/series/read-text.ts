// The text of a source as UTF-8. In: bytes in any encoding that TextDecoder knows. Out: valid UTF-8 without a byte order mark
// and without NUL; anything else is an error with its line.
import { isAscii, isUtf8 } from "node:buffer";
import { HindcastError } from "../base/errors.js";
import { quoteText, quoteWord } from "../base/wording.js";

const newline = 10;
/** What is handed on at once: little, so that the cells made of it die young and the heap stays small. */
const pieceBytes = 8192;

/**
 * @param chunks the first holds at least four bytes, if there are as many
 * @param name of the source, for messages
 * @throws HindcastError "usage" for an unknown encoding, "data" for bytes that are not text in it
 */
export async function* readText(chunks: AsyncIterable<Buffer>, name: string, encoding: string): AsyncGenerator<Buffer> {
  const decoder = createDecoder(encoding);
  const isUnicode8 = decoder.encoding === "utf-8";
  let line = 1;
  /** The last chunk may have ended within a character. */
  let isSplit = false;
  for await (const chunk of chunks) {
    if (line === 1) refuseArchive(chunk, name);
    if (line === 1) refuseUtf16(chunk, name, decoder.encoding);
    let text = chunk;
    // Binary content is rarely UTF-8 either, and NUL says more about it.
    if (isUnicode8) refuseNul(chunk, name, line);
    if (!isUnicode8 || isSplit || !isAscii(chunk)) {
      const decoded = decode(decoder, chunk);
      if (decoded === null) throw encodingError(name, encoding, isUnicode8 ? invalidLine(chunk, line) : { line });
      text = Buffer.from(decoded);
      isSplit = chunk[chunk.length - 1]! >= 0x80;
    }
    if (!isUnicode8) refuseNul(text, name, line);
    line += countNewlines(text);
    for (let at = 0; at < text.length; at += pieceBytes) yield text.subarray(at, at + pieceBytes);
  }
  if (decode(decoder) === null) throw encodingError(name, encoding, { line });
}

function createDecoder(encoding: string) {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (thrown) {
    throw new HindcastError(
      "usage",
      `there is no encoding "${encoding}"`,
      "--encoding with utf-8, utf-16le, utf-16be, latin1 or another name of the WHATWG Encoding Standard",
      { cause: thrown },
    );
  }
}

/** Without a chunk, what is left at the end. @returns null when the bytes are not valid */
function decode(decoder: ReturnType<typeof createDecoder>, chunk?: Buffer): string | null {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
  } catch {
    return null;
  }
}

function encodingError(name: string, encoding: string, { line, text }: { line: number; text?: string }) {
  return new HindcastError(
    "data",
    `${name} line ${line}: not ${encoding}${text === undefined ? "" : ` text: ${quoteText(text)}`}`,
    encoding === "latin1" ? "the --encoding it was written in" : "--encoding latin1, or the one it was written in",
  );
}

/** The first line of the chunk that is not UTF-8, shown as Latin-1. @param line of the chunk's first byte */
function invalidLine(chunk: Buffer, line: number): { line: number; text?: string } {
  let from = 0;
  while (from < 3 && (chunk[from]! & 0xc0) === 0x80) from++;
  for (let at = line; from < chunk.length; at++) {
    const end = chunk.indexOf(newline, from);
    const bytes = chunk.subarray(from, end < 0 ? chunk.length : end);
    if (!isUtf8(bytes)) return { line: at, text: bytes.toString("latin1").trimEnd() };
    if (end < 0) break;
    from = end + 1;
  }
  return { line };
}

/** How files that are packed begin, and what unpacks them. Of gzip nothing is left here. */
const archives = [
  { begins: [0x28, 0xb5, 0x2f, 0xfd], kind: "Zstandard", unpack: "zstdcat" },
  { begins: [0x42, 0x5a, 0x68], kind: "bzip2", unpack: "bzcat" },
  { begins: [0xfd, 0x37, 0x7a, 0x58, 0x5a], kind: "xz", unpack: "xzcat" },
  { begins: [0x50, 0x4b, 0x03, 0x04], kind: "a ZIP archive or a spreadsheet", unpack: "unzip -p" },
] as const;

/** @throws HindcastError "data" */
function refuseArchive(chunk: Buffer, name: string): void {
  const found = archives.find(({ begins }) => begins.every((byte, i) => chunk[i] === byte));
  if (found === undefined || isUtf8(chunk)) return;
  throw new HindcastError(
    "data",
    `${name} is ${found.kind}, not text`,
    `${found.unpack} ${name === "stdin" ? "FILE" : quoteWord(name)} | hindcast … -${found.unpack === "unzip -p" ? ", or the spreadsheet saved as CSV" : ""}`,
  );
}

/** @throws HindcastError "data" for a byte order mark of another UTF-16, or none asked for and text in which every other byte is 0 */
function refuseUtf16(chunk: Buffer, name: string, asked: string): void {
  const head = chunk.subarray(0, 256);
  let evenCount = 0;
  let oddCount = 0;
  for (let i = 0; i < head.length; i++) if (head[i] === 0) i % 2 === 0 ? evenCount++ : oddCount++;
  const quarter = head.length / 4;
  const isLittle = (head[0] === 0xff && head[1] === 0xfe) || (evenCount === 0 && oddCount > quarter);
  const isBig = (head[0] === 0xfe && head[1] === 0xff) || (oddCount === 0 && evenCount > quarter);
  if ((isLittle && asked !== "utf-16le") || (isBig && asked !== "utf-16be"))
    throw new HindcastError("data", `${name} is UTF-16 text`, `--encoding ${isLittle ? "utf-16le" : "utf-16be"}`);
}

/** @param line of the first byte */
function refuseNul(text: Buffer, name: string, line: number): void {
  const nul = text.indexOf(0);
  if (nul >= 0)
    throw new HindcastError(
      "data",
      `${name} line ${line + countNewlines(text.subarray(0, nul))}: a NUL byte, so this is no text file`,
      "convert it to CSV first; for UTF-16 text, --encoding utf-16le",
    );
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === newline) count++;
  return count;
}

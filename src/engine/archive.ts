// Wheels are zip archives, and only a few members of a large one are wanted. In: a file, and which members. Out: those members as
// files, each checked against its checksum. (PKWARE's APPNOTE 6.3: end record, central directory, local headers; no zip64.)
import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import { HindcastError } from "../base/errors.js";

export interface Member {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where its local header lies in the file. */
  readonly offset: number;
}

const endSignature = 0x06054b50;
const endBytes = 22;
const commentBytesMax = 0xffff;
const entryBytes = 46;
const localBytes = 30;

/** @throws HindcastError "engine" when the file is no zip archive */
export async function listMembers(file: string): Promise<Member[]> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const tail = await readBytes(handle, Math.max(0, size - endBytes - commentBytesMax), size);
    let end = tail.length - endBytes;
    while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--;
    if (end < 0)
      throw new HindcastError(
        "engine",
        `${file} is not a wheel: it is no zip archive, or was cut off`,
        "fetch it again",
      );
    const start = tail.readUInt32LE(end + 16);
    return parseDirectory(await readBytes(handle, start, start + tail.readUInt32LE(end + 12)));
  } finally {
    await handle.close();
  }
}

/** Bytes [start, end) of a file. */
async function readBytes(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
  return buffer.subarray(0, bytesRead);
}

function parseDirectory(directory: Buffer): Member[] {
  const members: Member[] = [];
  for (let at = 0; at + entryBytes <= directory.length; ) {
    const nameBytes = directory.readUInt16LE(at + 28);
    members.push({
      name: directory.toString("utf8", at + entryBytes, at + entryBytes + nameBytes),
      method: directory.readUInt16LE(at + 10),
      checksum: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += entryBytes + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return members;
}

/**
 * Writes one member to `target`, making its directory.
 * @param onBytes is told how many more bytes were written
 * @throws HindcastError "engine" when the checksum does not match
 */
export async function extractMember(
  file: string,
  member: Member,
  target: string,
  onBytes: (count: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const handle = await open(file);
  const local = await readBytes(handle, member.offset, member.offset + localBytes).finally(() => handle.close());
  const start = member.offset + localBytes + local.readUInt16LE(26) + local.readUInt16LE(28);
  await mkdir(dirname(target), { recursive: true });
  let checksum = 0;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      checksum = crc32(chunk, checksum);
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
  const packed = createReadStream(file, { start, end: start + member.packedBytes - 1 });
  const unpack = member.method === 8 ? createInflateRaw() : new PassThrough();
  await pipeline(packed, unpack, check, createWriteStream(target), { signal });
  if (checksum !== member.checksum)
    throw new HindcastError("engine", `${file} is damaged: the checksum of ${member.name} is wrong`, "fetch it again");
}

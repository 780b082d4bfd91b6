import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { extractMember, listMembers } from "../../src/engine/archive.js";
import { temporaryDirectory } from "../support/directory.js";
import { zip } from "../support/zip.js";

const members = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z]{1,8}(\/[a-zé]{1,8}){0,2}\.so$/),
    content: fc.uint8Array({ minLength: 1, maxLength: 5000 }).map((bytes) => Buffer.from(bytes)),
    stored: fc.boolean(),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
);

test("what was put into an archive comes out of it, and every byte is told", async () => {
  const directory = await temporaryDirectory();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(members, async (given) => {
      const file = join(directory, `${run++}.whl`);
      await writeFile(file, zip(given));
      const listed = await listMembers(file);
      expect(listed.map(({ name, bytes }) => [name, bytes])).toEqual(given.map((m) => [m.name, m.content.length]));
      for (const [i, member] of listed.entries()) {
        const target = join(directory, `${run}-out`, member.name);
        let told = 0;
        await extractMember(file, member, target, (count) => {
          told += count;
        });
        expect(await readFile(target)).toEqual(given[i]!.content);
        expect(told).toBe(given[i]!.content.length);
      }
    }),
    { numRuns: 30 },
  );
});

test("a changed byte in a member is found by its checksum", async () => {
  const file = join(await temporaryDirectory(), "changed.whl");
  const bytes = zip([{ name: "a.so", content: Buffer.alloc(1000, 7), stored: true }]);
  bytes[500]! ^= 1;
  await writeFile(file, bytes);
  const [member] = await listMembers(file);
  const extracted = extractMember(file, member!, `${file}.out`, () => {});
  await expect(extracted).rejects.toMatchObject({
    code: "engine",
    message: expect.stringMatching(/checksum of a\.so/),
  });
});

test.each([0, 1, 21, 22, 60])("%d bytes of an archive are no archive", async (size) => {
  const file = join(await temporaryDirectory(), "cut.whl");
  await writeFile(file, zip([{ name: "a.so", content: Buffer.alloc(1000, 7) }]).subarray(0, size));
  await expect(listMembers(file)).rejects.toMatchObject({ code: "engine" });
});

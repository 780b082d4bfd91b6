import { lchownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refuseForeignLink, usualMode } from "../../src/base/ownership.js";
import { temporaryDirectory } from "../support/directory.js";

test("the usual modes are those that the system gives", async () => {
  const directory = await temporaryDirectory();
  writeFileSync(join(directory, "file"), "");
  mkdirSync(join(directory, "directory"));
  for (const kind of ["file", "directory"] as const)
    expect(usualMode(kind)).toBe(statSync(join(directory, kind)).mode & 0o777);
});

test("a user's own links, the directory's owner's and what is no link are followed; others are refused", async ({
  skip,
}) => {
  if (process.getuid?.() !== 0) return skip("only root can make links for others");
  const directory = await temporaryDirectory();
  const link = (name: string, user: number) => {
    const path = join(directory, name);
    symlinkSync("elsewhere", path);
    lchownSync(path, user, user);
    return path;
  };
  const other = 65_534;
  writeFileSync(join(directory, "file"), "");
  for (const path of [link("own", 0), join(directory, "file"), join(directory, "nothing")]) refuseForeignLink(path);
  const theirs = link("theirs", other);
  expect(() => refuseForeignLink(theirs, "theirs")).toThrow("theirs is a link that another user has put there");
  lchownSync(directory, other, other);
  refuseForeignLink(theirs);
  lchownSync(directory, 0, 0);
});

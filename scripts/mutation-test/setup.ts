// Before each test file of a mutation run: properties draw the same few examples for every mutant, so that each meets the same tests. What
// a file leaves is removed after it: files share a worker, in which only the first of them loads what would remove it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import fc from "fast-check";
import { afterAll } from "vitest";

fc.configureGlobal({ seed: 1, numRuns: 25 });

const prefix = "tests-of-a-mutant-";
const above = tmpdir().includes(prefix) ? dirname(tmpdir()) : tmpdir();
const own = mkdtempSync(join(above, prefix));
process.env.TMPDIR = own;
afterAll(() => rmSync(own, { recursive: true, force: true }));

// Before each test file of a mutation run: properties draw the same few examples for every mutant, so that each meets the same tests.
import fc from "fast-check";

fc.configureGlobal({ seed: 1, numRuns: 25 });

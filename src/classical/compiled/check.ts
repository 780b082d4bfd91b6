// A known answer, asked of every build before it is used: one for a platform that it was never run on may be wrong, and then the next one
// serves. In: a build. Out: an error where it is wrong in a single bit.
import { openBlock } from "./block.js";
import type { Build } from "./builds.js";

/** What kernels/classical/answer.h takes of a block. */
const measures = {
  length: 60,
  horizon: 6,
  shortSeason: 4,
  longSeason: 20,
  origins: 4,
  windows: 1,
  gateNumbers: 0,
};
/** A hash of the forecasts and features of a small series. It changes with whatever changes a bit of a forecast. */
const knownAnswer = 3257519385;

/** @throws Error */
export function checkKnownAnswer(build: Build): void {
  const block = openBlock(build, measures);
  block.run("answer");
  const given = block.get("value");
  if (given !== knownAnswer) throw new Error(`wrong answer: ${given} instead of ${knownAnswer}`);
}

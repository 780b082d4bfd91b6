// What a campaign loads once the coverage is being taken.
export { seededRandom } from "../../src/base/random.js";
export { createMutator, wordsOf } from "./mutate.js";
export { tryInput } from "./target.js";
export { targets } from "./targets/index.js";

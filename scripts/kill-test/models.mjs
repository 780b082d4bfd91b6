// Kills what changes a registry by hand: `models REGISTRY rollback`, `promote` and `prune` by turns.
import { changes, testRegistry } from "./registry.mjs";

export const test = (times, work) => testRegistry("models rollback, promote, prune", changes, times, work);

// Kills `retrain`, of a baseline and of a network by turns.
import { retrainings, testRegistry } from "./registry.mjs";

export const test = (times, work) => testRegistry("retrain", retrainings, times, work);

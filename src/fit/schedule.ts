// The learning rate over the course of training. In: the step and the number of steps. Out: a factor of the peak rate.
import type { ScheduleName } from "./config.js";

const warmUpShare = 0.1;
const startFactor = 1 / 25;
const endFactor = 1e-3;

/**
 * @param step from 0
 * @param stepCount steps in all
 * @returns factor in (0, 1] of the peak learning rate. `cosine`: Loshchilov & Hutter (2017), without restarts;
 * `one-cycle`: Smith & Topin (2019), a cosine warm-up over the first tenth, then a cosine descent.
 */
export function learningRateFactor(schedule: ScheduleName, step: number, stepCount: number): number {
  const share = stepCount <= 1 ? 0 : Math.min(step / (stepCount - 1), 1);
  switch (schedule) {
    case "constant":
      return 1;
    case "cosine":
      return descend(share);
    case "one-cycle":
      return share < warmUpShare
        ? startFactor + (1 - startFactor) * 0.5 * (1 - Math.cos((Math.PI * share) / warmUpShare))
        : descend((share - warmUpShare) / (1 - warmUpShare));
    default:
      return schedule satisfies never;
  }
}

function descend(share: number): number {
  return endFactor + (1 - endFactor) * 0.5 * (1 + Math.cos(Math.PI * share));
}

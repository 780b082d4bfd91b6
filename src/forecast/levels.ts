// Quantile levels that can be asked for, apart from what computes them so that reading the command line loads none of it.

export const lowestLevel = 0.001;
export const highestLevel = 0.999;
/** Of an interval between the two. */
export const highestPercent = 99.8;

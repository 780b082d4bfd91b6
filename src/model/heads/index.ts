// Every head by its config. In: what a network's config says of its head. Out: the head.
import { binsHead } from "./bins.js";
import type { HeadConfig } from "./config.js";
import { gaussianHead } from "./gaussian.js";
import type { Head, HeadPart } from "./head.js";
import { negbinHead } from "./negbin.js";
import { quantileHead } from "./quantile.js";
import { studentHead } from "./student-t.js";

export function openHead(config: HeadConfig): Head {
  switch (config.kind) {
    case "quantile":
      return quantileHead();
    case "gaussian":
      return gaussianHead();
    case "student-t":
      return studentHead();
    case "negbin":
      return negbinHead();
    case "bins":
      return binsHead(config);
    default:
      return config satisfies never;
  }
}

/** One number a step. */
const pointParts: readonly HeadPart[] = [{ name: "head", width: 1, activation: "linear" }];

/** @param config absent for a point forecast */
export function partsOf(config: HeadConfig | undefined): readonly HeadPart[] {
  return config === undefined ? pointParts : openHead(config).parts;
}

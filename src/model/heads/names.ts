// Heads as they are asked for. In: a word such as "gaussian" or "bins:10". Out: a head's config, not fitted yet.
import { HindcastError } from "../../base/errors.js";
import type { HeadConfig } from "./config.js";

/** "bins" stands with a count of them. */
export const headNames = ["point", "quantile", "gaussian", "student-t", "negbin", "bins:N"] as const;

/** What `parseHead` takes. */
export const headPattern = /^(point|quantile|gaussian|student-t|negbin|bins:([2-9]|[1-9]\d|[1-9]\d\d))$/;

/** As it was asked for, but with the bins that there are. */
export function headText(head: HeadConfig): string {
  return head.kind === "bins" ? `bins:${head.count}` : head.kind;
}

/** @returns undefined for a point forecast @throws HindcastError "usage" for what is no head */
export function parseHead(text = "point"): HeadConfig | undefined {
  const [kind, count] = text.split(":");
  if (headPattern.test(text))
    switch (kind) {
      case "point":
        return undefined;
      case "quantile":
      case "gaussian":
      case "student-t":
      case "negbin":
        return { kind };
      case "bins":
        return { kind, count: Number(count), edges: [], values: [] };
    }
  throw new HindcastError("usage", `there is no head "${text}"`, `one of: ${headNames.join(", ")}`);
}

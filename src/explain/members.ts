// Explanations of several trainings of one network as one. In: one of each. Out: their average, and how much there is of it to doubt.
import { mean, standardDeviation } from "../base/numeric.js";
import type { Contributions } from "./gradients.js";
import type { Part } from "./parts.js";
import type { PermutationImportance } from "./permutation.js";

type Name = Pick<Part, "input" | "lags">;

export interface Importance extends Name {
  /** Mean increase over repeats and members, and its standard deviation from one to the next. */
  readonly mase: number;
  readonly deviation: number;
  readonly mae: number;
}

/** What one member alone rests on, on average over them. @returns in the order of the first; a part that only some have counts as 0 elsewhere */
export function joinImportances(members: readonly PermutationImportance[]): Importance[] {
  return namesOf(members).map((name) => {
    const own = members.map(({ parts }) => parts.find(({ part }) => isSame(part, name)));
    const repeats = members[0]!.parts[0]!.mase.length;
    const all = (score: "mase" | "mae") =>
      Float64Array.from(
        { length: members.length * repeats },
        (_, i) => own[Math.floor(i / repeats)]?.[score][i % repeats] ?? 0,
      );
    const mase = all("mase");
    const deviation = standardDeviation(mase) * Math.sqrt(mase.length / (mase.length - 1));
    return { input: name.input, lags: name.lags, mase: mean(mase), deviation, mae: mean(all("mae")) };
  });
}

export interface JoinedContributions extends Pick<Contributions, "forecast" | "baseline" | "error"> {
  readonly parts: readonly (Name & { readonly contribution: number })[];
}

/** Contributions to the mean of several forecasts are the means of those to each (Sundararajan et al., section 3, linearity). */
export function joinContributions(members: readonly Contributions[]): JoinedContributions {
  const average = (pick: (member: Contributions) => number) =>
    members.reduce((sum, member) => sum + pick(member) / members.length, 0);
  return {
    forecast: average(({ forecast }) => forecast),
    baseline: average(({ baseline }) => baseline),
    error: average(({ error }) => error),
    parts: namesOf(members).map(({ input, lags }) => ({
      input,
      lags,
      contribution: average(({ parts }) => parts.find(({ part }) => isSame(part, { input, lags }))?.contribution ?? 0),
    })),
  };
}

function isSame(one: Name, other: Name): boolean {
  return one.input === other.input && one.lags === other.lags;
}

function namesOf(members: readonly { readonly parts: readonly { readonly part: Part }[] }[]): Name[] {
  const names: Name[] = [];
  for (const { parts } of members)
    for (const { part } of parts) if (!names.some((name) => isSame(name, part))) names.push(part);
  return names;
}

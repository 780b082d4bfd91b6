// The field's rule of thumb for `--model auto`. In: the size of the data and what is asked. Out: a model's name, and why.
import { type Frame, longestLength } from "../series/frame.js";

export interface Choice {
  readonly name: string;
  readonly reason: string;
  /** Set when what was chosen is less than what was asked for. */
  readonly warning?: string;
}

/** Observations from which an LSTM's extra gate has enough to learn from. */
const muchData = 50_000;
/** Steps across which dependencies count as long. */
const longDependency = 96;

/**
 * Gated networks of few weights for few data, the LSTM's separate memory for long dependencies with much data (Chung et al.
 * 2014; Greff et al. 2017). Series too short to train any network on get a baseline.
 */
export function chooseByRule(
  frame: Frame,
  horizon: number,
  seasons: readonly number[],
  options: { readonly window?: number | undefined },
): Choice {
  const stepCount = frame.series.reduce((sum, { values }) => sum + values.length, 0);
  const longest = longestLength(frame);
  const season = seasons.at(-1) ?? 1;
  if (longest < 2 * horizon + 4) {
    const name = (seasons[0] ?? 1) > 1 && longest >= seasons[0]! ? "seasonal-naive" : "naive";
    const reason = `${longest === 1 ? "1 step is" : `${longest} steps are`} too few to train a network on ${horizon} steps ahead`;
    return { name, reason, warning: `${reason}: the forecast is the ${name} one` };
  }
  const window = Math.max(options.window ?? 0, 2 * season, horizon);
  return stepCount >= muchData && window >= longDependency
    ? { name: "lstm", reason: `${stepCount} steps of data and dependencies over ${window} steps: lstm` }
    : { name: "gru", reason: `${stepCount} steps of data: gru, which has fewer weights to learn than lstm` };
}

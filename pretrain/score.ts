// How a gate does on windows it was not trained on, beside what it has to beat. In: networks and windows. Out: mean absolute
// errors in units of each window's scale, and the coverage of the intervals.
import { candidateCount, factCount, type GateInputs, stepFactCount, stepFeatureCount } from "../src/gate/features.js";
import { type GateNetwork, runGates } from "../src/gate/network.js";
import { knots } from "../src/gate/schema.js";
import { type GateWindows, inputsOfWindow } from "../src/gate/windows.js";

export interface GateScore {
  /** Weighted as in training. */
  readonly mae: number;
  /** Of the mean of all candidates, each weighing the same. */
  readonly equalWeightsMae: number;
  /** Of their median. */
  readonly medianMae: number;
  /** Of the candidates weighted by exp(−2 · log error): nothing learned. */
  readonly inverseErrorMae: number;
  readonly pinball: number;
  readonly coverage80: number;
  readonly coverage95: number;
}

export function scoreGates(networks: readonly GateNetwork[], windows: GateWindows): GateScore {
  const sums = { mae: 0, equal: 0, median: 0, inverse: 0, pinball: 0, in80: 0, in95: 0 };
  let weightSum = 0;
  const { count, stepCount } = windows;
  for (let w = 0; w < count; w++) {
    const inputs = inputsOfWindow(windows, w);
    const { quantiles } = runGates(networks, inputs);
    const weight = windows.weights[w]! / stepCount;
    for (let s = 0; s < stepCount; s++) {
      const actual = windows.targets[w * stepCount + s]!;
      const at = (level: number) => quantiles[knots.indexOf(level as (typeof knots)[number]) * stepCount + s]!;
      sums.mae += weight * Math.abs(actual - at(0.5));
      for (const level of knots) {
        const error = actual - at(level);
        sums.pinball += (weight * Math.max(level * error, (level - 1) * error)) / knots.length;
      }
      sums.in80 += at(0.1) <= actual && actual <= at(0.9) ? 1 : 0;
      sums.in95 += at(0.025) <= actual && actual <= at(0.975) ? 1 : 0;
      const { equal, inverse } = plainMixes(inputs, s);
      sums.equal += weight * Math.abs(actual - equal);
      sums.median += weight * Math.abs(actual);
      sums.inverse += weight * Math.abs(actual - inverse);
    }
    weightSum += windows.weights[w]!;
  }
  const round = (value: number) => Number(value.toFixed(5));
  return {
    mae: round(sums.mae / weightSum),
    equalWeightsMae: round(sums.equal / weightSum),
    medianMae: round(sums.median / weightSum),
    inverseErrorMae: round(sums.inverse / weightSum),
    pinball: round(sums.pinball / weightSum),
    coverage80: round(sums.in80 / (count * stepCount)),
    coverage95: round(sums.in95 / (count * stepCount)),
  };
}

function plainMixes({ applies, series, steps }: GateInputs, step: number): { equal: number; inverse: number } {
  let equal = 0;
  let inverse = 0;
  let count = 0;
  let total = 0;
  for (let c = 0; c < candidateCount; c++) {
    if (applies[c] === 0) continue;
    const deviation = Math.sinh(steps[step * stepFeatureCount + stepFactCount + c]!);
    const weight = Math.exp(-2 * series[factCount + c]!);
    equal += deviation;
    inverse += weight * deviation;
    count++;
    total += weight;
  }
  return { equal: equal / count, inverse: inverse / total };
}

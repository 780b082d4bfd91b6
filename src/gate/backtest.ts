// What the candidates said at earlier origins of one series, each origin worked out once whoever asks for it. In: values without
// gaps. Out: the candidates' forecasts from an origin.
import { candidates, forecastCandidates } from "../classical/candidates.js";
import { createHistory, type History } from "../classical/history.js";

export interface CandidateForecasts {
  /** [candidate × horizon], in the series' units; NaN for those that do not apply */
  readonly forecasts: Float64Array;
  /** [candidate] 0 or 1 */
  readonly applies: Uint8Array;
}

export interface Backtest {
  /** [time] finite, at least one value */
  readonly values: Float64Array;
  /** At most two, ascending, in steps. */
  readonly seasons: readonly number[];
  readonly horizon: number;
  /** @param origin steps that are known, at least one */
  forecastFrom(origin: number): CandidateForecasts;
  /** What is known at an origin. */
  historyAt(origin: number): History;
}

export function createBacktest(values: Float64Array, seasons: readonly number[], horizon: number): Backtest {
  const known = new Map<number, CandidateForecasts>();
  const historyAt = (origin: number) => createHistory(values.subarray(0, origin), seasons);
  return {
    values,
    seasons,
    horizon,
    historyAt,
    forecastFrom(origin) {
      let made = known.get(origin);
      if (made === undefined) {
        made = {
          forecasts: new Float64Array(candidates.length * horizon),
          applies: new Uint8Array(candidates.length),
        };
        forecastCandidates(historyAt(origin), horizon, made.forecasts, made.applies);
        known.set(origin, made);
      }
      return made;
    },
  };
}

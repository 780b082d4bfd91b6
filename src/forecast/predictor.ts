// What every model is, once fitted: something that goes on from the end of each series. In: a frame. Out: numbers.
import type { Notify } from "../base/notes.js";
import type { Progress } from "../base/progress.js";
import type { Frame } from "../series/frame.js";

/** What is said of the next steps of each series. All arrays are [series × horizon], row-major. */
export interface Forecasts {
  /** Finite; all NaN for a series that cannot be forecast. */
  readonly point: Float64Array;
  /** One for each level asked for, NaN where `point` is; [] from a model that knows no quantiles. They never cross, and hold `point`. */
  readonly quantiles: readonly Float64Array[];
  /**
   * −ln of the probability given to what came, from a model that tells levels of its target apart.
   * @param actual [series × horizon], NaN = unobserved @returns likewise, NaN also where there is no forecast
   */
  readonly crossEntropy?: (actual: Float64Array) => Float64Array;
}

export interface Predictor {
  /** What answered: a baseline's or a cell's name. */
  readonly name: string;
  /** Why this one was chosen, when a choice was made. */
  readonly reason?: string;
  /**
   * Goes on from the end of each series of `frame`, which may hold more steps, or other series, than it was fitted on. A series
   * without forecast has been said to `notify`.
   * @param levels of the quantiles wanted, in any order, within those of `levels.ts`; none when left out
   */
  predict(frame: Frame, horizon: number, levels?: readonly number[]): Promise<Forecasts>;
  /** What the forecasts made so far rest on, for people; absent where there is nothing to say. */
  explanation?(): string;
}

export interface FitContext {
  readonly notify: Notify;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** What forecasts are made in: a signal ends one of many series. */
export type PredictContext = Pick<FitContext, "notify" | "signal">;

/** A model before it is fitted. The frame it is given ends where its knowledge ends. */
export interface Forecaster {
  /** What was asked for: `auto` stays `auto`. */
  readonly name: string;
  fit(frame: Frame, horizon: number, context: FitContext): Promise<Predictor>;
}

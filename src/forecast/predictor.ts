// What every model is, once fitted: something that goes on from the end of each series. In: a frame. Out: numbers.
import type { Notify } from "../base/notes.js";
import type { Progress } from "../base/progress.js";
import type { Frame } from "../series/frame.js";

export interface Predictor {
  /** What answered: a baseline's or a cell's name. */
  readonly name: string;
  /** Why this one was chosen, when a choice was made. */
  readonly reason?: string;
  /**
   * Goes on from the end of each series of `frame`, which may hold more steps, or other series, than it was fitted on.
   * @returns [series × horizon], row-major, finite; a series it cannot forecast is all NaN and has been said to `notify`
   */
  predict(frame: Frame, horizon: number): Promise<Float64Array>;
  /** Frees what the engine holds. */
  dispose(): void;
}

export interface FitContext {
  readonly notify: Notify;
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** A model before it is fitted. The frame it is given ends where its knowledge ends. */
export interface Forecaster {
  /** What was asked for: `auto` stays `auto`. */
  readonly name: string;
  fit(frame: Frame, horizon: number, context: FitContext): Promise<Predictor>;
}

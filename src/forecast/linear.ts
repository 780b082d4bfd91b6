// Forecasts of a linear model for every series of a frame. In: a fitted model. Out: a predictor.
import { HindcastError } from "../base/errors.js";
import { lastObservedIndex } from "../base/numeric.js";
import { fillSeasonally } from "../classical/gaps.js";
import { keepWithin } from "../classical/methods.js";
import { forecastLinear, type LinearModel } from "../linear/model.js";
import { seriesId } from "../series/frame.js";
import { followPaths, type Path } from "./paths.js";
import type { PredictContext, Predictor } from "./predictor.js";

const seriesPerTurn = 64;

/** @param reach newest steps of a series that its forecast rests on, from `linearReach` */
export function linearPredictor(model: LinearModel, reach: number, context: PredictContext): Predictor {
  const drifts = new Map(model.drifts.map((one) => [seriesId(one), one.slopes]));
  return {
    name: "linear",
    async predict(frame, horizon) {
      checkLinearHorizon(model, horizon);
      const said = new Float64Array(model.horizon);
      const path: Path = (values, out, series) => {
        goOn(model, drifts.get(seriesId(series)), reach, values, said);
        out.set(said.subarray(0, horizon));
      };
      return followPaths(frame, horizon, { name: "linear", path, perTurn: seriesPerTurn, ...context });
    },
  };
}

/** @throws HindcastError "usage" for a horizon that is too long */
export function checkLinearHorizon(model: LinearModel, horizon: number): void {
  if (horizon > model.horizon)
    throw new HindcastError(
      "usage",
      `this model was fitted for ${model.horizon} steps ahead, not ${horizon}`,
      `use -H ${model.horizon} or less, or fit again with -H ${horizon}`,
    );
}

/** @param values [time] NaN = not observed; where the last ones are not, the model's own forecasts stand in for them */
function goOn(
  model: LinearModel,
  slopes: readonly number[] | undefined,
  reach: number,
  values: Float64Array,
  out: Float64Array,
): void {
  const end = lastObservedIndex(values) + 1;
  const known = fillSeasonally(values.subarray(Math.max(0, end - reach), end), model.season);
  const late = values.length - end;
  const extended = new Float64Array(known.length + late);
  extended.set(known);
  for (let from = known.length; ; from += model.horizon) {
    forecastLinear(model, extended.subarray(0, Math.min(from, extended.length)), out, slopes);
    keepWithin(known, out);
    if (from >= extended.length) return;
    extended.set(out.subarray(0, extended.length - from), from);
  }
}

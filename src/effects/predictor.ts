// A model of what the covariates leave of each series, made one of the series: their effect is put back. In: a predictor and effects.
// Out: a predictor.
import { listNames } from "../base/wording.js";
import { keepWithin } from "../classical/methods.js";
import type { Predictor } from "../forecast/predictor.js";
import { effectNames, putBack, separateEffects } from "./model.js";
import { type Effects, multiplies } from "./schema.js";

/** @param reach newest steps that forecasts are kept near to */
export function withEffects(predictor: Predictor, effects: Effects, reach: number): Predictor {
  const { explanation } = predictor;
  return {
    ...predictor,
    async predict(frame, horizon, levels) {
      const { rest, added } = separateEffects(frame, effects, horizon);
      const forecasts = await predictor.predict(rest, horizon, levels);
      for (const [s, effect] of added.entries()) {
        if (effect === undefined) continue;
        const { values } = frame.series[s]!;
        const known = values.subarray(-reach).filter((value) => !Number.isNaN(value));
        for (const rows of [forecasts.point, ...forecasts.quantiles]) {
          const row = rows.subarray(s * horizon, (s + 1) * horizon);
          if (Number.isNaN(row[0]!)) continue;
          putBack(row, effect.subarray(values.length), multiplies(effects));
          keepWithin(known, row);
        }
      }
      return forecasts;
    },
    ...(explanation && {
      explanation: () => `sets the effect of ${listNames(effectNames(effects))} apart, and ${explanation()}`,
    }),
  };
}

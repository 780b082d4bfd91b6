// A saved model's errors over every origin of a stretch, one window at a time, so that any number of them needs no memory. In: a file of
// JSON: {model, start, series: [{target, values, mean, deviation}], from, to, horizon, stride}; origins run from `from` on, as long as the horizon ends
// by `to`. Out: JSON: {mse, mae, windows}, on values less their mean, in deviations, averaged over windows, steps and series.
import { readFileSync } from "node:fs";
import process from "node:process";
import { predictorOf } from "../../src/choose/predictor.ts";
import { openSaved } from "../../src/commands/saved-model.ts";
import { cutFrame } from "../../src/series/frame.ts";

const { model, start, series, from, to, horizon, stride } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { fitted, limits, context } = await openSaved({}, model);
const signal = new AbortController().signal;
const predictor = await predictorOf(fitted, limits, { notify() {}, signal });
const whole = {
  ...context,
  series: context.series.map((one) => {
    const values = Float64Array.from(series.find(({ target }) => target === one.target).values);
    return { ...one, start, values };
  }),
};
let [squares, absolutes, windows] = [0, 0, 0];
for (let origin = from; origin + horizon <= to; origin += stride, windows++) {
  const known = cutFrame(
    whole,
    whole.series.map(() => origin),
  );
  const { point } = await predictor.predict(known, horizon);
  for (const [s, { target, values }] of whole.series.entries()) {
    const { deviation } = series.find((one) => one.target === target);
    for (let k = 0; k < horizon; k++) {
      const error = (values[origin + k] - point[s * horizon + k]) / deviation;
      squares += error * error;
      absolutes += Math.abs(error);
    }
  }
}
const count = windows * whole.series.length * horizon;
console.log(JSON.stringify({ mse: squares / count, mae: absolutes / count, windows }));

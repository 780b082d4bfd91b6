// What covariates known ahead add to a series: found where there is something, left alone where there is nothing.
import { describe, expect, test } from "vitest";
import { mean } from "../../src/base/numeric.js";
import { seededRandom } from "../../src/base/random.js";
import { effectsIn } from "../../src/choose/fitted.js";
import { fitModel } from "../../src/choose/model.js";
import { predictorOf } from "../../src/choose/predictor.js";
import { fitEffects } from "../../src/effects/fit.js";
import { coefficientsOf, commonCoefficients, momentsIn } from "../../src/effects/kinds.js";
import { columnSizes, recentMeans, separateEffects, termsOf } from "../../src/effects/model.js";
import { momentsOf, regress } from "../../src/effects/regression.js";
import { type Effects, termCounts } from "../../src/effects/schema.js";
import { cutFrame, dropSteps, type Frame, keepCovariates } from "../../src/series/frame.js";
import { quietContext, smallModel } from "../support/context.js";
import { type Column, covariateFrame } from "../support/covariates.js";
import { dailyPanel } from "../support/panels.js";

const { signal } = new AbortController();
const horizon = 7;
const length = 300;
const days = Array.from({ length: length + horizon }, (_, t) => t);

/** Draws of a covariate that comes and goes. */
function weather(seed: number): number[] {
  const { normal } = seededRandom(seed);
  let state = 0;
  return days.map(() => {
    state = 0.6 * state + normal();
    return 15 + 5 * state;
  });
}

/** A week's shape on a wandering level, with noise. @returns [length + horizon] */
function sales(seed: number, effect: (t: number) => number): number[] {
  const { normal } = seededRandom(seed);
  let level = 200;
  return days.map((t) => {
    level += normal();
    return level + 20 * Math.sin((2 * Math.PI * t) / 7) + effect(t) + 2 * normal();
  });
}

const ahead = (name: string, values: Column["values"]): Column => ({ name, kind: "future", values });
const known = (values: readonly number[], ...columns: readonly Column[]) =>
  covariateFrame(values.slice(0, length), columns);

const find = (frame: Frame) => fitEffects(frame, horizon, [7], signal);

describe("what is found", () => {
  const temperature = weather(1);
  const promotion = days.map((t) => (t % 11 === 3 ? 1 : 0));

  test("is what a column of few values adds, to a tenth", async () => {
    const frame = known(
      sales(2, (t) => 40 * promotion[t]!),
      ahead("promo", promotion),
    );
    const effects = (await find(frame))!;
    expect(effects.channels).toEqual([null]);
    const [added] = separateEffects(frame, effects, horizon).added;
    const jump = added![3]! - added![4]!;
    expect(Math.abs(jump - 40)).toBeLessThan(4);
    // Its mean stays with the series.
    expect(Math.abs(added!.subarray(0, length).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-6);
    expect(added).toHaveLength(length + horizon);
  });

  test("may bend: what is cold or hot sells as well", async () => {
    const answer = (t: number) => Math.abs(temperature[t]! - 15) * 4;
    const frame = known(sales(3, answer), ahead("temperature", temperature));
    const [added] = separateEffects(frame, (await find(frame))!, horizon).added;
    const away = (t: number) => answer(t) - added![t]!;
    const offset = days.reduce((sum, t) => sum + away(t), 0) / days.length;
    const left = days.map((t) => Math.abs(away(t) - offset)).sort((a, b) => a - b);
    // Most of an effect whose typical size is 14.
    expect(left[Math.floor(0.9 * left.length)]).toBeLessThan(5);
  });

  test("may come late: what counts is the mean of the newest days", async () => {
    const lately = recentMeans(Float64Array.from(temperature), 4);
    const frame = known(
      sales(4, (t) => 6 * lately[t]!),
      ahead("temperature", temperature),
    );
    const effects = (await find(frame))!;
    const terms = termsOf(frame, frame.series[0]!, effects, length, effects.series[0]!.profile);
    const { now } = termCounts(effects);
    const sizeOf = (from: number, to: number) =>
      terms.slice(from, to).reduce((sum, term, i) => {
        const step = term.reduce((most, value, t) => Math.max(most, Math.abs(value - (term[t - 1] ?? value))), 0);
        return sum + Math.abs(effects.series[0]!.coefficients[from + i]! * step);
      }, 0);
    expect(sizeOf(now, terms.length)).toBeGreaterThan(sizeOf(0, now));
  });

  test("may go along with the season: much on the busy days, little on the quiet ones", async () => {
    const { normal } = seededRandom(12);
    const busy = (t: number) => 1 + 0.9 * Math.sin((2 * Math.PI * t) / 7);
    const values = days.map((t) => 100 * busy(t) * (1 + 0.5 * promotion[t]!) + 2 * normal());
    const frame = known(values, ahead("promo", promotion));
    const effects = (await find(frame))!;
    const [added] = separateEffects(frame, effects, horizon).added;
    const jumpAt = (t: number) => added![t]! - added![t + 1]!;
    const promoted = days.filter((t) => promotion[t] === 1);
    const [quiet, loud] = [promoted.filter((t) => busy(t) < 0.5), promoted.filter((t) => busy(t) > 1.5)];
    const meanOf = (steps: readonly number[]) => steps.reduce((sum, t) => sum + jumpAt(t), 0) / steps.length;
    expect(meanOf(loud)).toBeGreaterThan(60);
    expect(meanOf(quiet)).toBeLessThan(30);
    // Begun at another stamp, the phases are the same.
    const later = { ...frame, series: [dropSteps(frame, frame.series[0]!, 10)] };
    const [same] = separateEffects(later, effects, horizon).added;
    expect(same!.subarray(4)).toEqual(added!.subarray(14));
  });

  test("is next to nothing where a column says nothing", async () => {
    const values = sales(5, () => 0);
    for (const seed of [6, 7, 8]) {
      const frame = known(values, ahead("noise", weather(seed)));
      const effects = await find(frame);
      if (effects === undefined) continue;
      const [added] = separateEffects(frame, effects, horizon).added;
      expect(added!.reduce((most, value) => Math.max(most, Math.abs(value)), 0)).toBeLessThan(2);
    }
  });

  test("is nothing without a column that is known ahead, and for a series too short for it", async () => {
    const values = sales(2, (t) => 40 * promotion[t]!);
    expect(await find(known(values))).toBeUndefined();
    expect(
      await find(known(values, { name: "promo", kind: "past", values: promotion.slice(0, length) })),
    ).toBeUndefined();
    const short = covariateFrame(values.slice(0, 12), [ahead("promo", promotion.slice(0, 12 + horizon))]);
    expect(await find(short)).toBeUndefined();
    expect(await find(covariateFrame([Number.NaN, Number.NaN], [ahead("promo", promotion)]))).toBeUndefined();
  });

  test("rests on nothing that comes after the cut", async () => {
    const values = sales(2, (t) => 40 * promotion[t]!);
    const frame = known(values, ahead("promo", promotion));
    const end = length - 30;
    const cut = cutFrame(frame, [end]);
    const changed = known(
      values.map((value, t) => (t < end ? value : 1e6)),
      ahead(
        "promo",
        promotion.map((value, t) => (t < end ? value : 5)),
      ),
    );
    expect(await find(cutFrame(changed, [end]))).toEqual(await find(cut));
  });

  test("gaps in values and covariates are gone round", async () => {
    const values = sales(2, (t) => 40 * promotion[t]!).map((value, t) => (t % 17 === 5 ? Number.NaN : value));
    const gappy = promotion.map((value, t) => (t % 29 === 4 ? Number.NaN : value));
    const frame = known(values, ahead("promo", gappy));
    const { added, rest } = separateEffects(frame, (await find(frame))!, horizon);
    expect(added[0]!.every(Number.isFinite)).toBe(true);
    expect(rest.series[0]!.values.findIndex(Number.isNaN)).toBe(5);
  });

  test("an abort is heard", async () => {
    const stopped = AbortSignal.abort(new Error("stop"));
    const frame = known(
      sales(2, () => 0),
      ahead("promo", promotion),
    );
    await expect(fitEffects(frame, horizon, [7], stopped)).rejects.toThrow("stop");
  });
});

describe("of a panel", () => {
  const shops = 12;
  const shopLength = 60;
  /** At each shop on its own days. */
  const promotions = Array.from({ length: shops }, (_, s) =>
    Array.from({ length: shopLength + horizon }, (__, t) => ((t + 3 * s) % 7 === 2 ? 1 : 0)),
  );
  const panelOf = (sold: (s: number, t: number, noise: number) => number): Frame => {
    const { normal } = seededRandom(21);
    const values = promotions.map((_, s) =>
      Float64Array.from({ length: shopLength }, (__, t) => Math.round(sold(s, t, normal()))),
    );
    const frame = dailyPanel(...values);
    return {
      ...frame,
      covariates: [{ name: "promo", kind: "future", categories: null, place: null }],
      series: frame.series.map((one, s) => ({ ...one, covariates: [Float64Array.from(promotions[s]!)] })),
    };
  };
  const findIn = (frame: Frame) => fitEffects(frame, horizon, [], signal);
  /** What a promotion adds to each shop, or multiplies it by once the logarithm is taken back. */
  const jumps = (effects: Effects) => effects.series.map(({ coefficients }) => coefficients[0]!);

  const growing = (s: number, t: number, noise: number) =>
    10 * 2 ** (s % 6) * Math.exp(0.04 * t + 0.25 * noise) * (promotions[s]![t] ? 3 : 1);

  test("multiplies where a promotion sells so many times as much, in small shops and large ones", async () => {
    const frame = panelOf(growing);
    const effects = (await findIn(frame))!;
    expect(effects.logarithm).toBeDefined();
    const { spread } = effects.scales[0]!.affine;
    for (const jump of jumps(effects)) expect(Math.abs(Math.exp(jump / spread) - 3)).toBeLessThan(0.8);
    const { rest, added } = separateEffects(frame, effects, horizon);
    for (const [s, { values }] of rest.series.entries()) {
      expect(Math.abs(added[s]!.subarray(0, shopLength).reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-6);
      values.forEach((value, t) => {
        expect(value * Math.exp(added[s]![t]!)).toBeCloseTo(frame.series[s]!.values[t]!, 6);
      });
      const sizes = columnSizes(frame, effects)[s]!;
      expect(sizes[0]).toBeGreaterThan(0.03 * mean(frame.series[s]!.values));
      expect(sizes[0]).toBeLessThan(mean(frame.series[s]!.values));
    }
  });

  test("is drawn to what the shops have in common, where each has little to tell", async () => {
    const { normal } = seededRandom(22);
    const rare = promotions.map((_, s) =>
      Float64Array.from({ length: shopLength }, (__, t) => ((t * (s + 3)) % 19 === 2 ? 1 : 0)),
    );
    const each = rare.map((promotion, s) => ({
      terms: [promotion],
      values: promotion.map((promoted) => 100 + 50 * s + (s + 1) * (12 * normal() + 40 * promoted)),
    }));
    const shape = { columns: [], scales: [], channels: [null], memory: 1 };
    const kind = { lags: [], terms: "now", isLogarithm: false } as const;
    const moments = each.map((one) => momentsIn(one, shape, kind));
    const [common] = await commonCoefficients(
      moments.map((one) => [one]),
      [kind],
    );
    const errorWith = (drawnTo: Float64Array | undefined) =>
      Math.hypot(...moments.map((one, s) => coefficientsOf(one, shape, kind, drawnTo, false)![0]! / (s + 1) - 40));
    expect(errorWith(common)).toBeLessThan(0.8 * errorWith(undefined));
  });

  test("days without a sale have no logarithm, and a series below 0 no effect that multiplies", async () => {
    const frame = panelOf((s, t, noise) => (t % 13 === 5 ? 0 : growing(s, t, noise)));
    const { values } = frame.series[0]!;
    values.fill(-5, 10, 12);
    const effects = (await findIn(frame))!;
    expect(effects.logarithm).toBeDefined();
    expect(effects.series).toHaveLength(shops - 1);
    const { rest } = separateEffects(frame, effects, 0);
    expect(rest.series[0]!.values).toEqual(values);
    expect(rest.series[1]!.values[5]).toBe(0);
  });

  test("a price that was never seen counts as the nearest that was", async () => {
    const frame = panelOf(growing);
    const effects = (await findIn(frame))!;
    const at = (promo: number) => {
      const ahead = frame.series.map((one, s) => ({
        ...one,
        covariates: [Float64Array.from([...promotions[s]!.slice(0, shopLength), promo])],
      }));
      return separateEffects({ ...frame, series: ahead }, effects, 1).added[0]![shopLength]!;
    };
    expect(at(1)).not.toBe(at(0));
    expect(at(100)).toBe(at(1));
    expect(at(-100)).toBe(at(0));
  });

  const added = (s: number, t: number, noise: number) => (s + 1) * (100 + 3 * noise + (promotions[s]![t] ? 40 : 0));

  test.each([
    ["multiplies", growing, true],
    ["adds", added, false],
  ])("%s for a shop that was not there, as for the others", async (_, sold, isLogarithm) => {
    const frame = panelOf(sold);
    const others = { ...frame, series: frame.series.slice(1) };
    const effects = (await findIn(others))!;
    expect(effects.logarithm !== undefined).toBe(isLogarithm);
    const { added: found, rest } = separateEffects(frame, effects, 0);
    const { added: known } = separateEffects(frame, (await findIn(frame))!, 0);
    const jumpOf = (effect: Float64Array) => {
      const at = promotions[0]!.indexOf(1);
      return effect[at]! - effect[promotions[0]!.indexOf(0)]!;
    };
    expect(jumpOf(found[0]!) / jumpOf(known[0]!)).toBeGreaterThan(0.8);
    expect(jumpOf(found[0]!) / jumpOf(known[0]!)).toBeLessThan(1.25);
    expect(Math.abs(mean(found[0]!))).toBeLessThan(1e-9);
    expect(columnSizes(frame, effects)[0]![0]).toBeGreaterThan(0);
    // One without values, or that never changes, is left alone.
    const { values } = frame.series[0]!;
    for (const still of [values.map(() => Number.NaN), values.map(() => 7)]) {
      const odd = { ...frame, series: [{ ...frame.series[0]!, values: still }] };
      const left = separateEffects(odd, effects, horizon).rest.series[0]!.values;
      if (isLogarithm && still[0] === 7) expect(left.every((value) => value > 0)).toBe(true);
      else expect(left).toEqual(still);
    }
    expect(rest.series[0]!.values.every(Number.isFinite)).toBe(true);
  });

  test("is found for a shop with few values, fewer than a season has steps", async () => {
    const frame = panelOf(added);
    const known8 = (await findIn({ ...frame, series: frame.series.slice(1) }))!;
    const effects = { ...known8, common: known8.common!.map((one) => ({ ...one, lags: [14] })) };
    const short = dropSteps(frame, frame.series[0]!, shopLength - 8);
    const { added: found } = separateEffects({ ...frame, series: [short] }, effects, horizon);
    expect(found[0]).toBeDefined();
    const sold8 = promotions[0]!.slice(shopLength - 8, shopLength + horizon);
    const [without, withPromotion] = ([0, 1] as const).map((promo) => found[0]![sold8.indexOf(promo)]!);
    expect(withPromotion! - without!).toBeGreaterThan(0);
  });

  test("is forecast so many times as large", async () => {
    const frame = panelOf((s, t, noise) => 10 * 2 ** (s % 6) * Math.exp(0.05 * noise) * (promotions[s]![t] ? 3 : 1));
    const fitted = await fitModel("pretrained", frame, horizon, { ...smallModel, seasons: [] }, quietContext());
    const predictor = await predictorOf(fitted, { min: null, max: null, integer: false }, quietContext());
    const { point, quantiles } = await predictor.predict(frame, horizon, [0.1, 0.9]);
    for (let s = 0; s < shops; s++)
      for (let k = 0; k < horizon; k++) {
        const expected = 10 * 2 ** (s % 6) * (promotions[s]![shopLength + k] ? 3 : 1);
        expect(Math.abs(point[s * horizon + k]! / expected - 1)).toBeLessThan(0.3);
        expect(quantiles[0]![s * horizon + k]!).toBeLessThanOrEqual(point[s * horizon + k]!);
        expect(quantiles[1]![s * horizon + k]!).toBeGreaterThanOrEqual(point[s * horizon + k]!);
      }
  });
});

describe.each(["pretrained", "linear"])("%s", (name) => {
  const promotion = days.map((t) => (t % 11 === 3 || t === length + 2 ? 1 : 0));
  const values = sales(9, (t) => 60 * promotion[t]!);
  const frame = known(values, ahead("promo", promotion));
  const fitTo = (from: Frame) => fitModel(name, from, horizon, { ...smallModel, seasons: [7] }, quietContext());
  const forecast = async (from: Frame, of = from) => {
    const predictor = await predictorOf(await fitTo(from), { min: null, max: null, integer: false }, quietContext());
    return predictor.predict(of, horizon, [0.1, 0.9]);
  };

  test("forecasts with the effect, and its intervals around it", async () => {
    const { point, quantiles } = await forecast(frame);
    const plain = await forecast(keepCovariates(frame, new Set()));
    const errorOf = (said: Float64Array) =>
      said.reduce((sum, value, k) => sum + Math.abs(value - values[length + k]!), 0) / horizon;
    expect(errorOf(point)).toBeLessThan(0.6 * errorOf(plain.point));
    expect(point[2]! - point[1]!).toBeGreaterThan(30);
    point.forEach((value, k) => {
      expect(quantiles[0]![k]).toBeLessThanOrEqual(value);
      expect(quantiles[1]![k]).toBeGreaterThanOrEqual(value);
    });
  });

  test("what lies past the horizon does not matter", async () => {
    const longer = known(values, ahead("promo", [...promotion, 1, 7, Number.NaN]));
    expect((await forecast(longer)).point).toEqual((await forecast(frame)).point);
  });

  test("a series that was not there, where no other tells, has none", async () => {
    const other = { ...frame, series: [{ ...frame.series[0]!, key: ["other"] }] };
    const fitted = await fitTo(frame);
    const [effects] = effectsIn(fitted);
    expect(separateEffects(other, effects!, horizon).added).toEqual([undefined]);
    expect((await forecast(frame, other)).point.every(Number.isFinite)).toBe(true);
  });
});

test("a forecast with effects is never below 0 where no value was", async () => {
  const rain = days.map((t) => (t % 5 === 0 || t >= length ? 1 : 0));
  const { normal } = seededRandom(3);
  const visits = days.map((t) => Math.max(0, 10 + 2 * normal() - 10 * rain[t]!));
  const fitted = await fitModel(
    "pretrained",
    known(visits, ahead("rain", rain)),
    horizon,
    { ...smallModel, seasons: [7] },
    quietContext(),
  );
  const predictor = await predictorOf(fitted, { min: null, max: null, integer: false }, quietContext());
  const { point, quantiles } = await predictor.predict(known(visits, ahead("rain", rain)), horizon, [0.025]);
  expect(Math.min(...point, ...quantiles[0]!)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...point)).toBeLessThan(6);
  expect(predictor.explanation!()).toMatch(/^sets the effect of rain apart, and leans on /);
});

const regressOn = (terms: readonly Float64Array[], values: Float64Array, lags: readonly number[]) => {
  const moments = momentsOf(terms, values, lags);
  return moments && regress(moments);
};

test("ridge regression on differences, by its definition", () => {
  const { normal } = seededRandom(1);
  const terms = [0, 1].map(() => Float64Array.from({ length: 200 }, () => normal()));
  const wander = Float64Array.from({ length: 200 }, (_, t) => 5 + 0.5 * t);
  const values = wander.map((value, t) => value + 3 * terms[0]![t]! - 2 * terms[1]![t]! + 0.01 * normal());
  const found = regressOn(terms, values, [1, 7])!;
  expect(found[0]).toBeCloseTo(3, 1);
  expect(found[1]).toBeCloseTo(-2, 1);
  const flat = new Float64Array(200).fill(1);
  // What never differs says nothing, and too few steps neither.
  expect(regressOn([flat, terms[0]!], values, [1])![0]).toBe(0);
  expect(regressOn([flat], values, [1])).toBeUndefined();
  expect(regressOn(terms, values.subarray(0, 5), [1])).toBeUndefined();
  expect(regressOn(terms, values.subarray(0, 5), [7])).toBeUndefined();
});

test("ridge regression on levels, and towards what other series say", () => {
  const { normal } = seededRandom(4);
  const terms = [0, 1].map(() => Float64Array.from({ length: 400 }, () => 7 + normal()));
  const values = terms[0]!.map((x, t) => 1000 + 3 * x - 2 * terms[1]![t]! + 2 * normal());
  const others = Float64Array.of(2, -1);
  const among = (count: number) => momentsOf(terms, values.subarray(0, count), [])!;
  expect(regress(among(400))![0]).toBeCloseTo(3, 0);
  const drawn = regress(among(400), others)!;
  expect(drawn[0]).toBeGreaterThan(2.6);
  expect(drawn[1]).toBeLessThan(-1.6);
  // Of three steps nothing is believed, and by themselves they are too few.
  expect(regress(among(3))).toBeUndefined();
  expect(regress(among(3), others)).toEqual(others);
  // The others' coefficients leave nothing: they stay.
  const exact = momentsOf(
    terms,
    terms[0]!.map((x, t) => 2 * x - terms[1]![t]!),
    [1],
  )!;
  const kept = regress(exact, others)!;
  expect(kept[0]).toBeCloseTo(2, 6);
  expect(kept[1]).toBeCloseTo(-1, 6);
});

test("covariates are kept by name", () => {
  const frame = known(days, ahead("a", days), { name: "b", kind: "static", values: [1] });
  const kept = keepCovariates(frame, new Set(["b", "c"]));
  expect(kept.covariates!.map(({ name }) => name)).toEqual(["b"]);
  expect(kept.series[0]!.covariates).toEqual([Float64Array.of(1)]);
  expect(keepCovariates(frame, new Set()).covariates).toBeUndefined();
  expect(keepCovariates(frame, new Set()).series[0]!.covariates).toBeUndefined();
});

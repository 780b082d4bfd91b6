import { describe, expect, test } from "vitest";
import { chooseSettings, type NetworkSpec } from "../../src/fit/defaults.js";
import { dailyFrame } from "../evaluate/frames.js";

const spec: NetworkSpec = { cell: "gru", plain: false, seed: 1 };
const frame = dailyFrame(new Float64Array(800).fill(1));
const choose = (asked: Partial<NetworkSpec>, seasons = [24, 168]) =>
  chooseSettings(frame, 24, seasons, { ...spec, ...asked });

describe("a season within a season", () => {
  test("is walked through by the short one, two of the long one, and may be mixed", () => {
    const { network, rivals, training } = choose({});
    expect(network).toMatchObject({ segment: 24, window: 336 });
    expect(rivals).toEqual([{ mix: [1, 24, 168] }]);
    expect(training.loss).toBe("mae");
  });

  test.each<[string, Partial<NetworkSpec>, number[]]>([
    ["one season alone", {}, [24]],
    ["one that does not divide the other", {}, [7, 30]],
    ["one that holds the other too often", {}, [7, 364]],
    ["a textbook network", { plain: true }, [24, 168]],
    ["one step fed back", { decoder: "recursive" }, [24, 168]],
    ["a window of parts of it", { window: 100 }, [24, 168]],
    ["a season longer than half of the data", {}, [60, 600]],
  ])("is not made out of %s", (_, asked, seasons) => {
    const { network, rivals } = choose(asked, seasons);
    expect(network.segment).toBeUndefined();
    expect(rivals).toEqual([]);
  });

  test("leaves what was asked for as it is", () => {
    expect(choose({ segment: 12 }).network).toMatchObject({ segment: 12 });
    expect(choose({ mix: [] }).rivals).toEqual([]);
    expect(choose({ mix: [7] })).toMatchObject({ network: { mix: [7] }, rivals: [] });
    expect(choose({ window: 48 }).network).toMatchObject({ segment: 24, window: 48 });
    expect(choose({ head: "bins:10" }).rivals).toEqual([]);
    expect(choose({ head: "quantile" }).rivals).toHaveLength(1);
    expect(choose({ loss: "huber" }).training.loss).toBe("huber");
  });
});

describe("a season that is walked through step by step", () => {
  test("is mixed in with the last value, in windows scaled about their mean", () => {
    const { network, scale, training } = choose({}, [7, 30]);
    expect(network.mix).toEqual([1, 7, 30]);
    expect([scale.scaler, training.loss]).toEqual(["standard", "mae"]);
  });

  test("is mixed in from the last value on where there are few windows", () => {
    const short = dailyFrame(new Float64Array(120).fill(1));
    const { network, scale, training } = chooseSettings(short, 24, [12], spec);
    expect(network.mix).toEqual([1, 12]);
    expect([scale.scaler, training.loss]).toEqual(["last", "huber"]);
  });

  test.each<[string, Partial<NetworkSpec>, number[]]>([
    ["no season", {}, []],
    ["a season of which too little is known", {}, [500]],
    ["a textbook network", { plain: true }, [7]],
    ["one step fed back", { decoder: "recursive" }, [7]],
    ["a head that says more than a point", { head: "quantile" }, [7]],
    ["attention", { attention: "additive" }, [7]],
    ["no mix asked for", { mix: [] }, [7]],
  ])("is not with %s", (_, asked, seasons) => {
    const { network, scale, training } = choose(asked, seasons);
    expect(network.mix).toBeUndefined();
    if (!asked.plain) expect([scale.scaler, training.loss]).toEqual(["last", "huber"]);
  });
});

test("beside what is known ahead, one season is mixed in and two are not", () => {
  const ahead = {
    ...frame,
    covariates: [{ name: "promo", kind: "future" as const, categories: null, place: null }],
    series: frame.series.map((one) => ({ ...one, covariates: [Float64Array.from(one.values, (_, t) => t % 2)] })),
  };
  const mixOf = (seasons: number[]) => chooseSettings(ahead, 24, seasons, spec).network.mix;
  expect(mixOf([7])).toEqual([1, 7]);
  expect(mixOf([24, 168])).toBeUndefined();
});

describe("what is held back", () => {
  test("is what was asked for, and nothing when that was asked for", () => {
    expect(choose({ holdBack: 60 }).validationSteps).toBe(60);
    expect(choose({ holdBack: 0 }).validationSteps).toBe(0);
    expect(choose({}).validationSteps).toBe(80);
  });

  test("is refused where no forecast fits into it", () => {
    expect(() => choose({ holdBack: 23 })).toThrow("--hold-back 23 is less than one forecast of 24 steps");
    expect(choose({ holdBack: 1, decoder: "recursive" }).validationSteps).toBe(1);
  });
});

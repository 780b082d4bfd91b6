import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readForecasts } from "../../src/evaluate/read-forecasts.js";
import type { Frame } from "../../src/series/frame.js";
import { defaultReadOptions, type ReadOptions } from "../../src/series/options.js";
import { fileSource } from "../../src/series/source.js";
import { temporaryDirectory } from "../support/directory.js";
import { airPassengers, dailyFrame } from "./frames.js";

const panel = dailyFrame([1, 2, 3], [4, 5, 6]);
const single = airPassengers();

let quantileNames: [string, number][] = [];

async function read(
  text: string,
  actuals = single,
  column?: string,
  options: Partial<ReadOptions> = {},
  name = "f.csv",
) {
  const path = join(await temporaryDirectory(), name);
  await writeFile(path, text);
  const { rows, quantiles } = await readForecasts(fileSource(path), actuals, column, {
    ...defaultReadOptions,
    ...options,
  });
  quantileNames = quantiles.map(({ name, level }) => [name, level]);
  return rows.map(({ where, ...row }) => ({ ...row, where: where.slice(path.length + 1) }));
}

describe("a forecast file is read", () => {
  test("in the layout of hindcast's own forecasts", async () => {
    expect(await read("shop,day,forecast,lo-80,hi-80\nb,2024-01-03,6.5,6,7\n", panel)).toEqual([
      { key: ["b"], model: "forecast", stamp: Date.UTC(2024, 0, 3), forecast: 6.5, quantiles: [6, 7], where: "line 2" },
    ]);
    expect(quantileNames).toEqual([
      ["lo-80", 0.1],
      ["hi-80", 0.9],
    ]);
  });

  test("by the names of its columns where the data have none", async () => {
    const unnamed: Frame = { ...single, columns: { ...single.columns, time: "1", targets: ["2"] } };
    const [row] = await read("1,forecast\n1960-01,405\n", unnamed, undefined, { header: false, time: "1" });
    expect(row).toMatchObject({ stamp: Date.UTC(1960, 0, 1), forecast: 405 });
  });

  test("where the clocks are set back, an hour that stands twice is two hours", async () => {
    const local: Frame = {
      ...single,
      grid: { frequency: { kind: "fixed", ms: 3_600_000 }, zone: "Europe/Berlin" },
      timeStyle: { ...single.timeStyle, kind: "datetime", offset: "none" } as Frame["timeStyle"],
    };
    const hours = ["01:00", "02:00", "02:00", "03:00"];
    const text = `month,model,forecast\n${["a", "b"].flatMap((model) => hours.map((hour) => `2024-10-27 ${hour},${model},1`)).join("\n")}\n`;
    const stamps = (await read(text, local, undefined, { tz: "Europe/Berlin" })).map(({ stamp }) => stamp);
    const first = Date.UTC(2024, 9, 26, 23);
    const hour = 3_600_000;
    const one = [0, 1, 2, 3].map((h) => first + h * hour);
    expect(stamps).toEqual([...one, ...one]);
  });

  test("of an origin and a time that stand twice, those are meant that lie as many steps apart as the row says", async () => {
    const local: Frame = {
      ...single,
      grid: { frequency: { kind: "fixed", ms: 3_600_000 }, zone: "Europe/Berlin" },
      timeStyle: { kind: "datetime", separator: " ", precision: "minute", offset: "none" },
    };
    const rows = ["02:00,02:00,1", "02:00,03:00,2", "02:00,03:00,1"].map((cells) => {
      const [origin, time, step] = cells.split(",");
      return `2024-10-27 ${time},2024-10-27 ${origin},${step},5`;
    });
    const placed = await read(`month,origin,step,forecast\n${rows.join("\n")}\n`, local, undefined, {
      tz: "Europe/Berlin",
    });
    const hours = placed.map(({ stamp, origin }) => [origin, stamp].map((at) => new Date(at!).getUTCHours()));
    expect(hours).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });

  test("in the layout of hindcast's own predictions", async () => {
    const text = "month,origin,step,actual,model,forecast\n1960-01,1959-12,1,417,naive,405\n";
    expect(await read(text)).toEqual([
      {
        key: [],
        model: "naive",
        stamp: Date.UTC(1960, 0, 1),
        origin: Date.UTC(1959, 11, 1),
        forecast: 405,
        where: "line 2",
      },
    ]);
  });

  test.each([
    ["ds,yhat,yhat_lower,yhat_upper,trend\n1960-01-01,405,1,2,3\n", "yhat"],
    ["unique_id,ds,cutoff,y,AutoARIMA,AutoARIMA-lo-80\nx,1960-01-01,1959-12-01,417,405,1\n", "AutoARIMA"],
    ["passengers,month\n405,1960-01\n", "passengers"],
    ["month;Prediction;step\n1960-01;405;1\n", "Prediction"],
  ])("in the layouts of other tools: %j", async (text, model) => {
    expect(await read(text)).toMatchObject([{ model, stamp: Date.UTC(1960, 0, 1), forecast: 405 }]);
  });

  test("with intervals named after the forecast, of which a cell may be empty and may not be text", async () => {
    const header = "month,ets,ets-hi-97.5,q0.25,other-lo-80\n";
    expect(await read(`${header}1960-01,405,,400,1\n`, single, "ets")).toMatchObject([
      { quantiles: [Number.NaN, 400] },
    ]);
    expect(quantileNames).toEqual([
      ["hi-97.5", 0.9875],
      ["q0.25", 0.25],
    ]);
    await expect(read(`${header}1960-01,405,x,400,1\n`, single, "ets")).rejects.toThrow(
      'f.csv line 2: ets-hi-97.5 is "x", not a number',
    );
  });

  test("as NDJSON", async () => {
    const rows = await read('{"month":"1960-01","forecast":405}\n', single, undefined, {}, "f.ndjson");
    expect(rows).toMatchObject([{ stamp: Date.UTC(1960, 0, 1), forecast: 405 }]);
  });

  test("with the column that is asked for", async () => {
    const text = "month,a,b\n1960-01,1,2\n";
    expect(await read(text, single, "b")).toMatchObject([{ forecast: 2, model: "b" }]);
    await expect(read(text)).rejects.toThrow("several columns may be the forecast: a, b");
    await expect(read(text, single, "c")).rejects.toThrow('there is no column "c"');
  });

  test("with a decimal point unless a cell needs the style of the data", async () => {
    const style = { decimal: ",", thousands: "." } as const;
    expect(await read("month;forecast\n1960-01;1.125\n1960-02;2.5\n", single, undefined, style)).toMatchObject([
      { forecast: 1.125 },
      { forecast: 2.5 },
    ]);
    expect(await read("month;forecast\n1960-01;1.125\n1960-02;2,5\n", single, undefined, style)).toMatchObject([
      { forecast: 1125 },
      { forecast: 2.5 },
    ]);
  });

  test.each([
    ["", "forecast is missing"],
    [" ", "forecast is missing"],
    ["NaN", 'forecast is "NaN", missing'],
    ["inf", 'forecast is "inf", infinite'],
    ["n.a. ", 'forecast is "n.a. ", not a number'],
  ])("only if every row has a forecast: %j is an error with its line", async (cell, message) => {
    await expect(read(`month,forecast\n1960-01,405\n1960-02,${cell}\n`)).rejects.toThrow(`f.csv line 3: ${message}`);
  });

  test("only if every row has a stamp", async () => {
    await expect(read("month,forecast\n1960-13,405\n")).rejects.toThrow('f.csv line 2: month is "1960-13"');
    await expect(read("month,origin,forecast\n1960-01,,405\n")).rejects.toThrow("f.csv line 2: origin is missing");
  });

  test("only if it tells the series apart that the actuals have", async () => {
    await expect(read("id,day,forecast\na,2024-01-03,1\n", panel)).rejects.toThrow("has no column shop");
    await expect(read("day,forecast\n", panel)).rejects.toThrow("a header and no rows");
  });
});

describe("the forecast is found", () => {
  const names = ["forecast", "yhat", "y_hat", "y_pred", "prediction", "predicted", "pred", "point_forecast"];

  test.each(names)("in a column called %s, in any case, whatever numbers stand beside it", async (name) => {
    for (const called of [name, name.toUpperCase()])
      expect(await read(`month,size,${called}\n1960-01,7,405\n`)).toMatchObject([{ forecast: 405, model: called }]);
  });

  test.each([
    ...["step", "h", "level", "lo", "hi", "lower", "upper", "STEP"],
    ...["ets-lo", "ets_hi", "ets.lower", "ets-upper", "ets-lo-80", "ets_hi_97.5", "ets.upper.95", "ets-lower80"],
    ...["lo-80", "hi_95", "q0.1", "q-5", "q_25", "lo80"],
  ])("beside %s, which is none", async (beside) => {
    const rows = await read(`month,${beside},mine\n1960-01,7,405\n`);
    expect(rows).toMatchObject([{ forecast: 405, model: "mine" }]);
  });

  test.each(["steps", "hello", "q", "qty", "hilo", "lot5", "slo", "echo-lower-bound", "alevel", "my-hi-fi"])(
    "not for sure beside %s, which may be one, too",
    async (beside) => {
      await expect(read(`month,${beside},mine\n1960-01,7,405\n`)).rejects.toMatchObject({
        code: "data",
        message: expect.stringContaining(`several columns may be the forecast: ${beside}, mine`),
        hint: `--forecast ${beside}`,
      });
    },
  );

  test("in the only column of numbers all through, though it be called like the actuals where there is no other", async () => {
    expect(await read("month,note,mine\n1960-01,7,405\n1960-02,x,406\n")).toMatchObject([
      { forecast: 405, model: "mine" },
      { forecast: 406 },
    ]);
    for (const own of ["y", "actual", "passengers"]) {
      expect(await read(`month,${own},mine\n1960-01,417,405\n`)).toMatchObject([{ forecast: 405 }]);
      expect(await read(`month,${own}\n1960-01,405\n`)).toMatchObject([{ forecast: 405, model: own }]);
    }
    expect(await read("month,model,origin,mine\n1960-01,3,1959-12,405\n")).toMatchObject([
      { forecast: 405, model: "3" },
    ]);
  });

  test("or the columns are said", async () => {
    await expect(read("month,note\n1960-01,x\n")).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(/f\.csv: no column is called forecast$/),
      hint: "--forecast COL, one of: month, note",
    });
    await expect(read("month,mine\n1960-01,405\n", single, "your")).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(/f\.csv: there is no column "your"$/),
      hint: "--forecast COL, one of: month, mine",
    });
  });
});

describe("the columns beside it", () => {
  const several: Frame = {
    ...dailyFrame([1, 2, 3], [4, 5, 6]),
    columns: { time: "day", ids: ["shop"], targets: ["sales", "returns"], wide: false },
  };

  test("tell models, targets, origins and series apart, and are not needed for a single series", async () => {
    const text = "shop,day,Target,MODEL,Cutoff,yhat\na,2024-01-03,returns,ets,2024-01-02,1\n";
    expect(await read(text, several)).toEqual([
      {
        key: ["a"],
        target: "returns",
        model: "ets",
        stamp: Date.UTC(2024, 0, 3),
        origin: Date.UTC(2024, 0, 2),
        forecast: 1,
        where: "line 2",
      },
    ]);
    const [row] = await read("shop,day,yhat\na,2024-01-03,1\n", panel);
    expect(row).toEqual({ key: ["a"], model: "yhat", stamp: Date.UTC(2024, 0, 3), forecast: 1, where: "line 2" });
    expect(await read("day,yhat\n2024-01-03,1\n", dailyFrame([1, 2, 3]))).toMatchObject([{ key: [] }]);
  });

  test("may stand anywhere, and none that has its place is the forecast", async () => {
    for (const first of ["model", "origin", "target", "shop"]) {
      const cells = new Map([
        ["model", "3"],
        ["origin", "2024-01-02"],
        ["target", "sales"],
        ["shop", "7"],
      ]);
      const names = [first, ...[...cells.keys()].filter((name) => name !== first), "day", "mine"];
      const text = `${names.join()}\n${names.map((name) => cells.get(name) ?? { day: "2024-01-03", mine: "1" }[name]).join()}\n`;
      expect(await read(text, several)).toMatchObject([
        { key: ["7"], model: "3", target: "sales", origin: Date.UTC(2024, 0, 2), forecast: 1 },
      ]);
    }
    const steps: Frame = {
      ...several,
      timeStyle: { kind: "integer" },
      grid: { frequency: { kind: "integer", step: 1 }, zone: "UTC" },
    };
    const text = "target,shop,day,model,origin,mine\n5,7,3,1,2,1.5\n5,7,4,1,2,2.5\n";
    expect(await read(text, steps)).toMatchObject([
      { key: ["7"], target: "5", model: "1", stamp: 3, origin: 2, forecast: 1.5 },
      { stamp: 4, forecast: 2.5 },
    ]);
    // Both columns hold integers that increase, of which one is the forecast.
    const one: Frame = { ...steps, columns: { ...steps.columns, targets: ["sales"] } };
    expect(await read("shop,t,yhat\na,3,10\na,4,11\n", one)).toMatchObject([
      { stamp: 3, forecast: 10 },
      { stamp: 4, forecast: 11 },
    ]);
  });

  test("are missed by name", async () => {
    await expect(read("shop,day,yhat\na,2024-01-03,1\n", several)).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(/f\.csv has no column target, and the actuals have several: sales, returns$/),
      hint: "add the column, or --target with one of them",
    });
    const wide = { ...several, columns: { ...several.columns, wide: true } };
    expect(await read("shop,day,yhat\na,2024-01-03,1\n", wide)).toMatchObject([{ key: ["a"], forecast: 1 }]);
    await expect(read("id,day,yhat\na,2024-01-03,1\n", panel)).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(/f\.csv has no column shop, which tells the series of the actuals apart$/),
      hint: "name it as in the actuals; its columns: id, day, yhat",
    });
  });

  test("of time may be called otherwise than in the actuals, and are not mistaken for the origin", async () => {
    const text = "origin,when,mine\n1959-12-01,1960-01-01,405\n";
    expect(await read(text)).toMatchObject([{ stamp: Date.UTC(1960, 0, 1), origin: Date.UTC(1959, 11, 1) }]);
    // By the name that the actuals have, though another column would be found first.
    const both = "date,month,mine\n1970-01-01,1960-01,405\n";
    expect(await read(both)).toMatchObject([{ stamp: Date.UTC(1960, 0, 1) }]);
  });

  test("count steps where the actuals do", async () => {
    const frame: Frame = {
      ...dailyFrame([1, 2, 3]),
      timeStyle: { kind: "integer" },
      grid: { frequency: { kind: "integer", step: 1 }, zone: "UTC" },
    };
    expect(await read("shop,day,yhat\na,3,1.5\n", frame)).toMatchObject([{ stamp: 3, forecast: 1.5 }]);
  });
});

describe("a forecast file's rows", () => {
  test("may be empty lines in between", async () => {
    const rows = await read("month,forecast\n1960-01,405\n , \n1960-02,406\n");
    expect(rows.map(({ forecast, where }) => [forecast, where])).toEqual([
      [405, "line 2"],
      [406, "line 4"],
    ]);
    await expect(read("month,forecast\n")).rejects.toMatchObject({ code: "data", hint: "rows of forecasts" });
  });

  test("need a forecast each, and say why", async () => {
    await expect(read("month,forecast\n1960-01,\n")).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(/line 2: forecast is missing$/),
      hint: "every row needs a finite forecast: a gap would flatter its scores",
    });
  });

  test("have intervals whose ends are not crossed: one is refused with its line and both values", async () => {
    const text = "month,forecast,lo-80,hi-80\n1960-01,405,400,400\n1960-02,406,,3\n1960-03,407,410,404\n";
    await expect(read(text)).rejects.toMatchObject({
      code: "data",
      message: expect.stringMatching(/f\.csv line 4: lo-80 is "410", above hi-80, "404"$/),
    });
    await expect(read("month,forecast,q0.9,q0.1\n1960-01,405,3,4\n")).rejects.toThrow('q0.1 is "4", above q0.9, "3"');
  });

  test("have intervals with a decimal comma where they are written so, and none of other columns", async () => {
    const style = { decimal: "," } as const;
    const text = "month;forecast;lo-80;hi-80\n1960-01;405;1,5;2.5\n1960-02;406;;3\n";
    await expect(read(text, single, undefined, style)).resolves.toMatchObject([
      { quantiles: [1.5, 2.5] },
      { quantiles: [Number.NaN, 3] },
    ]);
    const [plain] = await read("month,forecast,yhat-lo-80\n1960-01,405,1\n");
    expect(plain).not.toHaveProperty("quantiles");
  });
});

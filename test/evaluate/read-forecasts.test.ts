import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readForecasts } from "../../src/evaluate/read-forecasts.js";
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

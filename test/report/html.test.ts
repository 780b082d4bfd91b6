import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backtest } from "../../src/evaluate/backtest.js";
import { baselines } from "../../src/forecast/baselines.js";
import { quantileColumns } from "../../src/forecast/quantile-columns.js";
import { columnText } from "../../src/report/html/column-text.js";
import type { PageData } from "../../src/report/html/contract.js";
import { autocorrelate, calibrationOf, collectErrors, histogramOf } from "../../src/report/html/diagnostics.js";
import { chooseDrawings, drawnCount } from "../../src/report/html/drawings.js";
import { renderPage } from "../../src/report/html/page.js";
import { drawPlot } from "../../src/report/html/plot.js";
import { modelCalled, type PageSource, withCalibration } from "../../src/report/html/source.js";
import { embedJson, escapeText } from "../../src/report/html/text.js";
import { rankedChart } from "../../src/report/html/worth-charts.js";
import type { Frame } from "../../src/series/frame.js";
import { airPassengers, dailyFrame, listeningContext } from "../evaluate/frames.js";

const assets = { script: 'console.log("page")', style: "body{margin:0}" };
const hostile = [
  "<script>alert(1)</script>",
  "</script><script>alert(2)</script>",
  "__proto__",
  "x".repeat(10_000),
  "🦉📈",
  "مبيعات الشهر",
  "<!--<img src=x onerror=alert(3)>",
  `"'&amp;\u0000\u2028\ud800`,
  "\u202Eevil\u202C",
];

function named(names: readonly string[]): Frame {
  const wave = (s: number) => Array.from({ length: 40 }, (_, t) => 20 + s + 5 * Math.sin(t / 2) + ((t * 7) % 5));
  const frame = dailyFrame(...names.map((_, s) => wave(s)));
  return { ...frame, series: frame.series.map((series, s) => ({ ...series, key: [names[s]!] })) };
}

async function sourceOf(frame: Frame, asked: readonly string[], horizon = 4, folds = 3): Promise<PageSource> {
  const context = listeningContext();
  const columns = quantileColumns({});
  const create = (name: string) => baselines.get(name)({ seasons: [7] });
  const names = [...new Set([...asked, "naive", "seasonal-naive", "drift", "mean"])];
  const options = {
    horizon,
    folds,
    step: horizon,
    refit: "never",
    span: "expanding",
    season: 7,
    quantiles: withCalibration(columns),
  } as const;
  const result = await backtest(frame, names.map(create), options, context);
  const predictor = await create(asked[0]!).fit(frame, horizon, context);
  const forecasts = await predictor.predict(
    frame,
    horizon,
    columns.map(({ level }) => level),
  );
  return {
    command: "hindcast report data.csv",
    version: "1.2.3",
    frame,
    horizon,
    seasons: [7],
    backtest: { result, step: horizon, asked, scoredCount: columns.length },
    forecast: { forecasts, columns, asked: asked[0]!, chose: asked[0]! },
    modelFacts: [["answers", asked[0]!]],
  };
}

const render = (source: PageSource) => [...renderPage(source, assets)].join("");
const dataIn = (page: string): PageData =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page)![1]!);

describe("a page", () => {
  test("shows hostile names as text, and gives them to its script as they are", async () => {
    const page = render(await sourceOf(named(hostile), ["theta"]));
    // The data, and the page's own.
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<!--");
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).toContain("<bdi>\uFFFDevil\uFFFD</bdi>");
    expect(dataIn(page).series.map(({ name }) => name)).toEqual(hostile);
    expect(
      dataIn(page)
        .table!.rows.map(([name]) => name)
        .sort(),
    ).toEqual([...hostile].sort());
    expect(page.length).toBeLessThan(200_000);
  });

  test("lets nothing run or load but the script and the style that are in it", async () => {
    const page = render(await sourceOf(named(["a"]), ["theta"]));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!;
    const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const style = /<style>(.*?)<\/style>/s.exec(page)![1]!;
    const script = /<script>(.*?)<\/script>/s.exec(page)![1]!;
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash(script)}`,
      `style-src ${hash(style)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    // Styles on elements, handlers and addresses would be refused by it.
    expect(page.match(/\s(style|on\w+|src|action|srcset)=/g)).toBeNull();
    expect(page.match(/href="[^"]*"/g)).toEqual(['href="#main"']);
    expect(page).not.toMatch(/https?:|url\(|@import/);
  });

  test("is the same bytes for the same run", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => sourceOf(airPassengers(), ["theta"], 12)));
    expect(render(one!)).toBe(render(two!));
  });

  test("describes every chart, and gives every table a caption and headers with a scope", async () => {
    const page = render(await sourceOf(named(["a", "b", "c"]), ["theta"]));
    const charts = page.match(/<svg class="plot"[^>]*>/g)!;
    expect(charts.length).toBeGreaterThan(6);
    for (const chart of charts) expect(chart).toMatch(/role="img" aria-label="[^"]{10,}"/);
    expect(page.match(/<table>/g)).toHaveLength(page.match(/<table><caption>[^<]+<\/caption>/g)!.length);
    expect(page.match(/<th(?! scope="(col|row)")[ >]/g)).toBeNull();
  });

  test("without a backtest says that trust is open, and without a forecast shows the folds alone", async () => {
    const { backtest: folds, ...forecastAlone } = await sourceOf(named(["a"]), ["theta"]);
    expect(render(forecastAlone)).toContain("No backtest stands behind it");
    const { forecast: _, ...backtestAlone } = { ...forecastAlone, backtest: folds! };
    expect(render(backtestAlone)).toContain('data-chart="folds"');
    expect(render(backtestAlone)).not.toContain("History and forecast");
  });
});

describe("the headline", () => {
  const headline = (page: string) => /<header>(.*?)<\/header>/s.exec(page)![1]!.replaceAll(/<[^>]*>/g, "");

  test("says so where a baseline is better, and which one to use", async () => {
    // A straight line, which drift goes on with and croston's rate can't.
    const frame = dailyFrame(Array.from({ length: 60 }, (_, t) => 5 * t));
    const text = headline(render(await sourceOf(frame, ["croston"])));
    expect(text).toContain("worse than a baseline");
    expect(text).toContain("drift is the one to use here");
    const noisy = Array.from({ length: 60 }, (_, t) => 5 * t + ((t * 37) % 11));
    expect(headline(render(await sourceOf(dailyFrame(noisy), ["croston"])))).toMatch(
      /behind the best baseline, drift: its errors were \d+\u202F% larger, so drift is the one to use here/,
    );
  });

  test("says by how much a model is better, and that three folds can’t tell it from chance", async () => {
    const frame = dailyFrame(
      Array.from({ length: 90 }, (_, t) => t + 10 * [0, 1, 5, 2, 2, 8, 1][t % 7]! + ((t * 37) % 11)),
    );
    const text = headline(render(await sourceOf(frame, ["mstl"])));
    expect(text).toContain("better than the baselines");
    expect(text).toMatch(/errors were \d+\u202F% smaller/);
    expect(text).toContain("3 folds can’t tell such a difference from chance");
  });

  test("calls a baseline what it is", async () => {
    expect(headline(render(await sourceOf(named(["a"]), ["mean"])))).toContain("a baseline itself");
  });
});

describe("text in a page", () => {
  const anyText = fc.string({ unit: "binary", maxLength: 50 });

  test("holds nothing that is markup", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      }),
    );
  });

  test("is read back from the data as it was, and can’t end their element", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constantFrom(...hostile)), (text) => {
        const json = embedJson({ [text]: [text] });
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(Object.entries(JSON.parse(json))).toEqual([[text, [text]]]);
      }),
    );
  });

  test("has the same decimals down a column, and no 0 that isn’t one", () => {
    const rows = [12.3456, 1.5, 100, -7.125];
    expect(rows.map(columnText(rows))).toEqual(["12.35", "1.50", "100.00", "−7.13"]);
    expect([3, 10].map(columnText([3, 10, null]))).toEqual(["3", "10"]);
    expect(columnText([1000.5, 2000.5])(0.0001)).toBe("0.00010");
  });
});

describe("a plot", () => {
  test("breaks its line where nothing was observed, and shows a value between gaps", () => {
    const y = [1, 2, Number.NaN, 3, Number.NaN, 4, 5];
    const x = y.map((_, i) => i);
    const marks = [{ kind: "line", name: "observed", x, y }] as const;
    const svg = drawPlot({ width: 200, height: 100, label: "a line", marks, xTicks: [] });
    const path = /class="observed" d="([^"]*)"/.exec(svg)![1]!;
    expect(path.match(/M/g)).toHaveLength(3);
    expect(path.match(/h0\.1/g)).toHaveLength(1);
  });

  test("has no NaN in it, whatever it is given", () => {
    const value = fc.oneof(fc.double({ noDefaultInfinity: true, min: -1e12, max: 1e12 }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), (y) => {
        const x = y.map((_, i) => i);
        const marks = [
          { kind: "line", name: "a", x, y },
          { kind: "bars", name: "b", x, y, width: 1 },
          { kind: "band", name: "c", x, low: y, high: y },
          { kind: "whiskers", name: "d", along: "y", at: x, low: y, high: y },
        ] as const;
        expect(drawPlot({ width: 200, height: 100, label: "", marks, xTicks: [] })).not.toMatch(/NaN|Infinity/);
      }),
    );
  });
});

describe("bars of names", () => {
  const svg = drawPlot(
    rankedChart("Inputs", "worth", [
      { name: "<b>&", value: 2, reach: 0.5 },
      { name: "other", value: -1, reach: 0 },
    ]).plot,
  );
  const rects = [...svg.matchAll(/<rect class="bar" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)].map((found) =>
    found.slice(1).map(Number),
  );

  test("stand below each other on one line of 0, as long as their numbers, to either side", () => {
    const [[x1, y1, long], [x2, y2, short]] = rects as [[number, number, number], [number, number, number]];
    expect(long / short).toBeCloseTo(2, 2);
    expect(x2 + short).toBeCloseTo(x1, 6);
    expect(y2).toBeGreaterThan(y1);
  });

  test("have names as text, and a whisker only where there is something to doubt", () => {
    expect(svg).toContain(">&lt;b&gt;&amp;</text>");
    expect(/class="whisker" d="([^"]*)"/.exec(svg)![1]!.match(/M/g)).toHaveLength(1);
    expect(svg).toContain('aria-label="Inputs. The most: &lt;b&gt;&amp; 2, other −1."');
  });
});

describe("diagnostics", () => {
  test("of errors that alternate tell of −1 at lag 1 and of 1 at lag 2, less what the ends lack", () => {
    const errors = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const { values, bound } = autocorrelate({ bySeries: [errors], known: errors }, 2);
    expect(values[0]).toBeCloseTo(-19 / 20, 12);
    expect(values[1]).toBeCloseTo(18 / 20, 12);
    expect(bound).toBeCloseTo(1.96 / Math.sqrt(20), 12);
  });

  test("count every error in one bin", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 2, maxLength: 60 }),
        (errors) => {
          const { counts } = histogramOf(Float64Array.from(errors));
          expect(counts.reduce((a, b) => a + b, 0)).toBe(errors.length);
        },
      ),
    );
  });

  test("are actual − forecast, from the first origin on", async () => {
    const { backtest: folds, frame } = await sourceOf(dailyFrame(Array.from({ length: 30 }, (_, t) => t * t)), [
      "naive",
    ]);
    const { bySeries, known } = collectErrors(folds!.result, modelCalled(folds!.result, "naive"), null);
    const { values } = frame.series[0]!;
    const expected = [18, 22, 26].flatMap((origin) =>
      [0, 1, 2, 3].map((k) => values[origin + k]! - values[origin - 1]!),
    );
    expect([...bySeries[0]!]).toEqual(expected);
    expect([...known]).toEqual(expected);
  });

  test("have the share that an interval held, as the score table has it", async () => {
    const { backtest: folds } = await sourceOf(airPassengers(), ["seasonal-naive"], 12);
    const { result } = folds!;
    const points = calibrationOf(result, modelCalled(result, "seasonal-naive"));
    expect(points.map(({ nominal }) => nominal)).toEqual([20, 40, 50, 60, 70, 80, 90, 95]);
    for (const { observed, low, high, count } of points) {
      expect(count).toBe(36);
      expect(low).toBeLessThanOrEqual(observed);
      expect(high).toBeGreaterThanOrEqual(observed);
    }
    const model = modelCalled(result, "seasonal-naive");
    const inside = model.folds.flatMap(({ quantiles }, f) =>
      Array.from({ length: 12 }, (_, k) => {
        const actual = result.frame.series[0]!.values[result.folds[f]!.origins[0]! + k]!;
        return quantiles[0]![k]! <= actual && actual <= quantiles[1]![k]!;
      }),
    );
    const share = (100 * inside.filter(Boolean).length) / 36;
    expect(points.find(({ nominal }) => nominal === 80)!.observed).toBeCloseTo(share, 9);
  });
});

describe("of many series", () => {
  test("only as many are drawn as keep the page small, the worst and the best among them", async () => {
    const few = await sourceOf(named(Array.from({ length: 30 }, (_, s) => `s${s}`)), ["naive"]);
    const many = {
      ...few,
      frame: { ...few.frame, series: Array.from({ length: 10_000 }, () => few.frame.series[0]!) },
    };
    expect(drawnCount(few)).toBe(30);
    const count = drawnCount(many);
    expect(count).toBeGreaterThan(1000);
    expect(count).toBeLessThan(4000);
    const ranked = many.frame.series.map((_, s) => (s * 7919) % 10_000);
    const { backtest: _, forecast: __, ...bare } = many;
    const drawn = new Set(chooseDrawings(bare, undefined, ranked).map(({ series }) => series));
    for (const s of [...ranked.slice(0, 100), ...ranked.slice(-100)]) expect(drawn.has(s)).toBe(true);
  });

  test("the table is ranked, the worst first, and says which can be drawn", async () => {
    const page = dataIn(render(await sourceOf(named(["a", "b", "c", "d"]), ["theta"])));
    const mase = page.table!.columns.indexOf("mase");
    const scores = page.table!.rows.map((row) => Number(row[mase]));
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(page.table!.drawn.map((place) => page.series[place]!.name)).toEqual(page.table!.rows.map(([name]) => name));
  });
});

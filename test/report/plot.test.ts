import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeLabels, roundTicks } from "../../src/report/axis.js";
import { type Chart, drawChart, type PlotPage } from "../../src/report/plot.js";
import { sparkline } from "../../src/report/sparkline.js";
import { writesUnicode } from "../../src/report/terminal.js";
import { textWidth } from "../../src/report/width.js";

const page: PlotPage = { columns: 44, rows: 6, unicode: true, colour: false };
const wave = (from: number, length: number) =>
  Float64Array.from({ length }, (_, i) => 50 + 40 * Math.sin((from + i) / 4));
const chart: Chart = {
  title: "sales",
  observed: wave(0, 48),
  paths: [
    {
      from: 48,
      point: wave(48, 12),
      low: wave(48, 12).map((value, k) => value - 4 - k),
      high: wave(48, 12).map((value, k) => value + 4 + k),
    },
  ],
  band: "80 %",
  stampOf: (step) => `day ${step + 1}`,
};

/** Lines of a template, without the line feeds at its ends. */
const lines = (text: string) => text.split("\n").slice(1, -1);

describe("a plot", () => {
  test("in braille shows history, forecast and band over round numbers and stamps", () => {
    expect(drawChart(chart, page)).toEqual(
      lines(`
sales  ⠒⠒ observed  ⠶⠶ forecast  ⠢⠢ 80 %
100 ┤    ⣀               ⣀⡀         ┊   ⠠⢀⡀⠡
    │  ⡔⠊ ⠑⢢           ⢀⠎ ⠈⠢⡀       ┊  ⢀⡶⠋⠙⠳
    │⢀⠎     ⢣         ⡰⠁    ⠘⡄      ┊ ⢀⡞⠁
 50 ┤⠊       ⢱       ⡔⠁      ⠘⢄     ┊⢠⠏
    │         ⠣⡀    ⡜         ⠈⢆    ⢠⠏
    │          ⠘⢄⣀⡠⠊            ⠱⣀⣀⠜┊
    └┬─────────┬────────┬────────┬─────────┬
     day 1  day 16   day 31   day 45  day 60
`),
    );
  });

  test("in ASCII shows the same with three characters", () => {
    expect(drawChart(chart, { ...page, unicode: false })).toEqual(
      lines(`
sales  * observed  o forecast  : 80 %
100 +                               |   ::::
    |  *****           ******       |  ooooo
    | *    **         *     **      | o:: ::
 50 +*       *      **       *      |o:
    |         **   **         **   *oo
    |           ****            ****|
    ++---------+--------+--------+---------+
     day 1  day 16   day 31   day 45  day 60
`),
    );
  });

  test("has a colour for each of them, and none when it is not wanted", () => {
    const coloured = drawChart(chart, { ...page, colour: true }).join("\n");
    const plain = drawChart(chart, page).join("\n");
    expect(coloured).toContain("\u001b[36m");
    expect(coloured).toContain("\u001b[34m");
    expect(plain).not.toContain("\u001b");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is taken out
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain);
  });

  test("leaves gaps open and shows a lone observation between them", () => {
    const { NaN: gap } = Number;
    const alone = { ...chart, observed: Float64Array.of(1, gap, gap, 2, gap, gap, 3), paths: [], band: null };
    const drawn = drawChart(alone, { ...page, unicode: false }).slice(1, -2);
    expect(drawn.join("").replaceAll(/[^*]/g, "")).toHaveLength(3);
  });

  test("of any numbers keeps to its width and height", () => {
    const value = fc.oneof(
      { weight: 4, arbitrary: fc.double({ min: -1e12, max: 1e12, noNaN: true }) },
      fc.constantFrom(0, Number.NaN, 1e-9, 1e15),
    );
    const path = fc.tuple(value, value, value).map(([a, b, c]) => {
      const [low, point, high] = [a, b, c].sort((x, y) => x - y);
      return [low!, point!, high!] as const;
    });
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 300 }),
        fc.array(path, { maxLength: 40 }),
        fc.integer({ min: 40, max: 200 }),
        fc.integer({ min: 4, max: 24 }),
        fc.boolean(),
        (observed, steps, columns, rows, unicode) => {
          const column = (i: 0 | 1 | 2) => Float64Array.from(steps, (step) => step[i]);
          const drawn = drawChart(
            {
              ...chart,
              title: "日本語の長い名前".repeat(3),
              observed: Float64Array.from(observed),
              paths: [{ from: observed.length, point: column(1), low: column(0), high: column(2) }],
            },
            { columns, rows, unicode, colour: false },
          );
          expect(drawn).toHaveLength(rows + 3);
          for (const line of drawn) {
            expect(textWidth(line)).toBeLessThanOrEqual(columns);
            expect(line).not.toMatch(/NaN|Infinity|undefined/);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("says a hostile name as text", () => {
    const [title] = drawChart({ ...chart, title: "\u001b[2Ja\nb" }, page);
    expect(title).toContain(" [2Ja b");
  });
});

describe("the ticks of an axis", () => {
  test.each([
    [0, 100, 6, "0 20 40 60 80 100"],
    [0, 100, 5, "0 50 100"],
    [104, 622, 6, "200 300 400 500 600"],
    // One multiple of 5 would tell nothing of the scale.
    [0.4, 8.3, 3, "2 4 6 8"],
    [-0.02, 0.02, 5, "-0.02 -0.01 0.00 0.01 0.02"],
    [1e9, 3e9, 3, "1e+9 2e+9 3e+9"],
    [1e9, 1e9 + 2, 3, "1.000000000e+9 1.000000001e+9 1.000000002e+9"],
  ])("from %d to %d, %d or so, are %s", (min, max, most, expected) => {
    expect(
      roundTicks(min, max, most)
        .map(({ label }) => label)
        .join(" "),
    ).toBe(expected);
  });

  test("lie within the range and can be told apart", () => {
    const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        number,
        fc.double({ min: 1e-4, max: 1e9, noNaN: true }),
        fc.integer({ min: 2, max: 8 }),
        (a, d, most) => {
          const [min, max] = [a, a + d];
          const ticks = roundTicks(min, max, most);
          expect(ticks.length).toBeGreaterThanOrEqual(2);
          expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
          // Rounding of a multiple of the step.
          const slack = 1e-6 * d;
          for (const { value } of ticks) expect(value >= min - slack && value <= max + slack).toBe(true);
        },
      ),
    );
  });
});

test("labels below an axis never touch, and the first of them is there", () => {
  const label = fc.record({ column: fc.integer({ min: 0, max: 59 }), text: fc.stringMatching(/^[a-z]{1,20}$/) });
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 12 }), (labels) => {
      const { line, columns } = placeLabels(labels, 60);
      expect(line.length).toBeLessThanOrEqual(60);
      expect(line).toContain(labels[0]!.text);
      expect(line.trim().split(/ {2,}/)).toHaveLength(columns.length);
    }),
  );
});

describe("a sparkline", () => {
  test("has a bar a value from the lowest to the highest, and a space for a gap", () => {
    expect(sparkline(Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7))).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline(Float64Array.of(-5, Number.NaN, 5))).toBe("▁ █");
  });

  test("of what never moves, or of nothing, is flat or empty", () => {
    expect(sparkline(Float64Array.of(3, 3, 3))).toBe("▅▅▅");
    expect(sparkline(Float64Array.of(Number.NaN, Number.NaN))).toBe("  ");
    expect(sparkline(new Float64Array(0))).toBe("");
  });
});

test.each([
  [{ LANG: "C" }, "linux", false],
  [{}, "linux", false],
  [{ LANG: "de_DE.UTF-8" }, "linux", true],
  [{ LANG: "C.utf8" }, "darwin", true],
  [{ LANG: "en_GB.UTF-8", LC_ALL: "C" }, "linux", false],
  [{ LANG: "C", LC_CTYPE: "C.UTF-8" }, "linux", true],
  [{ LANG: "en_GB.UTF-8", TERM: "linux" }, "linux", false],
  [{}, "win32", true],
])("with %o on %s, unicode is written: %s", (env, platform, expected) => {
  expect(writesUnicode(env, platform)).toBe(expected);
});

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cell, Table } from "../../src/base/table.js";
import type { FormatName } from "../../src/report/format-names.js";
import { formats } from "../../src/report/formats/index.js";
import { textWidth } from "../../src/report/width.js";

const render = (name: FormatName, table: Table, width = 80, colour = false, csvSafe = false) =>
  [...formats.get(name)(table, { width, colour, csvSafe })].join("");
const tableOf = (columns: readonly string[], ...rows: Cell[][]): Table => ({ type: "score", columns, rows });

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const cell: fc.Arbitrary<Cell> = fc.oneof(number, fc.string({ unit: "grapheme" }), fc.boolean(), fc.constant(null));
const anyTable = fc
  .uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 })
  .chain((columns) =>
    fc
      .array(fc.array(cell, { minLength: columns.length, maxLength: columns.length }), { maxLength: 4 })
      .map((rows) => tableOf(columns, ...rows)),
  );

describe.each(["csv", "tsv"] as const)("%s", (name) => {
  test("is read back by csv-parse as what was written", () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        const records = parse(render(name, table), { delimiter: name === "csv" ? "," : "\t", recordDelimiter: "\n" });
        const shown = (row: readonly Cell[]) => row.map((held) => (held === null ? "" : String(held)));
        expect(records).toEqual([table.columns, ...table.rows].map((row) => shown(row as Cell[])));
      }),
    );
  });

  test("numbers are read back bit for bit", () => {
    fc.assert(
      fc.property(number, (x) => {
        const [, line] = render(name, tableOf(["x"], [x])).split("\n");
        expect(Number(line)).toBe(x === 0 ? 0 : x);
      }),
    );
  });

  test("what is no number is empty, and a lone empty field is no empty line", () => {
    expect(render(name, tableOf(["a"], [Number.NaN], [null]))).toBe('a\n""\n""\n');
  });
});

describe.each(["csv", "tsv"] as const)("%s for a spreadsheet", (name) => {
  const safe = (table: Table) => render(name, table, 80, false, true);
  const parseSafe = (table: Table): string[][] =>
    parse(safe(table), { delimiter: name === "csv" ? "," : "\t", recordDelimiter: "\n" });

  test("has no text that could be a formula: it gets an apostrophe, and numbers do not", () => {
    const formulas = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\uff1d1"];
    const rows = formulas.map((text): Cell[] => [text, -0.5]);
    const shown = formulas.map((text) => [`'${text}`, "-0.5"]);
    expect(parseSafe(tableOf(["=a", "b"], ...rows))).toEqual([["'=a", "b"], ...shown]);
    // Whatever has no such beginning is as it was.
    const plain = tableOf(["id"], ["a=1"], ["'quoted"], ["2024-01-01"], [" =1"], [null]);
    expect(safe(plain)).toBe(render(name, plain));
  });

  test("of any table, no text begins as a formula does", () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        const records = parseSafe(table);
        [table.columns, ...table.rows].forEach((row, r) => {
          (row as Cell[]).forEach((held, c) => {
            if (typeof held !== "number") expect(records[r]![c]).not.toMatch(/^[=+\-@\t\r]/);
          });
        });
      }),
    );
  });
});

test("csv quotes what needs quotes and nothing else", () => {
  const table = tableOf(["a", "b c"], ['say "hi"', "x,y"], ["line\nfeed", " padded"], ["plain", 0.1]);
  expect(render("csv", table)).toBe('a,b c\n"say ""hi""","x,y"\n"line\nfeed"," padded"\nplain,0.1\n');
});

describe("json", () => {
  test("is one document of the version, the type and the rows", () => {
    const table = tableOf(["model", "mse", "note"], ["gru", 0.5, null], ["naive", 2, "é"]);
    expect(JSON.parse(render("json", table))).toEqual({
      schema_version: 1,
      type: "score",
      rows: [
        { model: "gru", mse: 0.5, note: null },
        { model: "naive", mse: 2, note: "é" },
      ],
    });
  });

  test("of no rows is a document too", () => {
    expect(JSON.parse(render("json", tableOf(["a"])))).toEqual({ schema_version: 1, type: "score", rows: [] });
  });

  test("no cell can break the document, and no number is lost or becomes NaN", () => {
    fc.assert(
      fc.property(anyTable, (table) => {
        const { rows } = JSON.parse(render("json", table)) as { rows: Record<string, Cell>[] };
        expect(rows.map((row) => Object.values(row)).length).toBe([...table.rows].length);
        for (const [r, row] of [...table.rows].entries())
          for (const [c, column] of table.columns.entries())
            if (column !== "__proto__") expect(rows[r]![column]).toBe(Object.is(row[c], -0) ? 0 : row[c]);
      }),
    );
    expect(render("json", tableOf(["a"], [Number.POSITIVE_INFINITY]))).toContain('{"a":null}');
  });
});

describe("ndjson", () => {
  test("is a record a line, each with the version and the type", () => {
    const lines = render("ndjson", tableOf(["a"], [1], ["x\ny"]))
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { schema_version: 1, type: "score", a: 1 },
      { schema_version: 1, type: "score", a: "x\ny" },
    ]);
  });

  test("a column that is called like a key of the record stands beside it", () => {
    const line = render("ndjson", tableOf(["type", "type_"], ["a", "b"]));
    expect(JSON.parse(line)).toEqual({ schema_version: 1, type: "score", type_: "a", type__: "b" });
  });
});

describe("md", () => {
  test("aligns numbers right and escapes what Markdown would take for its own", () => {
    expect(render("md", tableOf(["model", "mse"], ["a|b_c", 0.5], ["x\ny", null]))).toBe(
      "| model | mse |\n| --- | ---: |\n| a\\|b\\_c | 0.5 |\n| x<br>y |  |\n",
    );
  });
});

describe("table", () => {
  const scores = tableOf(
    ["model", "series", "mse", "n"],
    ["seasonal-naive", "one", 1234.56789, 24],
    ["gru", "two", 0.000123456789, 24],
  );

  test("is aligned, numbers right, with six digits where there is room", () => {
    expect(render("table", scores)).toBe(
      "model           series          mse   n\n" +
        "seasonal-naive  one         1234.57  24\n" +
        "gru             two     0.000123457  24\n",
    );
  });

  test("numbers lose digits before text loses its end", () => {
    const narrow = render("table", scores, 36);
    expect(narrow).toContain("seasonal-naive");
    expect(narrow).toContain("1235");
    expect(render("table", scores, 30)).toContain("…");
  });

  test("what every row leaves undivided, or repeats of the column before, is not shown", () => {
    const wide = tableOf(["model", "chose", "fold", "n"], ["gru", "gru", "all", 24], ["naive", "naive", "all", 24]);
    expect(render("table", wide).split("\n")[0]).toBe("model   n");
    expect(render("csv", wide).split("\n")[0]).toBe("model,chose,fold,n");
  });

  test("a single row that does not fit stands upright", () => {
    const plan = tableOf(["model", "parameters", "out"], ["gru", 3852, "a/model"]);
    expect(render("table", plan, 40)).toBe("model  parameters  out\ngru          3852  a/model\n");
    expect(render("table", plan, 20)).toBe("model       gru\nparameters  3852\nout         a/model\n");
  });

  test("every line fits the width, as long as there is text to cut", () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 120 }), fc.array(fc.string({ unit: "grapheme" })), (width, texts) => {
        const lines = render("table", tableOf(["text", "x"], ...texts.map((held) => [held, Math.PI])), width).split(
          "\n",
        );
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  test("times are whole where text or the terminal has to give way", () => {
    const runs = tableOf(["run", "why", "last"], [1, "a reason of some length", "2024-03-14"], [2, "", "2024-03-15"]);
    expect(render("table", runs, 28)).toBe(
      "run  why          last\n  1  a reason o…  2024-03-14\n  2               2024-03-15\n",
    );
    const numbers = Array.from({ length: 8 }, (_, i) => 12345 + i);
    const rows = ["2024-03-14T12:00Z", "2024-03-14T13:00Z"].map((time) => ["shop of Anna", time, ...numbers]);
    const [, one, two] = render("table", tableOf(["id", "ds", ..."abcdefgh"], ...rows), 60).split("\n");
    expect([one, two].map((line) => line!.slice(0, 31))).toEqual([
      "shop of Anna  2024-03-14T12:00Z",
      "shop of Anna  2024-03-14T13:00Z",
    ]);
  });

  test("whole numbers stay whole", () => {
    expect(render("table", tableOf(["n"], [123456789], [1234567.8]), 5)).toBe("        n\n123456789\n  1234568\n");
  });

  test("columns of wide characters stay aligned", () => {
    const lines = render("table", tableOf(["id", "n"], ["東京", 1], ["Bonn", 2])).split("\n");
    expect(new Set(lines.slice(0, 3).map(textWidth)).size).toBe(1);
  });

  test("escape codes out of the data do not reach the terminal", () => {
    expect(render("table", tableOf(["a"], ["\u001b[2Jx\ny"]))).toBe("a\n [2Jx y\n");
  });

  test("the header is bold only where colour is wanted", () => {
    expect(render("table", scores, 80, true)).toContain("\u001b[1m");
    expect(render("table", scores, 80, false)).not.toContain("\u001b");
  });
});

// The report as a shell meets it: the built command line, and the page's own script and style as they are built.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chartNames } from "../../src/report/chart-names.js";
import { temporaryDirectory } from "../support/directory.js";
import { root, runShell } from "../support/hindcast.js";

const passengers = join(root, "fixtures/air-passengers.csv");
const promotions = `${join(root, "fixtures/promotions.csv")} --id shop --target sold`;
const small = "--model gru --layers 4 --window 12 --epochs 3";

describe("hindcast report", () => {
  test("writes one page of a megabyte and a half at most, the same bytes again, and nothing else", async () => {
    const directory = await temporaryDirectory();
    const line = (file: string) =>
      `hindcast report ${passengers} -H 12 ${small} -o page.html -q && cp page.html ${file}`;
    const [one, two] = [await runShell(line("one.html"), directory), await runShell(line("two.html"), directory)];
    expect([one.exit, one.stdout, two.exit]).toEqual([0, "", 0]);
    const page = readFileSync(join(directory, "one.html"), "utf8");
    expect(readFileSync(join(directory, "two.html"), "utf8")).toBe(page);
    expect(page.length).toBeLessThan(1.5e6);
    for (const part of [
      "Learning curves",
      "Calibration",
      "Autocorrelation",
      "Error by step",
      "Error by fold",
      "seasonal-naive",
    ])
      expect(page).toContain(part);
    expect(page).toContain(`<code>hindcast report ${passengers} -H 12 ${small} -o page.html -q</code>`);
  });

  test("asks for nothing from anywhere, and its policy holds the hashes of what it runs", async () => {
    const { stdout: page, exit } = await runShell(`hindcast report ${passengers} -H 3 --model theta -q`, root);
    expect(exit).toBe(0);
    const hash = (text: string) => createHash("sha256").update(text).digest("base64");
    expect(page).toContain(`script-src 'sha256-${hash(/<script>(.*?)<\/script>/s.exec(page)![1]!)}'`);
    expect(page).toContain(`style-src 'sha256-${hash(/<style>(.*?)<\/style>/s.exec(page)![1]!)}'`);
    expect(page.match(/https?:\/\/[^\s"')]*/g) ?? []).toEqual([]);
    expect(page.match(/url\(|@import|<link|<img|<iframe|XMLHttpRequest|fetch\(|innerHTML\s*=/g)).toBeNull();
  });

  test("of several models is about the best one, and tells where settings came from", async () => {
    const directory = await temporaryDirectory();
    const { stdout: page } = await runShell(`hindcast report ${passengers} -H 6 --model croston,theta -q`, directory, {
      HINDCAST_FOLDS: "2",
    });
    expect(page).toContain("is forecast by theta");
    expect(page).toContain("# folds = 2, from HINDCAST_FOLDS");
  });

  test("of a saved model has the curves of its training", async () => {
    const directory = await temporaryDirectory();
    const train = `hindcast train ${passengers} -H 6 ${small} --out model -q`;
    const { stdout: page, exit } = await runShell(
      `${train} > /dev/null && hindcast report ${passengers} --from model -q`,
      directory,
    );
    expect(exit).toBe(0);
    expect(page).toContain("Learning curves");
    expect(page).toContain("is forecast by gru");
  });

  test("draws what a network and the pretrained model rest on, the same numbers as explain tells, and says nothing of a baseline", async () => {
    const directory = await temporaryDirectory();
    const train = `hindcast train ${passengers} -H 6 ${small} --attention --out network -q -o /dev/null`;
    const pageOf = async (line: string) =>
      (await runShell(`${line} -q --report page.html -o rows.csv && cat page.html`, directory)).stdout;
    await runShell(train, directory);
    const network = await pageOf(`hindcast forecast ${passengers} --from network`);
    for (const title of [
      "Inputs",
      "Lags of the series",
      "Inputs of this forecast",
      "Lags of this forecast",
      "Attention",
    ])
      expect(network).toContain(`<figcaption>${title}</figcaption>`);
    const { stdout } = await runShell(
      `hindcast explain ${passengers} --from network --series air --format json`,
      directory,
    );
    const { rows } = JSON.parse(stdout) as {
      rows: { method: string; input: string; lags: string; importance: number }[];
    };
    const target = rows.find(({ method, input }) => method === "gradient" && input === "target")!;
    const shown = String(Number(target.importance.toPrecision(3))).replace("-", "−");
    expect(network).toContain(`target ${shown}`);
    const pretrained = await pageOf(`hindcast forecast ${passengers} -H 6 --model pretrained`);
    expect(pretrained).toContain("<figcaption>Classical forecasts leant on</figcaption>");
    expect(await pageOf(`hindcast forecast ${passengers} -H 6 --model theta`)).not.toContain("rests on");
  });

  test("keeps to exit codes: 2 without a horizon, 8 where nothing can be written, before any work", async () => {
    const directory = await temporaryDirectory();
    expect((await runShell(`hindcast report ${passengers}`, directory)).exit).toBe(2);
    expect((await runShell(`hindcast report ${passengers} -H 3 -o nowhere/page.html`, directory)).exit).toBe(8);
  });

  test("with --dry-run says what it would do, and leaves the file alone", async () => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, "page.html"), "old");
    const { stdout, exit } = await runShell(`hindcast report ${passengers} -H 3 --dry-run --model theta`, directory);
    expect(exit).toBe(0);
    expect(stdout).toContain("theta");
    expect(readFileSync(join(directory, "page.html"), "utf8")).toBe("old");
  });
});

describe("report --svg", () => {
  test.each(chartNames)("%s is a drawing that needs nothing else, and the same again", async (name) => {
    const directory = await temporaryDirectory();
    const task =
      {
        candidates: `${passengers} --model pretrained`,
        effects: `${promotions} --model pretrained --future promo,weather --future-data ${join(root, "fixtures/promotions.csv")} --until 2024-06-03`,
        weights: `${passengers} --model linear`,
      }[name as string] ?? `${passengers} ${small} --attention`;
    const line = `hindcast report ${task} -H 6 --folds 2 -q --svg ${name}`;
    const { stdout: svg, stderr, exit } = await runShell(`${line} -o chart.svg && cat chart.svg`, directory);
    expect([stderr, exit]).toEqual(["", 0]);
    expect(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg" width="')).toBe(true);
    expect(svg.match(/<svg /g)!.length).toBe(svg.match(/<\/svg>/g)!.length);
    expect(svg).toMatch(/<title>[^<]{10,}<\/title>/);
    expect(svg).not.toMatch(/NaN|undefined|var\(|url\(|href|<script|:root/);
    expect((await runShell(line, directory)).stdout).toBe(svg);
  });

  test("names what there is where a chart is not, and leaves the file alone", async () => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, "chart.svg"), "old");
    const line = `hindcast report ${passengers} -H 6 --model theta -q --svg training -o chart.svg`;
    const { stderr, exit } = await runShell(line, directory);
    expect(exit).toBe(2);
    expect(stderr).toContain(
      "one of: forecast, backtest, error-by-step, error-by-fold, calibration, autocorrelation, errors\n",
    );
    expect(readFileSync(join(directory, "chart.svg"), "utf8")).toBe("old");
  });

  test("shows hostile names as text", async () => {
    const directory = await temporaryDirectory();
    const id = "</text><script>alert(1)</script>";
    writeFileSync(
      join(directory, "data.csv"),
      ["id,time,y", ...Array.from({ length: 30 }, (_, t) => `${id},${t},${t % 7}`), ""].join("\n"),
    );
    const { stdout: svg } = await runShell("hindcast report data.csv -H 3 --model theta -q --svg forecast", directory);
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;alert(1)&lt;/script&gt;: history and forecast");
    expect(svg).not.toContain("<script");
  });
});

describe("--report", () => {
  test("leaves the rows of a backtest as they are, and writes a page beside them", async () => {
    const directory = await temporaryDirectory();
    const line = `hindcast backtest ${passengers} -H 6 --model theta -q --predictions`;
    const plain = await runShell(`${line} plain.csv`, directory);
    const both = await runShell(`${line} both.csv --report page.html`, directory);
    expect(both).toEqual(plain);
    const read = (file: string) => readFileSync(join(directory, file), "utf8");
    expect(read("both.csv")).toBe(read("plain.csv"));
    expect(read("page.html")).toContain("Backtest over what came");
  });

  test("leaves the rows of a forecast as they are, and writes a page beside them", async () => {
    const directory = await temporaryDirectory();
    const line = `hindcast forecast ${passengers} -H 6 --model theta -q`;
    const plain = await runShell(line, directory);
    expect(await runShell(`${line} --report page.html`, directory)).toEqual(plain);
    expect(readFileSync(join(directory, "page.html"), "utf8")).toContain("History and forecast");
  });

  test("of a forecast has the seasons of the model that forecasts", async () => {
    const directory = await temporaryDirectory();
    const seasons = async (words: string) => {
      const line = `hindcast forecast ${passengers} ${words} -q -o rows.csv --report page.html && cat page.html`;
      const { stdout } = await runShell(line, directory);
      return /<dt>seasons<\/dt><dd><bdi>(.*?)<\/bdi>/.exec(stdout)?.[1] ?? stdout.slice(0, 200);
    };
    expect(await seasons("-H 6 --model theta --season 14,7")).toBe("7 and 14 steps");
    expect(await seasons("-H 6 --model theta --season 14,7 --local")).toBe("7 and 14 steps");
    await runShell(`hindcast train ${passengers} -H 6 --model theta --season 5 --out m5 -q -o /dev/null`, directory);
    expect(await seasons("--from m5")).toBe("5 steps");
    const page = await runShell(`hindcast report ${passengers} --from m5 --folds 1 -q`, directory);
    expect(page.stdout).toContain("<dd><bdi>5 steps</bdi>");
  });

  test("of retrain is about who forecasts now, beside the other and the baselines, and changes nothing else", async () => {
    const directory = await temporaryDirectory();
    const retrain = async (model: string, until: string, more: string) => {
      const line = `hindcast retrain registry ${passengers} -H 6 --model ${model} --until ${until} ${more}`;
      const { stdout, exit } = await runShell(`${line} --format json`, directory);
      expect(exit).toBe(0);
      return (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows[0]!;
    };
    const page = () => readFileSync(join(directory, "page.html"), "utf8");
    await retrain("theta", "1959-06", "--report page.html");
    expect(page()).toContain("is forecast by version 1 (theta)");
    expect(page()).toContain("the challenger alone, fitted on what lies before the folds");
    const worse = await retrain("mean", "1959-12", "--report page.html");
    expect(worse).toMatchObject({ action: "kept", champion: 1, rule: "as-is" });
    expect(page()).toContain("is forecast by version 1 (theta)");
    expect(page()).toContain("version 2 is kept, not promoted; version 1 stays champion");
    expect(page()).toContain("seasonal-naive");
    // The first number beside its name is its MASE, to four digits at least.
    const shown = /version 1<\/bdi>.*?<td class="number">(\d+\.\d{3,})<\/td>/.exec(
      page().slice(page().indexOf("<table>")),
    );
    expect(Number(shown?.[1])).toBeCloseTo(Number(worse.champion_score), 3);
    const before = page();
    expect(await retrain("mean", "1959-12", "--report page.html")).toMatchObject({ action: "skipped" });
    expect(page()).toBe(before);
    expect(await retrain("naive", "1960-06", "--promote always --report page.html")).toMatchObject({ champion: 3 });
    expect(page()).toContain("is forecast by version 3 (naive)");
    expect(page()).toContain("version 3 is promoted; version 1 was champion");
  });

  test("of retrain that cannot be written ends with 8, before any work", async () => {
    const directory = await temporaryDirectory();
    const line = `hindcast retrain registry ${passengers} -H 6 --model theta --report nowhere/page.html`;
    expect((await runShell(line, directory)).exit).toBe(8);
    expect((await runShell("ls registry", directory)).stdout).toBe("");
  });
});

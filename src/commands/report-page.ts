// A report on its way to a file. In: what a run came to. Out: the page, written.
import { readFile } from "node:fs/promises";
import type { ChartName } from "../report/chart-names.js";
import type { ReportSource } from "../report/html/source.js";
import type { Io } from "./io.js";

/** As bundled, the files stand beside this one. */
const scriptFile = new URL("./page.js", import.meta.url);
const styleFile = new URL("./page-style.css", import.meta.url);
const chartStyleFile = new URL("./chart-style.css", import.meta.url);

/** @param output a path; stdout when absent */
export async function writePage(
  source: ReportSource,
  commandLine: string,
  output: string | undefined,
  io: Io,
): Promise<void> {
  const [{ renderPage }, script, style] = await Promise.all([
    import("../report/html/page.js"),
    readFile(scriptFile, "utf8"),
    readFile(styleFile, "utf8"),
  ]);
  const page = renderPage({ ...source, command: commandLine, version: io.version }, { script, style });
  await io.writePieces(page, { output });
}

/** @param output a path; stdout when absent @throws HindcastError "usage" where there is no such chart */
export async function writeChart(
  source: ReportSource,
  name: ChartName,
  output: string | undefined,
  io: Io,
): Promise<void> {
  const [{ renderChart }, style] = await Promise.all([
    import("../report/html/chart-file.js"),
    readFile(chartStyleFile, "utf8"),
  ]);
  await io.writeText(renderChart(source, name, style), { output });
}

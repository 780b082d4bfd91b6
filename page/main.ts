// The report's own script, run by the browser that shows it. In: the data embedded in the page. Out: charts to hover over and zoom, and
// a table of series to search and sort. Without it the page still shows all that is drawn and written in it.
import type { PageData } from "../src/report/html/contract.js";
import { cutName } from "../src/report/html/text.js";
import { type LiveChart, showChart } from "./chart.js";
import { showTable } from "./table.js";

const data: PageData = JSON.parse(document.getElementById("data")?.textContent ?? "null");
const slots = [...document.querySelectorAll<HTMLElement>("[data-chart]")];
let live: LiveChart[] = [];
let chosen = 0;

function draw(): void {
  for (const chart of live) chart.remove();
  live = slots.map((slot) => showChart(slot, data, chosen, slot.dataset.chart === "folds" ? "folds" : "forecast"));
}

function choose(place: number): void {
  chosen = place;
  for (const name of document.querySelectorAll(".chosen bdi"))
    name.textContent = cutName(data.series[place]?.name ?? "");
  draw();
  document.getElementById("charts")?.scrollIntoView();
}

if (data.series.length > 0) {
  draw();
  // Canvas takes its colours once.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}
const box = document.getElementById("table");
if (data.table !== null && box !== null) showTable(box, data.table, choose);

// Charts as a page shows them. In: charts and text. Out: HTML of figures and sections.
import type { Chart, Key } from "./charts.js";
import { drawKey } from "./legend.js";
import { drawPlot } from "./plot.js";
import { escapeText, nameHtml } from "./text.js";

export function section(id: string, title: string, ...content: readonly string[]): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeText(title)}</h2>${content.join("")}</section>`;
}

export function figure(title: string, chart: string, ...rest: readonly string[]): string {
  return `<figure><figcaption>${title}</figcaption>${chart}${rest.join("")}</figure>`;
}

/** @param rest of the figure, below the chart */
export function chartFigure({ title, unit, plot, legend }: Chart, ...rest: readonly string[]): string {
  const told = unit === undefined ? "" : ` <span class="unit">${escapeText(unit)}</span>`;
  return figure(`${escapeText(title)}${told}`, drawPlot(plot), legendHtml(legend), ...rest);
}

export function legendHtml(legend: readonly Key[]): string {
  if (legend.length === 0) return "";
  const items = legend.map(
    ([mark, text]) => `<li>${drawKey(mark, 'class="key" aria-hidden="true"')}${nameHtml(text)}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}

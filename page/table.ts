// The table of many series: searched, sorted by any column, and a screenful at a time. In: rows, and what to do when a series is
// chosen. Out: a table in place of the first rows that were written into the page. Names are only ever set as text.
import { columnText } from "../src/report/html/column-text.js";
import type { PageTable } from "../src/report/html/contract.js";
import { cutName } from "../src/report/html/text.js";

const rowsAtOnce = 50;

export function showTable(box: HTMLElement, table: PageTable, choose: (place: number) => void): void {
  const { columns, rows, drawn } = table;
  const lower = rows.map((row) => String(row[0]).toLowerCase());
  const numeric = columns.map((_, c) => rows.some((row) => typeof row[c] === "number"));
  const textOf = columns.map((_, c) => columnText(rows.map((row) => row[c]!)));
  let sorted = { column: -1, isRising: true };
  let order = rows.map((_, r) => r);
  let shownCount = rowsAtOnce;

  const search = make("input");
  search.type = "search";
  search.id = "search";
  const label = make("label", "Search the series");
  label.htmlFor = "search";
  const status = make("p");
  status.className = "note";
  status.setAttribute("role", "status");
  const scroll = make("div");
  scroll.className = "scroll";
  scroll.tabIndex = 0;
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", "All series");
  const body = make("tbody");
  const heads = columns.map((column, c) => {
    const head = make("th");
    head.scope = "col";
    if (numeric[c]) head.className = "number";
    const button = make("button", column);
    button.type = "button";
    button.addEventListener("click", () => {
      // A score is looked at from its worst end first, a name from A on.
      sorted = { column: c, isRising: sorted.column === c ? !sorted.isRising : !numeric[c] };
      update();
    });
    head.append(button);
    return head;
  });
  const more = make("button", "Show more");
  more.type = "button";
  more.className = "more";
  more.addEventListener("click", () => {
    shownCount += 4 * rowsAtOnce;
    fill();
  });

  function update(): void {
    const wanted = search.value.trim().toLowerCase();
    order = [];
    for (let r = 0; r < rows.length; r++) if (lower[r]!.includes(wanted)) order.push(r);
    const { column, isRising } = sorted;
    if (column >= 0) order.sort((a, b) => compare(rows[a]![column], rows[b]![column], isRising));
    heads.forEach((head, c) => {
      if (c === column) head.setAttribute("aria-sort", isRising ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
    shownCount = rowsAtOnce;
    fill();
  }

  function fill(): void {
    const shown = order.slice(0, shownCount);
    body.replaceChildren(...shown.map(rowOf));
    more.hidden = shown.length === order.length;
    status.textContent = `${shown.length} of ${order.length} series shown${order.length < rows.length ? `, out of ${rows.length}` : ""}`;
  }

  function rowOf(r: number): HTMLTableRowElement {
    const line = make("tr");
    rows[r]!.forEach((cell, c) => {
      if (c > 0) {
        const item = make("td", typeof cell === "number" ? textOf[c]!(cell) : String(cell ?? "–"));
        if (numeric[c]) item.className = "number";
        line.append(item);
        return;
      }
      const head = make("th");
      head.scope = "row";
      const name = make("bdi", cutName(String(cell)));
      const place = drawn[r] ?? -1;
      if (place < 0) head.append(name);
      else {
        const button = make("button");
        button.type = "button";
        button.className = "link";
        button.title = "Show its charts";
        button.append(name);
        button.addEventListener("click", () => choose(place));
        head.append(button);
      }
      line.append(head);
    });
    return line;
  }

  search.addEventListener("input", update);
  const grid = make("table");
  const head = make("thead");
  const line = make("tr");
  line.append(...heads);
  head.append(line);
  grid.append(make("caption", "All series; a name shows its charts, a column’s head sorts"), head, body);
  scroll.append(grid);
  const field = make("p");
  field.className = "search";
  field.append(label, search);
  box.replaceChildren(field, status, scroll, more);
  update();
}

/** What has no number stands last either way. */
function compare(a: unknown, b: unknown, isRising: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === "number" && typeof b === "number"
      ? a - b
      : String(a).localeCompare(String(b), "en", { numeric: true });
  return isRising ? order : -order;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (text !== "") made.textContent = text;
  return made;
}

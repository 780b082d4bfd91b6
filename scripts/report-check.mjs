// Opens reports in a real browser and fails on what a reader would stumble over: an error in the console, a request to anywhere, content
// wider than the window, a chart that is not there, a fault that axe-core calls serious. Screenshots are kept.
//   CHROME=/usr/bin/chromium node scripts/report-check.mjs [--out DIR] [--panel DATA --horizon N] [PAGE.html...]
// Without pages it makes them from the fixtures, hostile names, a panel of 414 hourly series (those of DATA, or made-up ones) and a made-up panel of
// 10,000 series; they and the screenshots stay in DIR, .tmp/report here. Where there is no Chromium, or a package is not installed, it says that
// it was skipped.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, delimiter, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const sizes = [
  [390, 844],
  [1280, 800],
  [1920, 1080],
];
const slowestOpenMs = 2000;
/** Of the page of one series. */
const mostBytes = 1.5e6;

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
const chrome = [process.env.CHROME, ...onPath].find((path) => path !== undefined && existsSync(path));
if (chrome === undefined) skip("no Chromium on PATH, nor in CHROME");
// The paths of NODE_PATH are looked in too, which an import would not.
const { chromium } = load("playwright-core");
const { source: axe } = load("axe-core");

function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(0);
}

function load(name) {
  try {
    return createRequire(import.meta.url)(name);
  } catch {
    return skip(`${name} is not installed`);
  }
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: join(root, ".tmp/report") },
    panel: { type: "string" },
    horizon: { type: "string", default: "48" },
  },
});
const out = resolve(options.out);
mkdirSync(out, { recursive: true });
const pages = positionals.length > 0 ? positionals.map((path) => resolve(path)) : makePages();

function makePages() {
  const write = (name, ...args) => {
    const page = join(out, `${name}.html`);
    execFileSync(process.execPath, [join(root, "bin/hindcast.js"), "report", ...args, "-q", "-o", page], {
      stdio: "inherit",
    });
    return page;
  };
  const csvOf = (name, ids, length, valueAt) => {
    const path = join(out, `${name}.csv`);
    const quote = (id) => `"${id.replaceAll('"', '""')}"`;
    const rows = ids.flatMap((id, s) =>
      Array.from({ length }, (_, t) => `${quote(id)},${t + 1},${valueAt(s, t).toFixed(2)}`),
    );
    writeFileSync(path, ["id,time,y", ...rows, ""].join("\n"));
    return path;
  };
  const wave = (s, t) => 20 + (s % 7) + 5 * Math.sin((t + s) / 2) + ((s * 31 + t * 17) % 5);
  /** Days within weeks. */
  const hourly = (s, t) =>
    (100 + s) * (2 + Math.sin((2 * Math.PI * (t + s)) / 24) + 0.5 * Math.sin((2 * Math.PI * t) / 168)) +
    ((s * 7919 + t * 104729) % 41);
  const hostile = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "__proto__",
    "x".repeat(10_000),
    "🦉📈",
    "مبيعات الشهر",
    "\u202Eturned around",
    "<img src=x onerror=alert(3)>",
    "a\"b'c&amp;",
  ];
  const names = (count) => Array.from({ length: count }, (_, s) => `series ${s}`);
  const air = join(root, "fixtures/air-passengers.csv");
  const weather = join(root, "fixtures/seattle-weather.csv");
  const panel = options.panel === undefined ? csvOf("hours", names(414), 700, hourly) : resolve(options.panel);
  return [
    write("air-passengers", air, "-H", "12", "--folds", "8"),
    write("weather", weather, "-H", "14", "--target", "temp_max", "--model", "gru", "--attention", "--epochs", "3"),
    write("hostile", csvOf("hostile", hostile, 40, wave), "-H", "4", "--model", "theta"),
    write("panel", panel, "-H", options.horizon, "--preset", "fast"),
    write("many", csvOf("many", names(10_000), 40, wave), "-H", "6", "--model", "naive"),
  ];
}

const browser = await chromium.launch({ executablePath: chrome, args: ["--no-sandbox"] });
const faults = [];
for (const path of pages) {
  const name = basename(path, ".html");
  const opened = [];
  for (const [width, height] of sizes)
    for (const colorScheme of ["light", "dark"]) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme, bypassCSP: false });
      const place = `${name} ${width} ${colorScheme}`;
      const fault = (text) => faults.push(`${place}: ${text}`);
      page.on(
        "console",
        (message) => ["error", "warning"].includes(message.type()) && fault(`console: ${message.text()}`),
      );
      page.on("pageerror", (error) => fault(`error: ${error.message}`));
      page.on("dialog", (dialog) => {
        fault(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on("request", (request) => {
        if (request.url() !== pathToFileURL(path).href) fault(`request: ${request.url().slice(0, 100)}`);
      });
      await page.goto(pathToFileURL(path).href);
      opened.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd));
      for (const text of await page.evaluate(lookAround)) fault(text);
      const search = page.locator("#search");
      if ((await search.count()) > 0) {
        await page.locator("th button").nth(1).click();
        await search.fill((await page.locator("#table .link").first().innerText()).slice(0, 3));
        await page.locator("#table .link").last().click();
        await search.fill("");
      }
      await page.locator(".live").first().press("ArrowLeft");
      if ((await page.locator("output").first().textContent()) === "") fault("arrow keys read nothing");
      await page.screenshot({ path: join(out, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      // The policy keeps axe-core out of the page itself; a world apart is not under it.
      for (const text of await runAxe(page)) fault(text);
      await page.close();
    }
  const still = await browser.newPage({ viewport: { width: 1280, height: 800 }, javaScriptEnabled: false });
  await still.goto(pathToFileURL(path).href);
  await still.screenshot({ path: join(out, `${name}-without-scripts.png`), fullPage: true });
  await still.close();
  const openMs = Math.round(Math.min(...opened));
  if (openMs > slowestOpenMs) faults.push(`${name}: took ${openMs} ms to open`);
  const { size } = statSync(path);
  if (!["panel", "many"].includes(name) && size > mostBytes) faults.push(`${name}: ${size} bytes`);
  console.log(`${name}: ${size} bytes, open in ${openMs} ms`);
}
await browser.close();
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults; screenshots in ${out}`);
process.exit(faults.length > 0 ? 1 : 0);

/** Runs in the page. */
function lookAround() {
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter(
      (one) => one.getBoundingClientRect().right > clientWidth + 1 && one.closest(".scroll") === null,
    );
    found.push(`${scrollWidth} wide: ${wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 80))}`);
  }
  const slots = document.querySelectorAll("[data-chart]");
  if (slots.length === 0 || [...slots].some((slot) => slot.querySelector("canvas") === null))
    found.push("a live chart is not there");
  if (document.querySelectorAll("svg.plot").length === 0) found.push("no drawn chart is there");
  return found;
}

async function runAxe(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send("Page.getFrameTree");
  const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
  const evaluate = (expression) =>
    session.send("Runtime.evaluate", {
      expression,
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true,
    });
  await evaluate(axe);
  const { result } = await evaluate(
    `axe.run(document).then(({ violations }) => violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id, nodes }) => "axe: " + id + " " + nodes.slice(0, 3).map((node) => node.html.slice(0, 120) + " " + (node.any[0]?.message ?? "")).join(" | ")))`,
  );
  return result.value ?? ["axe-core did not run"];
}

// Draws README's picture: AirPassengers, what a GRU forecast for its last two years without having seen them, and the year to
// come. In: a built dist/. Out: docs/air-passengers.svg. `npm run picture`
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const data = join(root, "fixtures/air-passengers.csv");
const directory = mkdtempSync(join(tmpdir(), "hindcast-picture-"));
const hindcast = (...args) =>
  execFileSync(process.execPath, [join(root, "bin/hindcast.js"), ...args, "--quiet"], { encoding: "utf8" });
const records = (text) => {
  const [head, ...lines] = text.trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
};

const predictionsFile = join(directory, "predictions.csv");
hindcast("backtest", data, "-H", "12", "--folds", "2", "--model", "gru", "--predictions", predictionsFile);
const month = (text) => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7)) - 1;
const actual = records(readFileSync(data, "utf8")).map((row) => [month(row.month), Number(row.passengers)]);
const predictions = records(readFileSync(predictionsFile, "utf8"));
const seen = (model) =>
  predictions.filter((row) => row.model === model).map((row) => [month(row.month), Number(row.forecast)]);
const next = records(hindcast("forecast", data, "-H", "12", "--model", "gru")).map((row) => [
  month(row.month),
  Number(row.forecast),
]);
rmSync(directory, { recursive: true });

const [width, height, left, right, top, bottom] = [860, 360, 46, 16, 34, 30];
const from = 1955 * 12;
const to = 1962 * 12;
const most = 750;
const x = (at) => left + ((at - from) / (to - from)) * (width - left - right);
const y = (value) => height - bottom - (value / most) * (height - top - bottom);
const line = (points, colour, dash = "") =>
  `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}" points="${points
    .filter(([at]) => at >= from)
    .map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`)
    .join(" ")}"/>`;
const text = (at, up, words, colour = "#57606a", anchor = "middle") =>
  `<text x="${at.toFixed(1)}" y="${up.toFixed(1)}" fill="${colour}" text-anchor="${anchor}">${words}</text>`;
const years = Array.from({ length: 8 }, (_, i) => 1955 + i);
const levels = [0, 200, 400, 600];
const [ink, blue, orange, grey] = ["#24292f", "#0969da", "#bc4c00", "#8c959f"];

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>Monthly airline passengers: a GRU's forecasts of 1959 and 1960, made without seeing them, and of 1961</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${levels.map((level) => `<line x1="${left}" x2="${width - right}" y1="${y(level)}" y2="${y(level)}" stroke="#eaeef2"/>${text(left - 8, y(level) + 4, level, "#57606a", "end")}`).join("\n")}
${years.map((year) => text(x(year * 12), height - 10, year)).join("\n")}
<rect x="${x(1959 * 12)}" y="${top}" width="${x(1961 * 12) - x(1959 * 12)}" height="${height - top - bottom}" fill="#0969da" opacity="0.05"/>
${line(seen("seasonal-naive"), grey, "2 4")}
${line(actual, ink)}
${line(seen("gru"), blue)}
${line([actual.at(-1), ...next], orange)}
${text(left + 8, 20, "passengers (thousands)", ink, "start")}
${text(left + 190, 20, "backtest: gru", blue, "start")}
${text(left + 290, 20, "backtest: seasonal naive", grey, "start")}
${text(left + 465, 20, "forecast", orange, "start")}
</svg>
`;
writeFileSync(join(root, "docs/air-passengers.svg"), svg);

// `hindcast inspect`: what is in the data, in a model directory or a registry's champion, and what would be done with it.
import { isModelDirectory } from "../artifact/directory.js";
import type { Manifest, StoredNetwork } from "../artifact/manifest.js";
import type { Cell, Table } from "../base/table.js";
import type { NetworkConfig } from "../model/config.js";
import { headText } from "../model/heads/names.js";
import { parameterCount } from "../model/parameters.js";
import { isRegistry } from "../registry/champion.js";
import { auditFrame } from "../series/audit.js";
import { formatFrequency } from "../series/frequency.js";
import type { InspectArgs } from "./args.js";
import { readRows } from "./data.js";
import { describeAudit } from "./inspect-tables.js";
import type { Io } from "./io.js";
import { readSaved } from "./saved-model.js";

export async function run(args: InspectArgs, io: Io): Promise<void> {
  const { format = "table" } = args;
  const [path] = args.data;
  if (args.data.length === 1 && path !== undefined && (isModelDirectory(path) || isRegistry(path))) {
    const { manifest } = await readSaved(path);
    return io.writeTable(describeModel(manifest), { ...args, format }, "table");
  }
  const { overview, policies, series, spans, outlines, findings } = describeAudit(
    auditFrame(await readRows(args.data, args.reading, io), args.reading),
  );
  // What has one table only has the one that scripts want: a row a series.
  if (format === "csv" || format === "tsv") return io.writeTable(series, { ...args, format }, "csv");
  if (format !== "table" && format !== "md") return io.writeTables([overview, policies, series], { ...args, format });
  const isSound = [...findings.rows].length === 0;
  const drawn = format === "table" && io.stdout.unicode ? [outlines] : [];
  return io.writeTables([overview, policies, spans, ...drawn, ...(isSound ? [] : [findings])], { ...args, format });
}

/** What the network has beside recurrent layers. */
function describeForms({ segment = 1, conv = null, attention = null, mix = [] }: NetworkConfig): Cell[][] {
  return [
    ...(segment > 1 ? [["segment", segment]] : []),
    ...(conv === null ? [] : [["conv", `${conv.filters}x${conv.width}`]]),
    ...(attention === null ? [] : [["attention", attention]]),
    ...(mix.length === 0 ? [] : [["mix", mix.join(",")]]),
  ];
}

function describeNetwork({ network, preparation, channels, training, record }: StoredNetwork): Cell[][] {
  return [
    ["layers", network.layers.join(",")],
    ["bidirectional", network.bidirectional],
    ["decoder", network.decoder],
    ["window", network.window],
    ...describeForms(network),
    ["inputs", network.inputs],
    ["parameters", parameterCount(network)],
    ["scale", `${preparation.config.scale}, ${preparation.config.scaler}`],
    ["transform", preparation.config.transform],
    ["calendar", channels.calendar.join(",") || null],
    network.head === undefined ? ["loss", training.loss] : ["head", headText(network.head)],
    ["epochs", record.bestEpoch],
    ["steps", record.stepCount],
  ];
}

/** Of an ensemble, whose members are alike, the first. */
function describeParts(model: Manifest["model"]): Cell[][] {
  switch (model.kind) {
    case "network":
      return describeNetwork(model);
    case "ensemble":
      return [["members", model.members.length], ...describeNetwork(model.members[0]!)];
    case "baseline":
    case "pretrained":
      return [];
    case "linear":
      return model.forms.map(({ log, lags, share }, i): Cell[] => [
        `form ${i + 1}`,
        `${Math.round(100 * share)} % on ${lags.length + 1} lags up to ${lags.at(-1) ?? 1}${log ? " of logarithms" : ""}`,
      ]);
    case "combination":
      return model.parts.flatMap(({ weight, model: part }, i): Cell[][] => [
        [`part ${i + 1}`, part.name],
        [`part ${i + 1} weight`, weight],
        ...describeParts(part).map(([property, value]): Cell[] => [`part ${i + 1} ${property}`, value ?? null]),
      ]);
    default:
      return model satisfies never;
  }
}

function describeModel(manifest: Manifest): Table {
  const { model, columns, grid, data, held_out } = manifest;
  return {
    type: "model",
    columns: ["property", "value"],
    rows: [
      ["model", manifest.asked],
      ["chose", model.name],
      ["reason", manifest.reason],
      ["hindcast", manifest.hindcast],
      ["horizon", manifest.horizon],
      ["frequency", formatFrequency(grid.frequency)],
      ["zone", grid.zone],
      ["seasons", manifest.seasons.join(",") || null],
      ["time", columns.time],
      ["target", columns.targets.join(",")],
      ["id", columns.ids.join(",") || null],
      ["series", data.series],
      ["steps of data", data.steps],
      ...describeParts(model),
      ["engine", manifest.engine],
      ["seed", manifest.seed],
      ...Object.entries(held_out?.scores ?? {}).map(([name, score]): Cell[] => [`held-out ${name}`, score]),
    ],
  };
}

// `hindcast inspect`: what is in the data, in a model directory or a registry's champion, and what would be done with it.
import { isModelDirectory } from "../artifact/directory.js";
import type { Manifest } from "../artifact/manifest.js";
import type { Cell, Table } from "../base/table.js";
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
  const { overview, policies, series, spans, findings } = describeAudit(
    auditFrame(await readRows(args.data, args.reading, io), args.reading),
  );
  // What has one table only has the one that scripts want: a row a series.
  if (format === "csv" || format === "tsv") return io.writeTable(series, { ...args, format }, "csv");
  if (format !== "table" && format !== "md") return io.writeTables([overview, policies, series], { ...args, format });
  const isSound = [...findings.rows].length === 0;
  return io.writeTables([overview, policies, spans, ...(isSound ? [] : [findings])], { ...args, format });
}

function describeModel(manifest: Manifest): Table {
  const { model, columns, grid, data, held_out } = manifest;
  const network: Cell[][] =
    model.kind === "network"
      ? [
          ["layers", model.network.layers.join(",")],
          ["bidirectional", model.network.bidirectional],
          ["decoder", model.network.decoder],
          ["window", model.network.window],
          ["inputs", model.network.inputs],
          ["parameters", parameterCount(model.network)],
          ["scale", `${model.preparation.config.scale}, ${model.preparation.config.scaler}`],
          ["transform", model.preparation.config.transform],
          ["calendar", model.channels.calendar.join(",") || null],
          ["loss", model.training.loss],
          ["epochs", model.record.bestEpoch],
          ["steps", model.record.stepCount],
        ]
      : [];
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
      ...network,
      ["engine", manifest.engine],
      ["seed", manifest.seed],
      ...Object.entries(held_out?.scores ?? {}).map(([name, score]): Cell[] => [`held-out ${name}`, score]),
    ],
  };
}

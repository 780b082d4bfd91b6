// `hindcast engine`: which engines compute here and why, or the native one installed.
import { resolve } from "node:path";
import type { Table } from "../base/table.js";
import { describeEngines, type EngineStatus } from "../engine/engine.js";
import { installNative } from "../engine/install.js";
import { listKernels, loadKernels } from "../engine/kernels/fused/load.js";
import type { EngineArgs } from "./args.js";
import type { Io } from "./io.js";
import { version as hindcastVersion } from "./version.js";

export async function run(args: EngineArgs, io: Io): Promise<void> {
  const { dataDirectory, env, progress, signal } = io;
  switch (args.action) {
    case "status":
      break;
    case "install": {
      const from = args.source === undefined ? {} : { from: resolve(io.cwd, args.source) };
      const directory = await installNative({ dataDirectory, env, progress, signal, ...from });
      io.notify({ level: "note", text: `the native engine works, and is in ${directory}` });
      break;
    }
    default:
      throw args.action satisfies never;
  }
  await io.writeTable(statusTable(await describeEngines({ dataDirectory })), args, "table");
}

function statusTable(engines: readonly EngineStatus[]): Table {
  const { kernels, reasons } = loadKernels();
  const others = listKernels().filter(({ name }) => name !== kernels.name);
  const detail = [
    `trains and forecasts every network unless an engine is named, by its ${kernels.name} build`,
    ...(others.length > 0 ? [`also here: ${others.map(({ name }) => name).join(", ")}`] : []),
    ...reasons,
  ];
  return {
    type: "engine",
    columns: ["engine", "available", "auto", "version", "detail"],
    rows: [
      ["kernels", true, true, hindcastVersion, detail.join("; ")],
      // Of TensorFlow.js's own engines, `auto` says which is the best one here; a network trains on it when it is named.
      ...engines.map(({ name, available, chosen, version, detail }) => [name, available, chosen, version, detail]),
    ],
  };
}

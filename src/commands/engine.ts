// `hindcast engine`: which engines compute here and why, the native one installed, or a step of each build of the kernels timed.
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Table } from "../base/table.js";
import { describeEngines, type EngineStatus } from "../engine/engine.js";
import { installNative } from "../engine/install.js";
import type { FusedKernels } from "../engine/kernels/fused/kernels.js";
import { listKernels, loadKernels } from "../engine/kernels/fused/load.js";
import { timedSizes, timeSteps } from "../engine/kernels/step-times.js";
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
    case "bench":
      return io.writeTable(await timingTable(io), args, "table");
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
      ...engines.map(({ name, available, chosen, version, detail }) => {
        const said = name === "native" && available ? `${detail}; recurrent kernels: ${sayChoice(kernels)}` : detail;
        return [name, available, chosen, version, said];
      }),
    ],
  };
}

/** src/engine/kernels/register.ts has the measurement. */
function sayChoice({ kind, name }: FusedKernels): string {
  return kind === "native"
    ? `add-on ${name} (faster than TensorFlow's block operations up to 128 units, about as fast at 256)`
    : `${name}, for want of the add-on`;
}

async function timingTable({ progress, signal }: Pick<Io, "progress" | "signal">): Promise<Table> {
  progress.stage("timing training steps");
  const times = await timeSteps(listKernels(), availableParallelism(), timedSizes, {
    clock: () => performance.now(),
    signal,
    onCase: (done, total) => progress.update({ done, total }),
  });
  return {
    type: "timing",
    columns: ["impl", "cell", "size", "threads", "median_ms"],
    rows: times.map(({ implementation, cell, size, threads, medianMs }) => [
      implementation,
      cell,
      size.join(),
      threads,
      Number(medianMs.toPrecision(4)),
    ]),
  };
}

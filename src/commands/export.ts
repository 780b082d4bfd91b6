// `hindcast export`: the network of a model directory as a file that other runtimes run.
import type { Manifest } from "../artifact/manifest.js";
import { openModel } from "../artifact/open-model.js";
import { HindcastError } from "../base/errors.js";
import { quoteWord } from "../base/wording.js";
import { encodeOnnx } from "../export/onnx-model.js";
import { formatFrequency } from "../series/frequency.js";
import type { ExportArgs } from "./args.js";
import type { Io } from "./io.js";
import { readSaved } from "./saved-model.js";

export async function run({ from, withScaling, output }: ExportArgs, io: Io): Promise<void> {
  if (io.formatOf({ output }, "table") === "table")
    throw new HindcastError(
      "usage",
      "an ONNX file is bytes, and stdout is a terminal",
      `hindcast export --from ${quoteWord(from)} --to onnx model.onnx`,
    );
  const stored = await readSaved(from);
  const { fitted } = await openModel(stored);
  if (fitted.kind !== "network") {
    const name = fitted.kind === "baseline" ? fitted.name : fitted.kind;
    throw new HindcastError(
      "usage",
      `${from} holds the model ${name}, which is no single network`,
      "export a model trained with --model rnn, lstm or gru",
    );
  }
  const metadata = metadataOf(stored.manifest);
  const bytes = encodeOnnx(fitted.network, { withScaling, version: io.version, metadata });
  await io.writePieces([bytes], { output });
}

function metadataOf({ hindcast, columns, grid, seasons }: Manifest): Record<string, string> {
  return {
    hindcast,
    columns: JSON.stringify(columns),
    frequency: formatFrequency(grid.frequency),
    seasons: JSON.stringify(seasons),
  };
}

import { describe, expect, test } from "vitest";
import { modelNames } from "../../src/choose/model-names.js";
import { commandNames } from "../../src/commands/commands.js";
import { groupTitles } from "../../src/commands/flags.js";
import { commandHelp, rootHelp } from "../../src/commands/help.js";
import { flagsOf } from "../../src/commands/options.js";
import { cells } from "../../src/engine/kernels/cells.js";
import { baselines } from "../../src/forecast/baselines.js";
import { chartNames } from "../../src/report/chart-names.js";
import { formatNames } from "../../src/report/format-names.js";
import { formats } from "../../src/report/formats/index.js";
import { chartsByName } from "../../src/report/html/chart-file.js";

const helpOf = (name: (typeof commandNames)[number], width = 80) =>
  commandHelp(name, flagsOf(name), groupTitles, width);

describe("the help", () => {
  test.each(commandNames)("of %s shows each of its flags once, with its short name and choices", (name) => {
    const help = helpOf(name);
    for (const flag of flagsOf(name)) {
      const long = flag.default === true ? `--no-${flag.name}` : `--${flag.name}`;
      const short = flag.alias === undefined ? "    " : `-${flag.alias}, `;
      const rows = help.split("\n").filter((line) => `${line} `.startsWith(`  ${short}${long} `));
      expect(rows, long).toHaveLength(1);
      for (const choice of flag.value.choices ?? []) expect(help, `${long} ${choice}`).toContain(choice);
    }
  });

  test("of hindcast shows each command", () => {
    for (const name of commandNames) expect(rootHelp(80)).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test("keeps to the width it is given", () => {
    for (const width of [60, 80, 120])
      for (const name of commandNames)
        for (const line of helpOf(name, width).split("\n"))
          if (!line.startsWith("  hindcast") && !line.startsWith("  cat"))
            expect(line.length, line).toBeLessThanOrEqual(width);
  });
});

describe("lists kept apart from what they name", () => {
  test("--model offers auto, every network and every baseline", () => {
    expect([...modelNames].sort()).toEqual(["auto", "pretrained", "linear", ...cells, ...baselines.names].sort());
  });

  test("--format offers every format", () => {
    expect([...formatNames]).toEqual([...formats.names]);
  });

  test("--svg offers every chart", () => {
    expect([...chartNames]).toEqual([...chartsByName.names]);
  });
});

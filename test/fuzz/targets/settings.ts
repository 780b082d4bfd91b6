// What a user types, and what stands in settings files and the environment. Each input becomes the arguments of a command, and nothing
// is run.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as args from "../../../src/commands/args.js";
import { parseArgv } from "../../../src/commands/argv.js";
import { type CommandName, commandNames, commands } from "../../../src/commands/commands.js";
import { readInvocation } from "../../../src/commands/dispatch.js";
import { flagsOf } from "../../../src/commands/options.js";
import { resolveSettings, settingsTable } from "../../../src/commands/settings.js";
import { findConfigFiles } from "../../../src/commands/settings-file.js";
import { headPattern, parseHead } from "../../../src/model/heads/names.js";
import { parseDuration, parseFrequency } from "../../../src/series/frequency.js";
import { numberReader } from "../../../src/series/numbers.js";
import { zoneClock } from "../../../src/series/zone.js";
import { workDirectory } from "../places.js";
import { splitChoice, type Target, utf8, utf8Text, withChoices } from "../target.js";

/** What becomes of the words of each command. */
const argsOf: Record<CommandName, (invocation: args.Invocation) => object> = {
  train: args.trainArgs,
  forecast: args.forecastArgs,
  backtest: args.backtestArgs,
  compare: args.compareArgs,
  tune: args.tuneArgs,
  score: args.scoreArgs,
  retrain: args.retrainArgs,
  models: args.modelsArgs,
  inspect: args.inspectArgs,
  explain: args.explainArgs,
  report: args.reportArgs,
  pipe: args.pipeArgs,
  merge: args.mergeArgs,
  export: args.exportArgs,
  engine: args.engineArgs,
  completion: (invocation) => args.completionArgs(invocation, {}),
};

/** What is split takes longer with each of them. */
const flagsAtOnce = 8;

function withFlags(command: CommandName, flags: ReturnType<typeof flagsOf>): string {
  return [command, ...flags.flatMap(({ name, value }) => [`--${name}`, value.choices?.[0] ?? value.placeholder])].join(
    "\n",
  );
}

/** A word a line, those of the environment with NAME=value in front of the command. */
export const flags: Target = {
  name: "flags",
  form: "text",
  share: 2,
  seeds: () => [
    ...commandNames.map((name) => utf8(`${name}\n${commands[name].operands.split(" ").join("\n")}`)),
    ...commandNames.flatMap((name) =>
      flagsOf(name).flatMap((_, from, all) =>
        from % flagsAtOnce === 0 ? [utf8(withFlags(name, all.slice(from, from + flagsAtOnce)))] : [],
      ),
    ),
    ...[
      "forecast\ndata.csv\n-H\n2 weeks\n--level\n80,95\n--quantiles\n0.1,0.9\n--freq\n15min",
      "HINDCAST_MODEL=gru\nHINDCAST_HORIZON=5\nbacktest\n-\n--models\na,b\n--fail-if\nmase>1\n--refit\n2",
      "train\n-H1\n--head=bins:10\n--conv\n32x5\n--max-time\n1h30m\n--season\n24,168\n--out\nm\n--seed\n-1",
      "pipe\n--from\nmodel\n--shard\n0/3\n--log-json\n--color\nnever",
    ].map(utf8),
  ],
  async run(input) {
    const lines = utf8Text(input).split("\n");
    const count = lines.findIndex((line) => !/^HINDCAST_\w+=/.test(line));
    const env = Object.fromEntries(lines.slice(0, Math.max(0, count)).map((line) => line.split(/=(.*)/s)));
    const cwd = workDirectory("settings-none", () => {});
    const world = { cwd, env: { ...env, HOME: cwd }, stdinIsTerminal: lines.length % 2 === 0 };
    const invocation = await readInvocation(lines.slice(Math.max(0, count)), world);
    const read = argsOf[invocation.argv.command](invocation) as Partial<args.ForecastArgs>;
    const frequency = parseFrequency(read.reading?.freq ?? "d");
    if (typeof read.horizon === "string") parseDuration(read.horizon, frequency);
    if (read.reading !== undefined) {
      numberReader(read.reading);
      zoneClock(read.reading.tz);
    }
    if (typeof read.head === "string" && headPattern.test(read.head)) parseHead(read.head);
    [...settingsTable(invocation.settings).rows];
  },
};

const extensions = ["json", "yaml", "toml"] as const;
const texts = {
  json: ['{"model": "gru", "horizon": 12, "train": {"epochs": 5, "layers": [64, 32]}, "level": "none"}', "{}"],
  yaml: [
    "model: gru\nhorizon: 12\ntrain:\n  epochs: 5\n  layers: [64, 32]\nlevel: &a 80\nquiet: *a\n",
    "a: [b, {c: d}]\n",
  ],
  toml: [
    'model = "gru"\nhorizon = 12\n[train]\nepochs = 5\nlayers = [64, 32]\n[backtest]\nfolds = 0x10\n',
    "a = 1979-05-27\n",
  ],
};

const withoutFlags = (["train", "backtest"] as const).map((command) => parseArgv([command]));

export const settings: Target = {
  name: "settings",
  form: "text",
  share: 2,
  seeds: () =>
    extensions.flatMap((extension, i) =>
      texts[extension].map((text) => withChoices(extensions.length, [utf8(text)])[i]!),
    ),
  async run(input) {
    const { choice: extension, rest } = splitChoice(input, extensions);
    const cwd = workDirectory(`settings-${extension}`, () => {});
    writeFileSync(join(cwd, `hindcast.config.${extension}`), rest);
    const files = await findConfigFiles(cwd, { HOME: cwd }, undefined);
    for (const argv of withoutFlags) [...settingsTable(resolveSettings(argv, {}, files)).rows];
  },
};

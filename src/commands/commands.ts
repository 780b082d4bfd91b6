// The commands, as data: what the help, the completion and the parser know of them. In: nothing, and it imports nothing, so that
// `hindcast --help` starts like bare node.

export interface Command {
  /** Operands as the usage line shows them. */
  readonly operands: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What it writes to stdout. */
  readonly writes: string;
  /** Words an operand may be; operands are files when there are none. */
  readonly words?: readonly string[];
  readonly examples: readonly string[];
}

export const commandNames = [
  "train",
  "forecast",
  "backtest",
  "score",
  "retrain",
  "models",
  "inspect",
  "engine",
  "completion",
] as const;
export type CommandName = (typeof commandNames)[number];

export const engineActions = ["status", "install", "bench"] as const;
export const modelsActions = ["list", "promote", "rollback", "prune", "score", "check"] as const;
export const shells = ["bash", "zsh", "fish"] as const;

export const commands: Readonly<Record<CommandName, Command>> = {
  train: {
    operands: "[data...] --out DIR",
    summary: "train a model on the data and keep it in a directory",
    writes: "a one-line summary with the held-out score",
    examples: ["hindcast train sales.csv -H 12 --model gru --out model/"],
  },
  forecast: {
    operands: "[data...]",
    summary: "forecast, from a model directory or by training in memory first",
    writes: "a row a series and a step",
    examples: [
      "hindcast forecast sales.csv -H 12 > next.csv",
      "cat sales.csv | hindcast forecast -H '2 weeks'",
      "hindcast forecast sales.csv --from model/",
    ],
  },
  backtest: {
    operands: "[data...]",
    summary: "score models on rolling origins, the baselines beside them",
    writes: "a row of scores a model",
    examples: [
      "hindcast backtest sales.csv -H 12 --folds 5",
      "hindcast backtest sales.csv -H 12 --model lstm,gru --fail-if 'mase>1'",
    ],
  },
  score: {
    operands: "FORECAST ACTUALS",
    summary: "score any tool's forecast file against what came",
    writes: "rows of scores",
    examples: ["hindcast score next.csv sales.csv"],
  },
  retrain: {
    operands: "REGISTRY data...",
    summary: "train a challenger when there is something new, and promote the better of it and the champion",
    writes: "with --format one record of what it did and why, else nothing",
    examples: [
      "hindcast retrain registry/ sales.csv -H 12",
      "hindcast retrain registry/ sales.csv -H 12 --max-age 2d --format json",
    ],
  },
  models: {
    operands: "REGISTRY [ACTION [ARG...]]",
    summary:
      "list a registry's versions and runs, or: promote, rollback, prune, score (past forecasts), check (for monitoring)",
    writes: "a row a run, or rows of scores",
    examples: [
      "hindcast models registry/",
      "hindcast models registry/ promote 3",
      "hindcast models registry/ score sales.csv --by fold",
      "hindcast models registry/ check --max-age 2d",
    ],
  },
  inspect: {
    operands: "[path...]",
    summary: "describe data (frequency, gaps, seasons), a model directory or a registry",
    writes: "a description",
    examples: ["hindcast inspect sales.csv", "hindcast inspect model/"],
  },
  engine: {
    operands: "[status|install|bench]",
    summary: "say which engines compute here and why, install the native one, or time the kernels",
    writes: "a row an engine, or a timing",
    words: engineActions,
    examples: ["hindcast engine", "hindcast engine install", "hindcast engine bench"],
  },
  completion: {
    operands: "[bash|zsh|fish]",
    summary: "print a completion script for the shell",
    writes: "the script",
    words: shells,
    examples: ["source <(hindcast completion bash)   # e.g. in ~/.bashrc", "hindcast completion fish | source"],
  },
};

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

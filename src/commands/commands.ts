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
  /** Words that the operand after a path may be. */
  readonly wordsAfterPath?: readonly string[];
  readonly examples: readonly string[];
}

export const commandNames = [
  "train",
  "forecast",
  "backtest",
  "report",
  "compare",
  "tune",
  "explain",
  "score",
  "retrain",
  "models",
  "inspect",
  "pipe",
  "merge",
  "export",
  "engine",
  "completion",
] as const;
export type CommandName = (typeof commandNames)[number];

export const engineActions = ["status", "install", "bench"] as const;
export const modelsActions = ["list", "promote", "rollback", "prune", "score", "check"] as const;
export const shells = ["bash", "zsh", "fish"] as const;
/** What `completion` prints: a script for a shell, or the manual page. */
export const completionForms = [...shells, "man"] as const;

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
  report: {
    operands: "[data...]",
    summary: "one page for a browser: data, forecast, backtest, scores, errors, training",
    writes: "the page, where there is no -o FILE and stdout is no terminal",
    examples: [
      "hindcast report sales.csv -H 12 -o report.html",
      "hindcast report sales.csv -H 12 --model gru --folds 8 > report.html",
    ],
  },
  compare: {
    operands: "[data...]",
    summary: "rank models and the plain baselines on identical folds, with significance, time and memory",
    writes: "a row a model, the best first",
    examples: [
      "hindcast compare sales.csv -H 12 --models gru,ets,theta --folds 8",
      "hindcast compare sales.csv -H 12 --jobs 4 --fail-if 'auto.mase>1' -o leaderboard.csv",
    ],
  },
  tune: {
    operands: "[data...]",
    summary: "search a network's settings on backtest folds: window, cell, sizes, forms, scaling, learning rate",
    writes: "a row a setting: the best trial's, the default's, and how much it matters",
    examples: [
      "hindcast tune sales.csv -H 12 --out best.json",
      "hindcast tune sales.csv -H 12 --max-trials 100 --max-time 1h --jobs 4 --trials-file trials.ndjson",
    ],
  },
  explain: {
    operands: "[data...] --from DIR",
    summary: "say which inputs and which lags the forecasts of a saved model rest on",
    writes: "a row an input, a lag, or a candidate",
    examples: ["hindcast explain sales.csv --from model/", "hindcast explain --from model/ --series north"],
  },
  score: {
    operands: "FORECAST ACTUALS",
    summary: "score any tool's forecast file against what came",
    writes: "rows of scores",
    examples: ["hindcast score next.csv actuals.csv"],
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
    wordsAfterPath: modelsActions,
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
  pipe: {
    operands: "[-]",
    summary: "lines of JSON in, a series each; lines of JSON out, a forecast each, for as long as lines come",
    writes: "a line of JSON for each line of stdin, in their order",
    examples: [
      "hindcast pipe --from model/ < series.ndjson > forecasts.ndjson",
      "hindcast pipe --model pretrained -H 12 < series.ndjson",
    ],
  },
  merge: {
    operands: "FILE...",
    summary: "join the outputs of all shards of a forecast, each with its manifest beside it",
    writes: "the rows that a run without --shard writes, in the same bytes",
    examples: ["hindcast merge part-*.csv -o next.csv"],
  },
  export: {
    operands: "--from DIR --to onnx FILE",
    summary: "write the network of a model directory in a form that other runtimes run",
    writes: "the file, where there is no FILE and stdout is no terminal",
    examples: ["hindcast export --from model/ --to onnx model.onnx --with-scaling"],
  },
  engine: {
    operands: "[status|install|bench]",
    summary: "say which engines compute here and why, install the native one, or time the kernels",
    writes: "a row an engine, or a timing",
    words: engineActions,
    examples: ["hindcast engine", "hindcast engine install", "hindcast engine bench"],
  },
  completion: {
    operands: "[bash|zsh|fish|man]",
    summary: "print a completion script for the shell, or the manual page",
    writes: "the script, or the page",
    words: completionForms,
    examples: [
      "source <(hindcast completion bash)   # e.g. in ~/.bashrc",
      "hindcast completion fish | source",
      "hindcast completion man > ~/.local/share/man/man1/hindcast.1",
    ],
  },
};

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(commands, word);
}

// Completion scripts, made from the commands' and the flags' data. In: nothing. Out: a script for each shell, which needs nothing
// but the shell itself.
import { commandNames, commands, type shells } from "./commands.js";
import type { Flag } from "./flags.js";
import { nameOfFlag } from "./help.js";
import { flagsOf } from "./options.js";

export const completionScripts: Readonly<Record<(typeof shells)[number], () => string>> = { bash, zsh, fish };

function bash(): string {
  const valueCases = commandNames.flatMap((command) =>
    flagsOf(command).flatMap((flag) => {
      if (flag.value.placeholder === "") return [];
      const names = [`--${flag.name}`, ...(flag.alias === undefined ? [] : [`-${flag.alias}`])];
      const pattern = names.map((name) => `"${command} ${name}"`).join(" | ");
      return [`    ${pattern}) ${bashValues(flag)} ;;`];
    }),
  );
  const commandCases = commandNames.map((command) => {
    const names = flagsOf(command).map(nameOfFlag);
    const { words = [], wordsAfterPath = [] } = commands[command];
    const after = wordsAfterPath.length === 0 ? "" : ` after="${wordsAfterPath.join(" ")}"`;
    return `    ${command}) flags="${names.join(" ")}" words="${words.join(" ")}"${after} ;;`;
  });
  return `# hindcast completion for bash: source <(hindcast completion bash)
_hindcast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}"
  local command="" words="" flags="" after="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
    ${commandNames.join(" | ")})
      command="\${COMP_WORDS[i]}"
      break
      ;;
    esac
  done
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $before == "=" ]]; then
    before="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  case "$command $before" in
${valueCases.join("\n")}
  esac
  case "$command" in
    "") words="${commandNames.join(" ")}" flags="--help --version" ;;
${commandCases.join("\n")}
  esac
  if [[ $current == -* ]]; then
    words="$flags"
  elif ((COMP_CWORD > i + 1)) && [[ $before != -* ]]; then
    words="\${after:-$words}"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

_hindcast_choices() {
  COMPREPLY=($(compgen -W "$1" -- "$2"))
}

# Of a list, what stands after the last comma is completed.
_hindcast_list() {
  local last="\${2##*,}"
  COMPREPLY=($(compgen -W "$1" -P "\${2%"$last"}" -- "$last"))
}

complete -o default -F _hindcast hindcast
`;
}

/** What completes a flag's value. Nothing in COMPREPLY leaves it to the shell, which completes files. */
function bashValues({ value }: Flag<unknown>): string {
  if (value.choices !== undefined)
    return `${value.list ? "_hindcast_list" : "_hindcast_choices"} "${value.choices.join(" ")}" "$current"; return`;
  return value.path ? "return" : "compopt +o default 2>/dev/null; return";
}

function zsh(): string {
  const described = commandNames.map((name) => `    ${singleQuoted(`${name}:${commands[name].summary}`)}`);
  const cases = commandNames.map((name) => {
    const { words, wordsAfterPath } = commands[name];
    const operands =
      words !== undefined
        ? [`1:word:(${words.join(" ")})`]
        : [
            ...(wordsAfterPath === undefined ? [] : ["1:path:_files", `2:word:(${wordsAfterPath.join(" ")})`]),
            "*:file:_files",
          ];
    const specs = [...flagsOf(name).map(zshSpec), ...operands.map((operand) => singleQuoted(operand))];
    return `        ${name})\n          _arguments -s \\\n            ${specs.join(" \\\n            ")}\n          ;;`;
  });
  return `#compdef hindcast
# hindcast completion for zsh: source <(hindcast completion zsh), or put it in a directory of $fpath as _hindcast
_hindcast() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${described.join("\n")}
  )
  _arguments -C '--help[this text]' '--version[the version]' '1: :->command' '*:: :->operands'
  case $state in
    command)
      _describe command commands
      ;;
    operands)
      case $line[1] in
${cases.join("\n")}
      esac
      ;;
  esac
}

if [[ $funcstack[1] == _hindcast ]]; then
  _hindcast "$@"
else
  compdef _hindcast hindcast
fi
`;
}

function zshSpec(flag: Flag<unknown>): string {
  const { alias, value } = flag;
  const long = nameOfFlag(flag);
  const text = `[${flag.description.replaceAll(/[[\]]/g, "\\$&")}]${zshValue(flag)}`;
  const repeated = value.list ? "*" : "";
  if (alias === undefined) return singleQuoted(repeated + long + text);
  return `${singleQuoted(`(-${alias} ${long})`)}{-${alias},${long}}${singleQuoted(text)}`;
}

function zshValue({ name, value }: Flag<unknown>): string {
  if (value.placeholder === "") return "";
  if (value.choices === undefined) return `:${name}:${value.path ? "_files" : ""}`;
  return value.list
    ? `:${name}:_values -s , ${name} ${value.choices.join(" ")}`
    : `:${name}:(${value.choices.join(" ")})`;
}

function fish(): string {
  const lines = commandNames.flatMap((name) => {
    const seen = `complete -c hindcast -n '__fish_seen_subcommand_from ${name}'`;
    const { summary, words, wordsAfterPath } = commands[name];
    return [
      `complete -c hindcast -n __fish_use_subcommand -f -a ${name} -d ${singleQuoted(summary, "fish")}`,
      ...(words === undefined ? [] : [`${seen} -f -a '${words.join(" ")}'`]),
      ...(wordsAfterPath === undefined ? [] : [`${seen} -a '${wordsAfterPath.join(" ")}'`]),
      ...flagsOf(name).map((flag) => `${seen} ${fishFlag(flag)}`),
    ];
  });
  return [
    "# hindcast completion for fish: hindcast completion fish | source",
    "complete -c hindcast -n __fish_use_subcommand -l help -d 'this text'",
    "complete -c hindcast -n __fish_use_subcommand -l version -d 'the version'",
    ...lines,
    "",
  ].join("\n");
}

function fishFlag(flag: Flag<unknown>): string {
  const { alias, value, description } = flag;
  const names = `${alias === undefined ? "" : `-s ${alias} `}-l ${nameOfFlag(flag).slice("--".length)}`;
  const takes =
    value.placeholder === ""
      ? ""
      : value.path
        ? " -r -F"
        : ` -x${value.choices ? ` -a '${value.choices.join(" ")}'` : ""}`;
  return `${names}${takes} -d ${singleQuoted(description, "fish")}`;
}

function singleQuoted(text: string, shell: "posix" | "fish" = "posix"): string {
  return shell === "fish" ? `'${text.replaceAll(/['\\]/g, "\\$&")}'` : `'${text.replaceAll("'", "'\\''")}'`;
}

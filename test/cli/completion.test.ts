// The scripts are sourced by the real shells, as far as they are installed, and asked for completions.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../../src/base/errors.js";
import { commandNames, commands } from "../../src/commands/commands.js";
import { completionScripts } from "../../src/commands/completion-scripts.js";
import { describeFlag, nameOfFlag } from "../../src/commands/help.js";
import { exitStatus } from "../../src/commands/manual.js";
import { manualPage } from "../../src/commands/manual-page.js";
import { flagsOf } from "../../src/commands/options.js";
import { temporaryDirectory } from "../support/directory.js";

const isInstalled = (shell: string) => spawnSync(shell, ["-c", ":"]).status === 0;

describe("completion in bash", () => {
  /** COMPREPLY for a line whose last word is being written, split as readline splits it. */
  const complete = (...words: string[]): string[] => {
    const script = `${completionScripts.bash()}
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_hindcast hindcast
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", script, "bash", "hindcast", ...words], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout.split("\n").filter((line) => line !== "");
  };

  test("offers the commands first", () => {
    expect(complete("")).toEqual([...commandNames]);
    expect(complete("fo")).toEqual(["forecast"]);
  });

  test.each(commandNames)("offers every flag of %s", (name) => {
    const names = flagsOf(name).map((flag) => (flag.default === true ? `--no-${flag.name}` : `--${flag.name}`));
    expect(complete(name, "--")).toEqual(names);
  });

  test("offers the choices of a flag, also by its short form and after an equals sign", () => {
    expect(complete("forecast", "--format", "n")).toEqual(["ndjson"]);
    expect(complete("forecast", "a.csv", "--engine", "")).toEqual(["auto", "native", "wasm", "cpu"]);
    expect(complete("forecast", "--format", "=", "j")).toEqual(["json"]);
    expect(complete("forecast", "--format", "=")).toContain("csv");
  });

  test("goes on in a list after its last comma", () => {
    expect(complete("backtest", "--model", "lstm,n")).toEqual(["lstm,naive"]);
    expect(complete("backtest", "--model", "lstm,g")).toEqual(["lstm,gru"]);
  });

  test("offers the words that an operand may be", () => {
    expect(complete("engine", "")).toEqual(["status", "install", "bench"]);
    expect(complete("completion", "z")).toEqual(["zsh"]);
  });

  test("offers the words that may come after a path", () => {
    expect(complete("models", "")).toEqual([]);
    expect(complete("models", "registry/", "pro")).toEqual(["promote"]);
    expect(complete("models", "registry/", "")).toHaveLength(6);
  });

  test("leaves files to the shell", () => {
    expect(complete("forecast", "")).toEqual([]);
    expect(complete("forecast", "-o", "")).toEqual([]);
    const { stdout } = spawnSync("bash", ["--norc", "-c", `${completionScripts.bash()}\ncomplete -p hindcast`], {
      encoding: "utf8",
    });
    expect(stdout).toBe("complete -o default -F _hindcast hindcast\n");
  });
});

describe.skipIf(!isInstalled("zsh"))("completion in zsh", () => {
  test("the script is sourced and defines a completion for hindcast", () => {
    const script = `autoload -Uz compinit && compinit -D -u\n${completionScripts.zsh()}\nprint -r -- $_comps[hindcast]`;
    const { stdout, stderr } = spawnSync("zsh", ["-f", "-c", script], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout.trim()).toBe("_hindcast");
  });
});

describe.skipIf(!isInstalled("fish"))("completion in fish", () => {
  test("commands, flags, choices and files are offered", async () => {
    const directory = await temporaryDirectory();
    mkdirSync(join(directory, "bin"));
    writeFileSync(join(directory, "sales.csv"), "");
    writeFileSync(join(directory, "hindcast.fish"), completionScripts.fish());
    const complete = (line: string) => {
      const { stdout } = spawnSync("fish", ["-N", "-c", `source hindcast.fish; complete -C '${line}'`], {
        cwd: directory,
        env: { ...process.env, HOME: directory },
        encoding: "utf8",
      });
      return stdout.split("\n").map((entry) => entry.split("\t")[0]);
    };
    expect(complete("hindcast fore")).toContain("forecast");
    expect(complete("hindcast forecast --form")).toContain("--format");
    expect(complete("hindcast forecast --format n")).toContain("ndjson");
    expect(complete("hindcast forecast sal")).toContain("sales.csv");
    expect(complete("hindcast engine in")).toContain("install");
  });
});

describe("the manual page", () => {
  const page = manualPage("1.2.3");

  test("is one page, dated, whose lines fit and hold ASCII alone", () => {
    expect(page).toMatch(/^\.\\" .*\n\.Dd \w+ \d+, 20\d\d\n\.Dt HINDCAST 1\n\.Os\n\.Sh NAME\n/);
    for (const line of page.split("\n")) expect(line).toMatch(/^[ -~]{0,200}$/);
  });

  test.skipIf(spawnSync("mandoc", ["-V"]).error !== undefined)("is no cause for mandoc to complain", () => {
    expect(spawnSync("mandoc", ["-Tlint"], { input: page, encoding: "utf8" })).toMatchObject({ stdout: "", status: 0 });
  });

  // groff tells what a macro or a letter is not known to it.
  test.skipIf(spawnSync("groff", ["-v"]).error !== undefined)(
    "is set by groff without a warning, with every command, flag and description",
    () => {
      for (const device of ["ascii", "utf8"]) {
        // Lines so long that no word is broken.
        const args = ["-mdoc", `-T${device}`, "-ww", "-rHY=0", "-rLL=2000n", "-P-cbou"];
        const { stdout, stderr } = spawnSync("groff", args, { input: page, encoding: "utf8" });
        expect(stderr).toBe("");
        const text = stdout.replaceAll(/\s+/g, " ");
        const plain = (words: string) => words.replaceAll("…", "...");
        for (const name of commandNames) {
          expect(text).toContain(`hindcast ${name} ${commands[name].operands} [flags]`);
          for (const flag of flagsOf(name)) {
            expect(text).toContain(`${nameOfFlag(flag)} ${flag.value.placeholder}`.trimEnd());
            expect(text.toLowerCase(), nameOfFlag(flag)).toContain(plain(describeFlag(flag)).toLowerCase());
          }
        }
      }
    },
  );

  test("tells every exit code", () => {
    const told = exitStatus.flatMap(([codes]) => codes.split(", ").map(Number));
    for (const code of Object.values(exitCodes)) expect(told).toContain(code);
  });
});

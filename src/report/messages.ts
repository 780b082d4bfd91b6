// All that goes to stderr: notes, progress, errors. In: how the user wants to be told. Out: lines of text, lines of JSON, or a bar.
import { Chalk } from "chalk";
import { exitCodes, HindcastError, messageOf } from "../base/errors.js";
import type { Notify } from "../base/notes.js";
import type { Progress, ProgressState } from "../base/progress.js";
import { schemaVersion } from "./schema-version.js";
import { harmless } from "./width.js";

export interface MessageStyle {
  readonly quiet: boolean;
  /** Notes, progress and errors as lines of JSON. */
  readonly json: boolean;
  /** Errors alone as JSON, because results are. */
  readonly jsonErrors: boolean;
  readonly colour: boolean;
}

export interface Messages {
  readonly notify: Notify;
  readonly progress: Progress;
  /** Puts a drawing among the messages; asked for by name, so `quiet` does not silence it. */
  draw(lines: readonly string[]): void;
  /** Says what runs now; asked for by a signal, so `quiet` does not silence it. */
  sayStatus(): void;
}

/** Between two lines of JSON about progress. */
const progressIntervalMs = 1000;

/**
 * @param write puts text on stderr
 * @param bar where stderr is a terminal that can draw one
 * @param now milliseconds
 */
export function createMessages(
  style: MessageStyle,
  write: (text: string) => void,
  now: () => number,
  bar?: Progress,
): Messages {
  let stage = "starting";
  let state: ProgressState | undefined;
  let saidAt = Number.NEGATIVE_INFINITY;
  const record = (fields: object) => write(`${JSON.stringify({ schema_version: schemaVersion, ...fields })}\n`);
  /** A bar is taken away first, and drawn anew below the text when there is more to tell of. */
  const beside = (text: string) => {
    bar?.stop();
    write(text);
  };
  const status = () => ({ type: "progress", stage, ...state });
  return {
    notify({ level, text }) {
      if (style.quiet) return;
      if (style.json) record({ type: "note", level, text });
      else beside(`hindcast: ${paint(level, style)}: ${oneLine(text)}\n`);
    },
    progress: {
      stage(name) {
        stage = name;
        state = undefined;
        if (style.quiet) return;
        bar?.stage(name);
        if (style.json) record(status());
      },
      update(given) {
        state = given;
        if (style.quiet) return;
        bar?.update(given);
        if (style.json && now() - saidAt >= progressIntervalMs) {
          saidAt = now();
          record(status());
        }
      },
      stop: () => bar?.stop(),
    },
    draw(lines) {
      if (lines.length === 0) return;
      if (style.json) record({ type: "plot", lines });
      else beside(`${lines.join("\n")}\n`);
    },
    sayStatus() {
      if (style.json) record(status());
      else {
        const facts = state === undefined ? [] : [`${state.done}/${state.total}`, state.detail ?? ""];
        beside(`hindcast: status: ${[stage, ...facts].filter((fact) => fact !== "").join(" · ")}\n`);
      }
    },
  };
}

/** What went wrong, on two lines (or as a record), and the exit code it means. Anything but a HindcastError is a bug. */
export function describeFailure(thrown: unknown, style: MessageStyle): { text: string; exitCode: number } {
  const expected = thrown instanceof HindcastError;
  const code = expected ? thrown.code : "bug";
  const exitCode = exitCodes[code];
  const message = oneLine(expected ? thrown.message : `this is a bug in hindcast: ${messageOf(thrown)}`);
  const hint = oneLine(expected ? thrown.hint : "report it with the command and, if you can, the data");
  const stack = !expected && thrown instanceof Error ? (thrown.stack ?? "") : "";
  if (style.json || style.jsonErrors) {
    const record = { schema_version: schemaVersion, type: "error", code, exit_code: exitCode, message, hint };
    return { text: `${JSON.stringify(stack === "" ? record : { ...record, stack })}\n`, exitCode };
  }
  const lines = [`hindcast: ${paint("error", style)}: ${message}`, stack, `try: ${hint}`];
  return { text: `${lines.filter((line) => line !== "").join("\n")}\n`, exitCode };
}

const colours = { error: "red", warning: "yellow", note: "cyan" } as const;

function paint(level: keyof typeof colours, { colour }: MessageStyle): string {
  return new Chalk({ level: colour ? 1 : 0 }).bold[colours[level]](level);
}

/** A line feed or an escape code out of the data must not look like our own. */
function oneLine(text: string): string {
  const escaped = (character: string) => {
    const quoted = JSON.stringify(character).slice(1, -1);
    // JSON has an escape of its own for the controls of ASCII alone.
    return quoted === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : quoted;
  };
  return harmless(text.replaceAll(/\s*[\r\n]+\s*/g, " "), escaped);
}

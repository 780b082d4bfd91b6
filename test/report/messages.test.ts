import { describe, expect, test } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import type { Progress } from "../../src/base/progress.js";
import { createMessages, describeFailure, type MessageStyle } from "../../src/report/messages.js";
import { canDraw, columnsOf, wantsColour } from "../../src/report/terminal.js";

const plain: MessageStyle = { quiet: false, json: false, jsonErrors: false, colour: false };

const say = (style: Partial<MessageStyle>, bar?: Progress) => {
  let text = "";
  let clockMs = 0;
  const messages = createMessages(
    { ...plain, ...style },
    (piece) => (text += piece),
    () => clockMs,
    bar,
  );
  messages.progress.stage("train gru");
  for (let epoch = 1; epoch <= 4; epoch++) {
    clockMs += 400;
    messages.progress.update({ done: epoch, total: 4, detail: `loss ${epoch}` });
  }
  messages.notify({ level: "warning", text: "two\nlines" });
  messages.sayStatus();
  return text;
};

describe("messages", () => {
  test("off a terminal are notes of one line, and no bar", () => {
    expect(say({})).toBe("hindcast: warning: two lines\nhindcast: status: train gru · 4/4 · loss 4\n");
  });

  test("when quiet are nothing but the status that was asked for", () => {
    expect(say({ quiet: true })).toBe("hindcast: status: train gru · 4/4 · loss 4\n");
  });

  test("as JSON are a record a line, progress not more often than once a second", () => {
    const records = say({ json: true })
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.every((record) => record.schema_version === 1)).toBe(true);
    expect(records.map(({ type, done }) => [type, done])).toEqual([
      ["progress", undefined],
      ["progress", 1],
      ["progress", 4],
      ["note", undefined],
      ["progress", 4],
    ]);
  });

  test("beside a bar drive it, and take it away before they write", () => {
    const calls: string[] = [];
    const bar: Progress = {
      stage: (name) => calls.push(name),
      update: ({ done }) => calls.push(String(done)),
      stop: () => calls.push("stop"),
    };
    expect(say({}, bar)).toBe(say({}));
    expect(calls).toEqual(["train gru", "1", "2", "3", "4", "stop", "stop"]);
  });

  test("cannot be forged by the data", () => {
    let text = "";
    const { notify } = createMessages(
      plain,
      (piece) => (text += piece),
      () => 0,
    );
    notify({ level: "note", text: 'series "a\u001b[2J\nhindcast: error: b"' });
    expect(text).toBe('hindcast: note: series "a\\u001b[2J hindcast: error: b"\n');
    text = "";
    notify({ level: "note", text: "a\u009b2J \u202Eb\tc" });
    expect(text).toBe("hindcast: note: a\\u009b2J \\u202eb\\tc\n");
  });
});

describe("a failure", () => {
  const error = new HindcastError("data", "sales.csv line 3: bad", "mend it");

  test("is two lines and its own exit code", () => {
    expect(describeFailure(error, plain)).toEqual({
      text: "hindcast: error: sales.csv line 3: bad\ntry: mend it\n",
      exitCode: 4,
    });
  });

  test("is a record where results or messages are JSON", () => {
    for (const style of [{ json: true }, { jsonErrors: true }])
      expect(JSON.parse(describeFailure(error, { ...plain, ...style }).text)).toEqual({
        schema_version: 1,
        type: "error",
        code: "data",
        exit_code: 4,
        message: "sales.csv line 3: bad",
        hint: "mend it",
      });
  });

  test("that nobody expected is a bug, with its stack", () => {
    const { text, exitCode } = describeFailure(new TypeError("x is not a function"), plain);
    expect(exitCode).toBe(1);
    expect(text).toContain("this is a bug in hindcast: x is not a function");
    expect(text).toContain("messages.test.ts");
  });
});

describe("a terminal", () => {
  test("has colour unless it, or NO_COLOR, or the user says no", () => {
    expect(wantsColour("auto", true, {})).toBe(true);
    expect(wantsColour("auto", true, { NO_COLOR: "" })).toBe(true);
    expect(wantsColour("auto", true, { NO_COLOR: "1" })).toBe(false);
    expect(wantsColour("auto", true, { TERM: "dumb" })).toBe(false);
    expect(wantsColour("auto", false, {})).toBe(false);
    expect(wantsColour("never", true, {})).toBe(false);
    expect(wantsColour("always", false, { NO_COLOR: "1" })).toBe(true);
  });

  test("that is dumb, or none, is not drawn on", () => {
    expect([canDraw(true, {}), canDraw(true, { TERM: "dumb" }), canDraw(false, {})]).toEqual([true, false, false]);
  });

  test("is as wide as it says, and a pipe is 80", () => {
    expect(columnsOf({ isTTY: true, columns: 132 })).toBe(132);
    expect(columnsOf({ isTTY: true, columns: 0 })).toBe(80);
    expect(columnsOf({ columns: 132 })).toBe(80);
  });
});

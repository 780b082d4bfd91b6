// The engine the tests compute on: HINDCAST_ENGINE, or wasm. In: nothing. Out: the same started engine for the whole process.
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Note } from "../../src/base/notes.js";
import { type Engine, type EngineName, engineNames, startEngine } from "../../src/engine/engine.js";
import { openTrainer } from "../../src/fit/open-trainer.js";
import type { OpenTrainer } from "../../src/fit/trainer.js";

let started: Promise<Engine> | undefined;

/** The native engine is looked for where `hindcast engine install` puts it. */
export function dataDirectory(): string {
  const { XDG_DATA_HOME, HOME } = process.env;
  return join(XDG_DATA_HOME || join(HOME || tmpdir(), ".local", "share"), "hindcast");
}

export function testEngineName(): EngineName {
  const asked = process.env.HINDCAST_ENGINE ?? "wasm";
  const name = engineNames.find((engine) => engine === asked);
  if (name === undefined) throw new Error(`HINDCAST_ENGINE is "${asked}"; one of: ${engineNames.join(", ")}`);
  return name;
}

/** Starts the engine on the first call. */
export function startTestEngine(): Promise<Engine> {
  started ??= startEngine(testEngineName(), {
    dataDirectory: dataDirectory(),
    notify: refuse,
  });
  return started;
}

/** Trains through TensorFlow.js where HINDCAST_ENGINE names an engine, and as by default where it does not. */
export async function openTestTrainer(): Promise<OpenTrainer> {
  const choice = process.env.HINDCAST_ENGINE === undefined ? "auto" : testEngineName();
  return (await openTrainer(choice, { dataDirectory: dataDirectory(), notify: refuse })).create;
}

function refuse(note: Note): void {
  throw new Error(`the engine has something to say: ${note.text}`);
}

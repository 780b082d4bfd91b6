// What a stage is called with in tests: notes are kept, progress is dropped, nothing interrupts.
import type { Note } from "../../src/base/notes.js";
import type { ModelOptions } from "../../src/choose/model.js";
import type { FitContext } from "../../src/forecast/predictor.js";
import { openTestTrainer } from "./engine.js";

export function quietContext(): FitContext & { readonly notes: Note[] } {
  const notes: Note[] = [];
  return {
    notes,
    notify: (note) => notes.push(note),
    signal: new AbortController().signal,
    progress: { stage() {}, update() {}, stop() {} },
  };
}

/** A network small enough to train within a test. */
export const smallModel: ModelOptions = {
  seasons: [4],
  plain: false,
  preset: "good",
  seed: 7,
  layers: [6],
  window: 8,
  epochs: 3,
  batch: 16,
  limits: { min: null, max: null, integer: false },
  openTrainer: openTestTrainer,
  clock: () => 0,
};

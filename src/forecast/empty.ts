// What is said of series that have nothing to go on from. In: a frame. Out: a warning, where there are any.
import type { Notify } from "../base/notes.js";
import { lastObservedIndex } from "../base/numeric.js";
import { type Frame, seriesName } from "../series/frame.js";

/** @param name of the model that says nothing of them */
export function sayEmpty(name: string, frame: Frame, notify: Notify): void {
  const empty = frame.series.filter(({ values }) => lastObservedIndex(values) < 0);
  const [first] = empty;
  if (first === undefined) return;
  const which =
    empty.length === 1
      ? `"${seriesName(frame, first)}" has`
      : `"${seriesName(frame, first)}" and ${empty.length - 1} more have`;
  notify({ level: "warning", text: `${name}: ${which} no observed value, so no forecast` });
}

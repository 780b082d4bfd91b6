// A progress bar on the terminal, by cli-progress. In: a stream that is a terminal. Out: something that draws the running stage.
import { SingleBar } from "cli-progress";
import type { Progress } from "../base/progress.js";

/** @param fps redraws a second at most @param unicode whether the terminal shows blocks */
export function createBar(stream: NodeJS.WritableStream, fps: number, unicode: boolean): Progress {
  const mark = unicode ? "·" : "-";
  let stage = "";
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stage(name) {
      stop();
      stage = name;
    },
    update({ done, total, detail }) {
      const facts = { stage, detail: detail === undefined ? "" : ` ${mark} ${detail}` };
      if (bar === undefined) {
        bar = new SingleBar({
          stream,
          fps,
          // What does not fit is cut off at the end.
          format: `{stage} {bar} {value}/{total} ${mark} {eta_formatted} left{detail}`,
          barsize: 14,
          barCompleteChar: unicode ? "█" : "#",
          barIncompleteChar: unicode ? "░" : ".",
          clearOnComplete: true,
          hideCursor: true,
          linewrap: false,
          formatTime,
          // Signals are the command line's to handle, which stops the bar.
          gracefulExit: false,
        });
        bar.start(total, done, facts);
      }
      bar.setTotal(total);
      bar.update(done, facts);
    },
    stop,
  };
}

/** @param seconds anything but a number while nothing is known yet */
function formatTime(seconds: unknown): string {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return "?";
  const [minutes, rest] = [Math.floor(seconds / 60), Math.round(seconds % 60)];
  return minutes === 0 ? `${rest}s` : `${minutes}m${String(rest).padStart(2, "0")}s`;
}

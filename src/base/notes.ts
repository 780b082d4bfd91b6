// What a stage has to say beside its result. Warnings are data: a stage hands them to `notify`, and only the command line
// decides whether and how they are printed (stderr, `--quiet`, `--log-json`).

export interface Note {
  /** "note": worth knowing. "warning": the result may not be what the user expects. */
  readonly level: "note" | "warning";
  readonly text: string;
}

export type Notify = (note: Note) => void;

/** What is said again in the same words, such as at every fold, is said once. */
export function sayingOnce(notify: Notify): Notify {
  const said = new Set<string>();
  return (note) => {
    if (said.has(note.text)) return;
    said.add(note.text);
    notify(note);
  };
}

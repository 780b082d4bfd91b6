// What a stage has to say beside its result. Warnings are data: a stage hands them to `notify`, and only the command line
// decides whether and how they are printed (stderr, `--quiet`, `--log-json`).

export interface Note {
  /** "note": worth knowing. "warning": the result may not be what the user expects. */
  readonly level: "note" | "warning";
  readonly text: string;
}

export type Notify = (note: Note) => void;

// What a long computation tells about itself while it runs. In: nothing (the interface). Out: what the stages call; the command
// line decides whether it becomes a bar, a line of JSON or nothing.

export interface ProgressState {
  /** Done so far and in all, in the stage's own unit (epochs, folds, bytes). */
  readonly done: number;
  readonly total: number;
  /** Short facts beside the bar, as `loss 0.0123`. */
  readonly detail?: string;
}

export interface Progress {
  /** Starts or renames the running stage: "fold 2/3 · gru". */
  stage(name: string): void;
  update(state: ProgressState): void;
  /** Clears the bar. */
  stop(): void;
}

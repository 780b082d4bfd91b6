// The recurrent cells there are, and how their gates are laid out. Dimensions, here and in every file that computes:
// B batch, T time (the window), I inputs (channels), H units, G gates, K horizon.

export const cells = ["rnn", "lstm", "gru"] as const;
export type CellKind = (typeof cells)[number];

/** G: gates of each cell, in the order in which stock layers store them: lstm i, f, c, o; gru z, r, h. */
export const gateCounts: Readonly<Record<CellKind, number>> = { rnn: 1, lstm: 4, gru: 3 };

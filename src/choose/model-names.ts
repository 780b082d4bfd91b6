// What `--model` takes, listed apart from the models themselves so that reading the command line loads none of them.

export const modelNames = ["auto", "rnn", "lstm", "gru", "naive", "seasonal-naive", "drift", "mean"] as const;
export type ModelName = (typeof modelNames)[number];

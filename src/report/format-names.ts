// What `--format` takes, listed apart from the formats themselves so that reading the command line loads none of them.

export const formatNames = ["csv", "tsv", "json", "ndjson", "md", "table"] as const;
export type FormatName = (typeof formatNames)[number];

// What `--format` takes, listed apart from the formats themselves so that reading the command line loads none of them.

export const formatNames = ["csv", "tsv", "json", "ndjson", "md", "table"] as const;
export type FormatName = (typeof formatNames)[number];

/** The format that the name of a file asks for; undefined where it says none that can be written. */
export function formatOfName(path: string | undefined): FormatName | undefined {
  const ending = path?.split(".").at(-1)?.toLowerCase();
  if (ending === "jsonl") return "ndjson";
  return (["csv", "tsv", "json", "ndjson", "md"] as const).find((name) => name === ending);
}

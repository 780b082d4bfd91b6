// Text and lists as messages show them. In: anything a user's file may hold, however long. Out: one short line.
const longest = 60;

/** The text in quotes, control characters escaped, cut when long. */
export function quoteText(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

/** The text as one word of a shell, in quotes only where it needs them. */
export function quoteWord(text: string): string {
  if (/^[\p{L}\p{M}\p{N}_@%+=:,./-]+$/u.test(text)) return text;
  // Text between single quotes stays as it is, and an exclamation mark does nowhere else.
  if (!text.includes("'") || text.includes("!")) return `'${text.replaceAll("'", "'\\''")}'`;
  return `"${text.replaceAll(/["$`\\]/g, "\\$&")}"`;
}

/** Names as the value of a flag that takes several, as one word of a shell. */
export function quoteNames(names: readonly string[]): string {
  const items = names.map((name) => (/^\s|[",]|\s$/.test(name) ? `"${name.replaceAll('"', '""')}"` : name));
  return quoteWord(items.join());
}

/** The text as a string of SQL, or with another mark as the name of a column. */
export function quoteSql(text: string, mark: "'" | '"' = "'"): string {
  return `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;
}

/** The name of a column as SQL has it, in quotes only where it needs them. */
export function quoteSqlName(name: string): string {
  return /^[a-z_]\w*$/i.test(name) ? name : quoteSql(name, '"');
}

/** The first names, joined by commas, and how many more there are. */
export function listNames(names: readonly string[], shown = 8): string {
  const cut = names.slice(0, shown).map((name) => (name.length > longest ? `${name.slice(0, longest)}…` : name));
  return names.length > shown ? `${cut.join(", ")} and ${names.length - shown} more` : cut.join(", ");
}

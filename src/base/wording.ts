// Text and lists as messages show them. In: anything a user's file may hold, however long. Out: one short line.

const longest = 60;

/** The text in quotes, control characters escaped, cut when long. */
export function quoteText(text: string): string {
  return JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

/** The first names, joined by commas, and how many more there are. */
export function listNames(names: readonly string[], shown = 8): string {
  const cut = names.slice(0, shown).map((name) => (name.length > longest ? `${name.slice(0, longest)}…` : name));
  return names.length > shown ? `${cut.join(", ")} and ${names.length - shown} more` : cut.join(", ");
}

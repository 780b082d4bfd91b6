// Text on its way into a page. In: names and numbers as they are in the data, hostile ones too. Out: HTML that shows them and does
// nothing else.

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For the content of an element and for an attribute in quotes. Control characters, which HTML cannot hold, are shown as such. */
export function escapeText(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (character) => entities[character]!)
    .replaceAll(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, "\uFFFD");
}

/** For the content of a script element that is data: no `</script>` or `<!--` can end it or begin anything. */
export function embedJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Longer names are cut where there is not the room for them. */
const longestName = 60;

/** Cut in the middle, as names differ at either end. Marks in it that would turn around what follows are shown as such. */
export function cutName(name: string, longest = longestName): string {
  const harmless = (text: string) => text.replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, "\uFFFD");
  const room = 2 * longest + 2;
  const isShort = name.length <= room;
  const characters = Array.from(harmless(isShort ? name : name.slice(0, room)));
  if (isShort && characters.length <= longest) return characters.join("");
  const last = isShort ? characters : Array.from(harmless(name.slice(-room)));
  const kept = longest - 1;
  return `${characters.slice(0, Math.ceil(kept / 2)).join("")}…${last.slice(-Math.floor(kept / 2)).join("")}`;
}

/** A name from the data, cut, kept apart from the direction of the text around it. */
export function nameHtml(name: string, longest = longestName): string {
  return `<bdi>${escapeText(cutName(name, longest))}</bdi>`;
}

/** With as many digits as a reader can use; "–" where there is none. */
export function numberText(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const rounded = Number(value.toPrecision(digits));
  const whole = Math.abs(value) >= 10 ** digits && Math.abs(value) < 1e15 ? Math.round(value) : rounded;
  return String(whole).replace("-", "−");
}

export function countText(count: number, noun: string): string {
  return `${String(count).replaceAll(/\B(?=(\d{3})+$)/g, "\u202F")} ${noun}${count === 1 || noun === "series" ? "" : "s"}`;
}

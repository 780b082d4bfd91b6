// Which character parts the fields of a file. In: the beginning of its text. Out: the delimiter. A comma comes last, because in
// files that are parted by something else it is the decimal mark.

const candidates: readonly string[] = ["\t", ";", "|", ","];

/** Lines that are looked at; more would hardly change the answer. */
const lineLimit = 50;

/** @param head the text's beginning; its last line may be cut off */
export function sniffDelimiter(head: string): string {
  const lines = countCandidates(head);
  const first = lines[0] ?? candidates.map(() => 0);
  const steady = candidates.find((_, c) => first[c]! > 0 && lines.every((counts) => counts[c] === first[c]));
  if (steady !== undefined) return steady;
  const most = Math.max(...first);
  return most === 0 ? "," : candidates[first.indexOf(most)]!;
}

/** Occurrences outside quotes in each line that is neither blank nor cut off. @returns [lines][candidates] */
function countCandidates(head: string): number[][] {
  const lines: number[][] = [];
  let counts = candidates.map(() => 0);
  let isQuoted = false;
  let from = 0;
  for (let i = 0; i < head.length && lines.length < lineLimit; i++) {
    const character = head[i]!;
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === "\n" || character === "\r") {
      if (head.slice(from, i).trim() !== "") lines.push(counts);
      counts = candidates.map(() => 0);
      from = i + 1;
      continue;
    }
    const c = candidates.indexOf(character);
    if (c >= 0) counts[c]!++;
  }
  if (lines.length === 0) lines.push(counts);
  return lines;
}

/** Fields of the first line that is not blank. */
export function countFields(head: string, delimiter: string): number {
  let count = 1;
  let isQuoted = false;
  for (let i = head.search(/\S/); i >= 0 && i < head.length; i++) {
    const character = head[i]!;
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === delimiter) count++;
    else if (!isQuoted && (character === "\n" || character === "\r")) break;
  }
  return count;
}

// Words of a shell in hints: what bash reads them as, and flags take them for.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quoteNames, quoteWord } from "../../src/base/wording.js";
import { temporaryDirectory } from "../support/directory.js";
import { runShell } from "../support/hindcast.js";

const plain = ["d60.csv", "Zürich", "../my/dir", "a,b", "名前", "x=1", "u@h:p"];
const odd = [
  "",
  "Umsatz €",
  "it's",
  "O'Hara & Sons!",
  'say "a"',
  "$HOME",
  "`id`",
  "a\\b",
  "*",
  "~",
  "it's $5",
  "{a,b}",
];

test.each([...plain, ...odd])("bash reads %j as it was, and only what needs it is quoted", (word) => {
  const quoted = quoteWord(word);
  expect(execFileSync("bash", ["-c", `printf %s ${quoted}`], { encoding: "utf8" })).toBe(word);
  expect(quoted === word).toBe(plain.includes(word));
});

test("names of columns and of series in hints can be followed", async () => {
  const directory = await temporaryDirectory();
  const days = Array.from({ length: 20 }, (_, i) => `2024-01-${String(i + 1).padStart(2, "0")}`);
  const rows = days.flatMap((day, i) =>
    ['Nord, "A"', "Süd's $1"].map((shop) => `"${shop.replaceAll('"', '""')}",${day},${day},${i},${i % 4}`),
  );
  const header = '"shop, name",order date,ship date,"a,b",Umsatz €';
  writeFileSync(join(directory, "my data.csv"), `${[header, ...rows].join("\n")}\n`);
  let flags = '--id "\\"shop, nam\\"" --only "Süd\'s \\$"';
  const hints: string[] = [];
  for (;;) {
    const { stderr, exit } = await runShell(
      `hindcast forecast "my data.csv" -q -H 2 --model naive ${flags}`,
      directory,
    );
    if (exit === 0) break;
    const [, hint, flag] = /^try: ((--\w+) .*?)(?:, or --wide.*)?$/m.exec(stderr) ?? [];
    if (hint === undefined || hints.includes(hint)) throw new Error(stderr);
    hints.push(hint);
    const kept = flags.split(/ (?=--)/).filter((one) => !one.startsWith(`${flag} `));
    flags = [...kept, hint].join(" ");
  }
  expect(hints).toEqual(["--id '\"shop, name\"'", "--time 'order date'", "--target '\"a,b\"'", `--only "Süd's \\$1"`]);
});

test.each([
  ["hindcast forecast x.csv -H 2 --from 'no model'", "make one: hindcast train data.csv -H 12 --out 'no model'"],
  ["hindcast train x.csv -H 1 --model naive --out 'no x/m'", "mkdir -p 'no x'"],
  ["hindcast models 'my reg'", "make one: hindcast retrain 'my reg' data.csv -H 12"],
  [
    "printf 'PK\\003\\004\\377\\376' > 'my z.xlsx'; hindcast inspect 'my z.xlsx'",
    "unzip -p 'my z.xlsx' | hindcast … -",
  ],
])("%s: a path in the hint is one word", async (line, says) => {
  const directory = await temporaryDirectory();
  writeFileSync(join(directory, "x.csv"), "ds,y\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n2024-01-04,4\n");
  expect((await runShell(line, directory)).stderr).toContain(`try: ${says}`);
});

test("names with commas and quotes are taken apart again", () => {
  expect(quoteNames(["a", "b c"])).toBe("'a,b c'");
  expect(quoteNames(["a,b", '5" disk', " x"])).toBe(`'"a,b","5"" disk"," x"'`);
});

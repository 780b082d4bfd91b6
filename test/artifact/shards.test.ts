// What the outputs of shards say of themselves, on the real file system.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import {
  checkShardFile,
  readShardManifest,
  type ShardManifest,
  shardFormats,
  shardManifestText,
} from "../../src/artifact/shard-manifest.js";
import { readShardSet } from "../../src/artifact/shard-set.js";
import { temporaryDirectory } from "../support/directory.js";

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
let directory = "";
beforeAll(async () => {
  directory = await temporaryDirectory();
});

type Fields = Omit<ShardManifest, "schema_version" | "type">;

/** Shard 0 of 3, of five series. */
function fieldsOf(text: string, own: Partial<Fields> = {}): Fields {
  return {
    hindcast: "1.2.3",
    shard: { index: 0, count: 3 },
    format: "csv",
    settings: {},
    model_sha256: hashOf("model"),
    data: { series: 5, sha256: hashOf("data") },
    horizon: 2,
    file: { bytes: Buffer.byteLength(text), sha256: hashOf(text) },
    written: [0, 3],
    failed: [],
    ...own,
  };
}

/** Writes an output with its manifest. @returns its path */
function writeShard(name: string, own: Partial<Fields> = {}, text = `rows of ${name}\n`): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  writeFileSync(`${path}.manifest.json`, shardManifestText(fieldsOf(text, own)));
  return path;
}

const runAgain = (path: string) => `run its shard again, with -o ${path}`;

describe("the manifest of a shard", () => {
  test.each(shardFormats)("of %s is read back as it was written", (format) => {
    const path = writeShard("whole", { format });
    const fields = fieldsOf("rows of whole\n", { format });
    expect(readShardManifest(path)).toEqual({ schema_version: 1, type: "shard", ...fields });
  });

  test("may be of no model, and of no series", () => {
    const own = { model_sha256: null, written: [], failed: [1] };
    expect(readShardManifest(writeShard("none", own))).toMatchObject(own);
  });

  test("that is missing, or cannot be read, is named with what to do", () => {
    const path = join(directory, "alone");
    writeFileSync(path, "");
    const hint = "name outputs of hindcast forecast --shard I/N -o FILE, and keep both files of each together";
    const refusal = (message: unknown) => expect.objectContaining({ code: "data", message, hint });
    expect(() => readShardManifest(path)).toThrow(
      refusal(`${path} has no manifest beside it: there is no ${path}.manifest.json`),
    );
    mkdirSync(`${path}.manifest.json`);
    expect(() => readShardManifest(path)).toThrow(
      refusal(expect.stringContaining(`${path}.manifest.json cannot be read: EISDIR`)),
    );
  });

  test("with a changed byte is refused", () => {
    const path = writeShard("changed");
    const file = `${path}.manifest.json`;
    writeFileSync(file, readFileSync(file, "utf8").replace('"horizon": 2', '"horizon": 3'));
    expect(() => readShardManifest(path)).toThrow(
      expect.objectContaining({
        code: "data",
        message: `${file} is not what was written: its checksum does not fit`,
        hint: runAgain(path),
      }),
    );
  });

  test.each<[string, object]>([
    ["shard.index", { shard: { index: -1, count: 3 } }],
    ["shard.count", { shard: { index: 0, count: 0 } }],
    ["shard", { shard: { index: 0, count: 3, of: 1 } }],
    ["format", { format: "md" }],
    ["settings.level", { settings: { level: 80 } }],
    ["model_sha256", { model_sha256: `${hashOf("")}0` }],
    ["model_sha256", { model_sha256: `0${hashOf("")}` }],
    ["data.series", { data: { series: 0, sha256: hashOf("") } }],
    ["data.sha256", { data: { series: 1, sha256: "0" } }],
    ["data", { data: { series: 1, sha256: hashOf(""), steps: 1 } }],
    ["horizon", { horizon: 0 }],
    ["file.bytes", { file: { bytes: -1, sha256: hashOf("") } }],
    ["file", { file: { bytes: 1, sha256: hashOf(""), name: "a" } }],
    ["written.1", { written: [0, -1] }],
    ["failed.0", { failed: [-1] }],
    ["the whole", { steps: 1 }],
  ])("is refused where %s does not fit: %j", (place, own) => {
    const path = writeShard("unfit", own as Partial<Fields>);
    expect(() => readShardManifest(path)).toThrow(
      expect.objectContaining({
        code: "data",
        message: expect.stringContaining(`${path}.manifest.json does not fit: ${place}: `),
        hint: runAgain(path),
      }),
    );
  });
});

describe("the output of a shard", () => {
  test("is what its manifest tells of, however long", async () => {
    for (const text of ["", "rows\n", "row after row\n".repeat(200_000)]) {
      const path = writeShard("file", {}, text);
      await checkShardFile(path, readShardManifest(path));
    }
  });

  test("that was changed, or has grown, is refused", async () => {
    const path = writeShard("file", {}, "rows\n");
    const manifest = readShardManifest(path);
    for (const [text, bytes] of [
      ["rowz\n", 5],
      ["rows\n\n", 6],
    ] as const) {
      writeFileSync(path, text);
      await expect(checkShardFile(path, manifest)).rejects.toMatchObject({
        code: "data",
        message: `${path} is not what was written (5 bytes then, ${bytes} now): its checksum does not fit`,
        hint: runAgain(path),
      });
    }
    const { file } = manifest;
    const claimed = { ...manifest, file: { ...file, bytes: 4, sha256: hashOf("rows\n\n") } };
    await expect(checkShardFile(path, claimed)).rejects.toMatchObject({ code: "data" });
  });

  test("that is gone is refused", async () => {
    const path = writeShard("gone");
    const manifest = readShardManifest(path);
    rmSync(path);
    await expect(checkShardFile(path, manifest)).rejects.toMatchObject({
      code: "data",
      message: expect.stringContaining(`${path} cannot be read: ENOENT`),
      hint: runAgain(path),
    });
  });
});

describe("a set of shards", () => {
  const whole = () => [
    writeShard("a", { shard: { index: 0, count: 3 }, written: [0, 3] }),
    writeShard("b", { shard: { index: 1, count: 3 }, written: [2] }),
    writeShard("c", { shard: { index: 2, count: 3 }, written: [], failed: [1, 4] }),
  ];

  test("says which of them holds which series, in whatever order they are named, and as often", async () => {
    const [a, b, c] = whole() as [string, string, string];
    expect(await readShardSet([c, `${a}.manifest.json`, b, a])).toEqual({
      format: "csv",
      paths: [a, b, c],
      horizon: 2,
      owners: Uint32Array.of(0, 3, 1, 0, 3),
      failedCount: 2,
    });
  });

  /** @param rest of the hint, after the names @returns what it is refused with when b is another one */
  async function refusalOf(own: Partial<Fields>): Promise<{ code: string; message: string; hint: string }> {
    const [a, b, c] = whole() as [string, string, string];
    writeShard("b", { shard: { index: 1, count: 3 }, written: [2], ...own });
    const thrown = await readShardSet([a, b, c]).catch((error: unknown) => error);
    const { code, message, hint } = thrown as Awaited<ReturnType<typeof refusalOf>>;
    return { code, message: message.replaceAll(`${directory}/`, ""), hint: hint.replaceAll(`${directory}/`, "") };
  }

  const apart = "a and b do not belong together: ";
  const merge = "merge the shards of one run; run again those that differ";
  const runAll = "run all shards again, with one version of hindcast";
  test.each<[Partial<Fields>, string, string, string]>([
    [{ hindcast: "1.2.4" }, "data", `${apart}the version of hindcast is 1.2.3 in one, and 1.2.4 in the other`, merge],
    [{ shard: { index: 1, count: 4 } }, "data", `${apart}the number of shards is 3 in one, and 4 in the other`, merge],
    [{ format: "tsv" }, "data", `${apart}the format is csv in one, and tsv in the other`, merge],
    [{ horizon: 3 }, "data", `${apart}the horizon in steps is 2 in one, and 3 in the other`, merge],
    [
      { data: { series: 6, sha256: hashOf("data") } },
      "data",
      `${apart}the number of series is 5 in one, and 6 in the other`,
      merge,
    ],
    [
      { settings: { level: "90" } },
      "data",
      `${apart}the setting --level is as usual in one, and 90 in the other`,
      merge,
    ],
    [
      { model_sha256: hashOf("another") },
      "model",
      `${apart}they were made with different models`,
      "run all shards with the same --from",
    ],
    [
      { data: { series: 5, sha256: hashOf("another") } },
      "data",
      `${apart}they were made from different data`,
      "run all shards on the same data",
    ],
    [{ shard: { index: 0, count: 3 } }, "data", "a and b are both shard 0 of 3", "name one of them"],
    [{ shard: { index: 3, count: 3 } }, "data", "b says that it is shard 3 of 3", "run its shard again, with -o b"],
    [{ written: [] }, "data", "1 of 5 series are in none of the shards", runAll],
    [{ written: [3] }, "data", "b.manifest.json: series 4 is in another shard already, or is not there at all", runAll],
    [{ written: [5] }, "data", "b.manifest.json: series 6 is in another shard already, or is not there at all", runAll],
    [
      { written: [2], failed: [0] },
      "data",
      "b.manifest.json: series 1 is in another shard already, or is not there at all",
      runAll,
    ],
    [
      { file: { bytes: 0, sha256: hashOf("") } },
      "data",
      "b is not what was written (0 bytes then, 10 now): its checksum does not fit",
      "run its shard again, with -o b",
    ],
  ])("with one that says %j is refused", async (own, code, message, hint) => {
    expect(await refusalOf(own)).toEqual({ code, message, hint });
  });

  test("may differ from the usual, each alike", async () => {
    const paths = [0, 1].map((index) =>
      writeShard(`${index}`, {
        shard: { index, count: 2 },
        settings: { level: "90" },
        data: { series: 1, sha256: hashOf("data") },
        written: index === 0 ? [] : [0],
      }),
    );
    expect((await readShardSet(paths)).owners).toEqual(Uint32Array.of(1));
    writeShard("1", { shard: { index: 1, count: 2 }, data: { series: 1, sha256: hashOf("data") }, written: [0] });
    await expect(readShardSet(paths)).rejects.toThrow("the setting --level is 90 in one, and as usual in the other");
  });

  test.each([
    [[0], 2, "of 2 shards, one is missing: 1", 1],
    [[1, 2], 3, "of 3 shards, one is missing: 0", 0],
    [[1], 3, "of 3 shards, 2 are missing: 0, 2", 0],
    [[0, 4], 12, "of 12 shards, 10 are missing: 1, 2, 3, 5, 6, 7, 8, 9 and 2 more", 1],
    [
      [0],
      2 ** 40,
      "of 1099511627776 shards, 1099511627775 are missing: 1, 2, 3, 4, 5, 6, 7, 8 and 1099511627767 more",
      1,
    ],
  ])("of which only %j of %i are there is refused: %s", async (indexes, count, message, missing) => {
    const paths = indexes.map((index) => writeShard(`part-${index}`, { shard: { index, count } }));
    await expect(readShardSet(paths)).rejects.toMatchObject({
      code: "data",
      message,
      hint: `name its file too, or run it: hindcast forecast … --shard ${missing}/${count} -o FILE`,
    });
  });
});

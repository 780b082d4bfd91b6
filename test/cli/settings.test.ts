import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { HindcastError } from "../../src/base/errors.js";
import type { Note } from "../../src/base/notes.js";
import { parseArgv } from "../../src/commands/argv.js";
import { commandNames } from "../../src/commands/commands.js";
import { flagsOf } from "../../src/commands/options.js";
import { checkEnvironment, resolveSettings, settingsTable } from "../../src/commands/settings.js";
import { type ConfigFile, findConfigFiles } from "../../src/commands/settings-file.js";
import { temporaryDirectory } from "../support/directory.js";

const file = (path: string, value: unknown, trusted = false): ConfigFile => ({
  path,
  trusted,
  entries: [{ name: "seed", key: "seed", value }],
});
const inspecting = parseArgv(["forecast", "-H", "3"]);

describe("where a setting comes from", () => {
  test("the flag before the environment before the project before the user before the default, whichever of them are set", () => {
    fc.assert(
      fc.property(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()), ([flag, env, project, user]) => {
        const { value, origin } = resolveSettings(
          parseArgv(["forecast", "-H", "3", ...(flag ? ["--seed", "11"] : [])]),
          env ? { HINDCAST_SEED: "12" } : {},
          [...(project ? [file("project", 13)] : []), ...(user ? [file("user", 14, true)] : [])],
        ).get("seed")!;
        const expected = flag
          ? [11, "flag"]
          : env
            ? [12, "HINDCAST_SEED"]
            : project
              ? [13, "project"]
              : user
                ? [14, "user"]
                : [1, "default"];
        expect([value, origin]).toEqual(expected);
      }),
    );
  });

  test("an empty variable is not set", () => {
    expect(resolveSettings(inspecting, { HINDCAST_SEED: "" }, []).get("seed")?.origin).toBe("default");
  });

  test("a toggle that is on in a file is turned off by its no- flag", () => {
    const files: ConfigFile[] = [
      { path: "p", trusted: false, entries: [{ name: "quiet", key: "quiet", value: true }] },
    ];
    expect(resolveSettings(inspecting, {}, files).get("quiet")?.value).toBe(true);
    expect(resolveSettings(parseArgv(["forecast", "--no-quiet"]), {}, files).get("quiet")?.value).toBe(false);
  });

  test("a value that is bad for every command is found though this command does not use it", () => {
    const bad: ConfigFile = {
      path: "p.yaml",
      trusted: false,
      entries: [{ name: "folds", key: "folds", value: "x", line: 4 }],
    };
    expect(() => resolveSettings(inspecting, {}, [bad])).toThrow('p.yaml line 4: "folds" is "x"');
  });

  test("what is about one run, or names something to run, is never taken from the environment", () => {
    for (const name of commandNames)
      for (const flag of flagsOf(name).filter(({ perRun, trusted }) => perRun || trusted)) {
        const variable = `HINDCAST_${flag.name.toUpperCase().replaceAll("-", "_")}`;
        const settings = resolveSettings(parseArgv([name]), { [variable]: "true" }, []);
        const own = [...settings.values()].filter((setting) => setting.name === flag.name);
        expect(own.map(({ origin }) => origin)).toEqual(["default"]);
      }
  });

  test("what names something to run is taken from the user's own file, in its command's section", () => {
    const entries = [{ section: "engine", name: "from", key: "from", value: "w.whl" }] as const;
    const argv = parseArgv(["engine", "install"]);
    expect(resolveSettings(argv, {}, [{ path: "own", trusted: true, entries }]).get("source")?.value).toBe("w.whl");
    expect(() => resolveSettings(argv, {}, [{ path: "near", trusted: false, entries }])).toThrow(HindcastError);
  });

  test("the model directory of a project's file is not what the engine is installed from", () => {
    const files: ConfigFile[] = [
      { path: "p", trusted: true, entries: [{ name: "from", key: "from", value: "model" }] },
    ];
    expect(resolveSettings(parseArgv(["forecast"]), {}, files).get("from")?.value).toBe("model");
    expect(resolveSettings(parseArgv(["engine", "install"]), {}, files).get("source")?.value).toBeUndefined();
  });

  test("the table shows every setting of the command, and nothing that is about one run", () => {
    const names = [...settingsTable(resolveSettings(inspecting, {}, [])).rows].map(([name]) => name);
    expect(names).toEqual(
      flagsOf("forecast")
        .filter(({ perRun }) => perRun !== true)
        .map(({ name }) => name),
    );
  });

  test("a variable that is nearly a setting is warned of, others are left alone", () => {
    const notes: Note[] = [];
    checkEnvironment(
      { HINDCAST_MODLE: "gru", HINDCAST_SEED: "1", HINDCAST_PROGRESS_FPS: "1", HINDCAST_MY_SCRIPTS_DIR: "x", PATH: "" },
      (note) => notes.push(note),
    );
    expect(notes.map(({ text }) => text)).toEqual([expect.stringContaining("HINDCAST_MODEL?")]);
    checkEnvironment({ HINDCAST_DRY_RUN: "1" }, (note) => notes.push(note));
    expect(notes.at(-1)?.text).toContain("HINDCAST_DRY_RUN counts for nothing: --dry-run");
  });
});

describe("settings files", () => {
  const forms = {
    "hindcast.config.json": '{\n  "maxTime": "10m",\n  "backtest": { "folds": 5 }\n}\n',
    "hindcast.config.yaml": "# ours\nmax-time: 10m\nbacktest:\n  folds: 5\n",
    "hindcast.config.toml": 'max-time = "10m"\n[backtest]\nfolds = 5\n',
  };

  test.each(Object.entries(forms))("%s says the same as the other forms", async (name, text) => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, name), text);
    const [found] = await findConfigFiles(directory, { XDG_CONFIG_HOME: join(directory, "none") }, undefined);
    expect(found).toMatchObject({
      path: name,
      trusted: false,
      entries: [
        { name: "max-time", value: "10m" },
        { section: "backtest", name: "folds", value: 5 },
      ],
    });
  });

  test("JSON and YAML tell the lines of their keys", async () => {
    for (const [name, lines] of [
      ["hindcast.config.json", [2, 3]],
      ["hindcast.config.yaml", [2, 4]],
    ] as const) {
      const directory = await temporaryDirectory();
      writeFileSync(join(directory, name), forms[name]);
      const [found] = await findConfigFiles(directory, { XDG_CONFIG_HOME: join(directory, "none") }, undefined);
      expect(found?.entries.map(({ line }) => line)).toEqual(lines);
    }
  });

  test("an alias that refers to what it stands in is refused, and the parser's warnings are not told", async () => {
    const directory = await temporaryDirectory();
    const find = (text: string) => {
      writeFileSync(join(directory, "hindcast.config.yaml"), text);
      return findConfigFiles(directory, { XDG_CONFIG_HOME: join(directory, "none") }, undefined);
    };
    await expect(find("epochs: &a { x: [*a] }\n")).rejects.toThrow(
      "hindcast.config.yaml cannot be parsed: an alias refers to what it stands in",
    );
    expect(await find("seed: &a 3\nepochs: *a\n")).toMatchObject([{ entries: [{ value: 3 }, { value: 3 }] }]);
    const warned = vi.spyOn(process, "emitWarning");
    await find("{ a: b }: 3\n").catch(() => {});
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test("the user's own file is found by XDG_CONFIG_HOME, or else below HOME", async () => {
    const directory = await temporaryDirectory();
    for (const place of ["xdg/hindcast", ".config/hindcast"]) {
      mkdirSync(join(directory, place), { recursive: true });
      writeFileSync(join(directory, place, "config.yaml"), "seed: 2\n");
    }
    const xdg = await findConfigFiles(directory, { XDG_CONFIG_HOME: join(directory, "xdg") }, undefined);
    const home = await findConfigFiles(directory, { HOME: directory }, undefined);
    expect(xdg.map(({ path }) => path)).toEqual([join(directory, "xdg/hindcast/config.yaml")]);
    expect(home.map(({ path }) => path)).toEqual([join(directory, ".config/hindcast/config.yaml")]);
  });

  test("an empty file sets nothing, and a list is refused", async () => {
    const directory = await temporaryDirectory();
    const none = { XDG_CONFIG_HOME: join(directory, "none") };
    writeFileSync(join(directory, "empty.yaml"), "\n");
    writeFileSync(join(directory, "list.json"), "[1]");
    expect((await findConfigFiles(directory, none, "empty.yaml"))[0]?.entries).toEqual([]);
    await expect(findConfigFiles(directory, none, "list.json")).rejects.toThrow("holds no settings by name");
  });
});

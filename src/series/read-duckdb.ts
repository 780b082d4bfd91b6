// Parquet files and the rows of SQL, through DuckDB, which is optional and loaded when it is asked for. In: a file or a query. Out: its
// columns and batches of typed rows, as a stream. It reads what it is given: it writes nothing, and fetches nothing, no extension either.
import { rmSync } from "node:fs";
import { access, constants, mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBPreparedStatement } from "@duckdb/node-api";
import { HindcastError, messageOf } from "../base/errors.js";
import { quoteSql, quoteText } from "../base/wording.js";
import { readError } from "./read-bytes.js";
import type { RecordFile } from "./read-records.js";
import type { Query, Source } from "./source.js";
import { type ColumnBatch, createTypedColumn, isReadable } from "./typed-columns.js";

type DuckDb = typeof import("@duckdb/node-api");

/** Rows with all columns, from which the ones to go on with are told: a vector of DuckDB's, and more than are looked at. */
const headCount = 2048;

/** What DuckDB may do. A sort or a join that needs more memory goes on in files of the system's temporary directory. */
const settings = {
  memory_limit: "1GB",
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  allow_community_extensions: "false",
};

/** @throws HindcastError "data" for what is no Parquet file, "engine" where DuckDB is not installed */
export async function openParquet({ name, path }: Source): Promise<RecordFile> {
  if (path === undefined)
    throw new HindcastError(
      "usage",
      `${name}: Parquet is read from its end, so not from a stream`,
      "give it as a file",
    );
  await refuseNoFile(path);
  const api = await load(`${name} is Parquet, and reading it`);
  const { connection, close } = await connect(api, ":memory:");
  const explain = (thrown: unknown) => parquetError(name, thrown);
  const from = `from read_parquet(${quoteSql(path.replaceAll(/[*?[]/g, "[$&]"), "'")}, hive_partitioning = false)`;
  try {
    const all = await connection.prepare(`select * ${from}`);
    const { names, types } = columnsOf(api, all);
    let wanted = names.map((_, i) => i);
    const read = async function* () {
      for (const part of [`limit ${headCount}`, `offset ${headCount}`]) {
        const columns = wanted;
        const list = columns.map((i) => quoteSql(names[i]!, '"')).join(", ");
        const statement = await connection.prepare(`select ${list} ${from} ${part}`);
        const first = part.startsWith("limit") ? 1 : headCount + 1;
        yield* streamRows(statement, types, columns, first);
      }
    };
    const batches = explained(read(), explain);
    const narrow = (columns: readonly number[]) => {
      refuseUnreadable(name, names, types, columns);
      wanted = [...columns];
    };
    return { columns: names, batches, narrow, close: closing(batches, close) };
  } catch (thrown) {
    close();
    throw explain(thrown);
  }
}

/** @throws HindcastError "usage" for SQL that is no query, "data" for what it cannot read, "locked" for a database that is written to, "engine" as above */
export async function openQuery({ name, sql, database }: Query): Promise<RecordFile> {
  if (database !== undefined) await refuseNoFile(database);
  const api = await load("--sql");
  const { connection, close } = await connect(api, database ?? ":memory:");
  try {
    const statement = await prepareQuery(api, connection, name, sql);
    const { names, types } = columnsOf(api, statement);
    const all = names.map((_, i) => i);
    const batches = explained(streamRows(statement, types, all, 1), (thrown) => sqlError("data", name, thrown));
    const narrow = (columns: readonly number[]) => refuseUnreadable(name, names, types, columns);
    return { columns: names, batches, narrow, close: closing(batches, close) };
  } catch (thrown) {
    close();
    throw thrown;
  }
}

async function load(what: string): Promise<DuckDb> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    // What is there and does not load is another platform's, or lacks a library of the system.
    const isAbsent = messageOf(error).includes("'@duckdb/node-api'");
    throw new HindcastError(
      "engine",
      `${what} needs the package @duckdb/node-api, which ${isAbsent ? "is not installed" : `cannot be loaded: ${messageOf(error).split("\n")[0]}`}`,
      "npm install @duckdb/node-api",
      { cause: error },
    );
  }
}

/** What the file system has to say, before DuckDB says it in its own words. */
async function refuseNoFile(path: string): Promise<void> {
  try {
    await access(path, constants.R_OK);
  } catch (thrown) {
    throw readError(path, thrown);
  }
  if ((await stat(path)).isDirectory())
    throw new HindcastError("data", `${path} is a directory`, `its files: ${path.replace(/\/$/, "")}/*.parquet`);
}

/** @throws HindcastError "data" or "locked" for a database that cannot be opened */
async function connect(api: DuckDb, path: string): Promise<{ connection: DuckDBConnection; close(): void }> {
  const access_mode = path === ":memory:" ? "automatic" : "read_only";
  // What does not fit into memory is written here, for nobody else to read.
  const temp_directory = await mkdtemp(join(tmpdir(), "hindcast-"));
  try {
    const instance = await api.DuckDBInstance.create(path, { ...settings, access_mode, temp_directory });
    const connection = await instance.connect();
    const close = () => {
      connection.closeSync();
      instance.closeSync();
      rmSync(temp_directory, { recursive: true, force: true });
    };
    return { connection, close };
  } catch (thrown) {
    rmSync(temp_directory, { recursive: true, force: true });
    const [problem = ""] = messageOf(thrown).split("\n");
    if (problem.includes("Could not set lock"))
      throw new HindcastError(
        "locked",
        `${path} is locked: ${problem.replace(/^.*?Conflicting/, "conflicting").replace(/ See also .*$/, "")}`,
        "let the program that writes to it finish, or query a copy of the file",
        { cause: thrown },
      );
    throw new HindcastError("data", `${path} cannot be opened: ${problem}`, "--db with a DuckDB database", {
      cause: thrown,
    });
  }
}

const exampleQuery = "--sql 'select day, sales from \"sales.parquet\"'";

async function prepareQuery(
  api: DuckDb,
  connection: DuckDBConnection,
  name: string,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const explain = (thrown: unknown) => {
    throw sqlError("usage", name, thrown);
  };
  // An empty text is an error without words to DuckDB.
  const statements = sql.trim() === "" ? { count: 0 } : await connection.extractStatements(sql).catch(explain);
  if (!("prepare" in statements) || statements.count !== 1)
    throw new HindcastError("usage", `${name} has ${statements.count} statements`, `one query: ${exampleQuery}`);
  const statement = await statements.prepare(0).catch(explain);
  const { statementType, parameterCount } = statement;
  if (statementType !== api.StatementType.SELECT)
    throw new HindcastError(
      "usage",
      `${name} is a statement of kind ${api.StatementType[statementType]}, and only queries are run`,
      exampleQuery,
    );
  if (parameterCount > 0)
    throw new HindcastError("usage", `${name} has a parameter without a value`, "write the value where the ? or $ is");
  return statement;
}

interface ColumnTypes {
  readonly names: readonly string[];
  /** `id` as `DECIMAL`, `text` as `DECIMAL(18,3)`. */
  readonly types: readonly { readonly id: string; readonly text: string }[];
}

function columnsOf(api: DuckDb, statement: DuckDBPreparedStatement): ColumnTypes {
  const columns = Array.from({ length: statement.columnCount }, (_, i) => i);
  return {
    names: columns.map((i) => statement.columnName(i)),
    types: columns.map((i) => {
      const type = statement.columnType(i);
      return { id: api.DuckDBTypeId[type.typeId], text: type.toString() };
    }),
  };
}

/** A stream that is read no further is ended before what it reads from is closed. */
function closing(batches: AsyncGenerator<ColumnBatch>, close: () => void): () => Promise<void> {
  return async () => {
    await batches.return(undefined);
    close();
  };
}

function refuseUnreadable(
  name: string,
  names: readonly string[],
  types: ColumnTypes["types"],
  columns: readonly number[],
): void {
  const column = columns.find((i) => !isReadable(types[i]!.id));
  if (column !== undefined)
    throw new HindcastError(
      "data",
      `${name}: column ${quoteText(names[column]!)} is of type ${types[column]!.text}, which is no number, time or text`,
      `another column, or --sql "select …" that takes it apart`,
    );
}

/** @param columns which of all columns the statement gives @param firstRow counted from 1 */
async function* streamRows(
  statement: DuckDBPreparedStatement,
  types: ColumnTypes["types"],
  columns: readonly number[],
  firstRow: number,
): AsyncGenerator<ColumnBatch> {
  const rows = await statement.stream();
  let from = firstRow;
  for (;;) {
    const chunk = await rows.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    const read: ColumnBatch["columns"][number][] = types.map(() => undefined);
    columns.forEach((column, i) => {
      // A vector lives as long as its chunk, which keeps it.
      read[column] = createTypedColumn(types[column]!.id, (row) => chunk.getColumnVector(i).getItem(row));
    });
    yield { rowCount: chunk.rowCount, firstRow: from, columns: read };
    from += chunk.rowCount;
  }
}

async function* explained<T>(items: AsyncGenerator<T>, explain: (thrown: unknown) => unknown): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (thrown) {
    throw explain(thrown);
  }
}

function parquetError(name: string, thrown: unknown): HindcastError {
  const [problem = ""] = messageOf(thrown).split("\n");
  return new HindcastError(
    "data",
    `${name} cannot be read as Parquet: ${problem}`,
    "a whole Parquet file; --input-format csv if it is text",
    { cause: thrown },
  );
}

/** DuckDB's words, and the line and the text that its caret points at. */
function sqlError(code: "usage" | "data", name: string, thrown: unknown): HindcastError {
  const text = messageOf(thrown).replace(/^Failed to extract statements: /, "");
  const [said = text] = text.split("\n\n");
  const [, prefix = "", line, shown = "", indent = ""] = /^(LINE (\d+): )(.*)\n( *)\^/m.exec(text) ?? [];
  const place = line === undefined ? "" : ` line ${line} at ${quoteText(shown.slice(indent.length - prefix.length))}`;
  return new HindcastError(
    code,
    `${name}${place}: ${said.replaceAll("\n", "; ")}`,
    said.startsWith("Missing Extension") ? "data on this machine: nothing is downloaded" : "correct the query",
    { cause: thrown },
  );
}

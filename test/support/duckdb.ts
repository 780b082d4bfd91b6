// Files that DuckDB writes, for what reads them. In: SQL statements. Out: nothing but what they write.
import { DuckDBInstance } from "@duckdb/node-api";

/** @param path of a database; none is kept without it */
export async function runSql(statements: readonly string[], path = ":memory:"): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    for (const statement of statements) await connection.run(statement);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

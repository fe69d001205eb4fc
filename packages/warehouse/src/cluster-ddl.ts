import { splitStatements } from './sql/lexer.ts'

const CREATE = /^\s*CREATE TABLE IF NOT EXISTS (\w+)/
const ENGINE = /\bENGINE = (\w+MergeTree)(?:\(([^)]*)\))?/
const ORDER_BY = /\bORDER BY (?:\(([^)]*)\)|(\w+))/
const ALTER = /^\s*ALTER TABLE (\w+)/
const VIEW = /^\s*CREATE OR REPLACE VIEW (\w+)/

/**
 * A migration for a cluster: each table becomes a replicated `NAME_local` on every shard and a distributed NAME before
 * them, so that queries stay as they are. The server's macros fill {cluster}, {shard}, {replica}. Rows are spread by the
 * first two columns of their sort key: what is asked for together lies together. Rendered and parsed, never run.
 */
export const renderClusterMigration = (sql: string): readonly string[] =>
  splitStatements(sql).flatMap(renderStatement)

function renderStatement(statement: string): readonly string[] {
  const bare = withoutComments(statement)
  const table = CREATE.exec(bare)?.[1]
  if (table !== undefined) return renderTable(bare, table)
  const altered = ALTER.exec(bare)?.[1]
  if (altered !== undefined) {
    const toAlter = (name: string) => bare.replace(ALTER, `ALTER TABLE ${name} ON CLUSTER '{cluster}'`)
    return [toAlter(`${altered}_local`), toAlter(altered)]
  }
  return [bare.replace(VIEW, "CREATE OR REPLACE VIEW $1 ON CLUSTER '{cluster}'")]
}

function renderTable(sql: string, table: string): readonly string[] {
  const engine = ENGINE.exec(sql)
  const order = ORDER_BY.exec(sql)
  if (!engine || !order) throw new Error(`table ${table} has no engine or sort key that can be replicated`)
  const [, name = '', parameters = ''] = engine
  const replicated = [
    "'/clickhouse/tables/{shard}/{database}/{table}'",
    "'{replica}'",
    ...(parameters === '' ? [] : [parameters]),
  ]
  const key = (order[1] ?? order[2] ?? '')
    .split(',')
    .slice(0, 2)
    .map((column) => column.trim())
  return [
    sql
      .replace(CREATE, `CREATE TABLE IF NOT EXISTS ${table}_local ON CLUSTER '{cluster}'`)
      .replace(ENGINE, `ENGINE = Replicated${name}(${replicated.join(', ')})`),
    `CREATE TABLE IF NOT EXISTS ${table} ON CLUSTER '{cluster}' AS ${table}_local
ENGINE = Distributed('{cluster}', currentDatabase(), ${table}_local, cityHash64(${key.join(', ')}))`,
  ]
}

const withoutComments = (sql: string): string =>
  sql
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('--'))
    .join('\n')
    .trim()

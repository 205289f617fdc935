/** SQL that is typed. What reads is run by the server on a connection that cannot write, whatever it says. */
import { ask } from './backend'

export interface SqlColumn {
  name: string
  /** As the table declares it; empty where it is calculated. */
  type: string
  nullable: boolean
}

export interface SqlAnswer {
  /** In milliseconds. */
  execTime: number
  affectedRows: number
  columns: SqlColumn[]
  rows: (string | null)[][]
}

/** Rows of one answer at most. */
export const MOST_ROWS = 1_000
/** Bytes of one text at most. */
export const LONGEST = 5_000

/** A text that begins with no word that writes is read by the server alone. */
const READS = '/**/ '

export function readSql(query: string, signal: AbortSignal): Promise<SqlAnswer> {
  return run(READS + query, signal)
}

/** The next rows of a query. */
export function readSqlFrom(query: string, offset: number, signal: AbortSignal): Promise<SqlAnswer> {
  return run(`${READS}SELECT * FROM (${query}\n) LIMIT ${MOST_ROWS} OFFSET ${offset}`, signal)
}

/** All statements of a text in one transaction. */
export function writeSql(text: string, signal: AbortSignal): Promise<SqlAnswer> {
  return run(text, signal)
}

function run(query: string, signal: AbortSignal): Promise<SqlAnswer> {
  return ask((backend) => backend.send<SqlAnswer>('/api/sql', { method: 'POST', body: { query }, signal }))
}

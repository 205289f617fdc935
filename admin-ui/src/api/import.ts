/** Records from a file: many in one request, as the server's import takes them. */
import { lots } from '../lib/lots'
import { ask, backend } from './backend'
import type { Row } from './records'
import { uploading, type Sending } from './upload'

export interface ImportOptions {
  /** Whether nothing is written. */
  dryRun: boolean
  /** What becomes of a row whose id is there already. */
  existing: 'refuse' | 'skip'
}

/** A row that the server refused. */
export interface Refused {
  /** Its line in what was sent, from 1. */
  line: number
  message: string
  data: Record<string, unknown>
}

export interface ImportReport {
  rows: number
  created: number
  existing: number
  bad: number
  /** The first 100 of the bad ones. */
  errors: Refused[]
}

/** Sends rows, a JSON object a line. Bad ones are left out and told of. */
export function importRecords(collection: string, rows: Blob, { dryRun, existing }: ImportOptions, sending: Sending): Promise<ImportReport> {
  const send = uploading(sending)
  return ask((asked) =>
    asked.send<ImportReport>(`/api/collections/${encodeURIComponent(collection)}/import`, {
      method: 'POST',
      query: { format: 'json', onError: 'skip', existing, ...(dryRun ? { dryRun: 'true' } : {}) },
      headers: { 'Content-Type': 'application/x-ndjson' },
      // The SDK would make a form of a blob.
      fetch: (url, options) => send(url, { ...options, body: rows }),
      signal: sending.signal,
    }),
  )
}

/** How many values one question asks for. */
const ASKED = 40

/** The ids of records by the value of one of their fields; an empty one where several have it. */
export async function idsByValue(collection: string, field: string, values: string[], signal: AbortSignal): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const some of lots(values, ASKED)) {
    const filter = some.map((value) => backend.filter(`${field} = {:value}`, { value })).join(' || ')
    const rows = await ask((asked) =>
      asked.collection<Row>(collection).getFullList({ filter, fields: `id,${field}`, batch: 500, signal }),
    )
    for (const row of rows) {
      const value = String(row[field])
      ids.set(value, ids.has(value) ? '' : row.id)
    }
  }
  return ids
}

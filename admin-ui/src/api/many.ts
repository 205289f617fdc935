/** Many records at once: their ids, and the file of them. */
import { ask, backend } from './backend'
import type { Row } from './records'

/** How many ids come at once; the server gives no more. */
const IDS = 1_000

/** A filter that asks for more than another one does; its comments end with its line. */
export function both(filter: string, more: string): string {
  return filter.trim() === '' ? more : `(${filter}\n) && ${more}`
}

/** The ids of all records that match, in the order of ids: what is written meanwhile moves none out of reach. */
export async function listIds(collection: string, filter: string, signal: AbortSignal, tell: (found: number) => void): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const last = ids.at(-1)
    const asked = last === undefined ? filter : both(filter, backend.filter('id > {:last}', { last }))
    const { items } = await ask((backend) =>
      backend.collection<Row>(collection).getList(1, IDS, { filter: asked, sort: 'id', fields: 'id', skipTotal: true, signal }),
    )
    ids.push(...items.map(({ id }) => id))
    tell(ids.length)
    if (items.length < IDS) return ids
  }
}

export interface Export {
  format: 'csv' | 'jsonl'
  filter: string
  sort: string
  /** The names of fields; none are all. */
  fields: string[]
  /** Whether spreadsheets are kept from running texts as formulas. */
  guarded: boolean
}

/** The records as a file; `tell` hears how many bytes there are. */
export async function exportRecords(
  collection: string,
  { format, filter, sort, fields, guarded }: Export,
  signal: AbortSignal,
  tell: (bytes: number) => void,
): Promise<Blob> {
  const query: Record<string, string> = { format }
  if (filter !== '') query.filter = filter
  if (sort !== '') query.sort = sort
  if (fields.length > 0) query.fields = fields.join()
  if (guarded && format === 'csv') query.formulas = 'guard'
  const parts: BlobPart[] = []
  await ask((asked) =>
    asked.send(`/api/collections/${encodeURIComponent(collection)}/export`, {
      query,
      signal,
      // The SDK would read the answer as JSON.
      fetch: async (url, options) => {
        const answer = await fetch(url, options)
        if (!answer.ok || !answer.body) return answer
        await collect(answer.body, parts, tell)
        return new Response('{}', { status: 200 })
      },
    }),
  )
  return new Blob(parts, { type: format === 'csv' ? 'text/csv' : 'application/x-ndjson' })
}

async function collect(body: ReadableStream<Uint8Array<ArrayBuffer>>, parts: BlobPart[], tell: (bytes: number) => void): Promise<void> {
  const reader = body.getReader()
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    parts.push(value)
    bytes += value.byteLength
    tell(bytes)
  }
}

/** The filter for some ids. */
export function filterOfIds(ids: string[]): string {
  return ids.map((id) => backend.filter('id = {:id}', { id })).join(' || ')
}

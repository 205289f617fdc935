/** Records, as the server tells and takes them. */
import { backend, ask } from './backend'

/** A record. What its other keys hold, the fields of its collection say. */
export interface Row {
  id: string
  collectionId: string
  collectionName: string
  expand?: Record<string, Row | Row[]>
  [field: string]: unknown
}

/** Which records, in which order. */
export interface Question {
  filter: string
  sort: string
  expand: string
}

/** One page of records, without their number. */
export async function listRecords(
  collection: string,
  page: number,
  perPage: number,
  { filter, sort, expand }: Question,
  signal: AbortSignal,
): Promise<Row[]> {
  const { items } = await ask((backend) =>
    backend.collection<Row>(collection).getList(page, perPage, { filter, sort, expand, skipTotal: true, signal }),
  )
  return items
}

/** How many records match. */
export async function countRecords(collection: string, filter: string, signal: AbortSignal): Promise<number> {
  const { totalItems } = await ask((backend) =>
    backend.collection<Row>(collection).getList(1, 1, { filter, fields: 'id', signal }),
  )
  return totalItems
}

export function getRecord(collection: string, id: string, expand: string): Promise<Row> {
  return ask((backend) => backend.collection<Row>(collection).getOne(id, { expand }))
}

export async function deleteRecord(collection: string, id: string): Promise<void> {
  await ask((backend) => backend.collection(collection).delete(id))
}

/** The address of a file of a record; images also in small. */
export function fileAddress(row: Row, name: string, options: { thumb?: string; token?: string } = {}): string {
  return backend.files.getURL(row, name, options)
}

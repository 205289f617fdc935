/** Records, as the server tells and takes them. */
import { backend, ask } from './backend'
import type { Collection } from './collections'
import { uploading, type Sending } from './upload'

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

/** Those of some ids that exist. */
export async function getRecords(collection: string, ids: string[]): Promise<Row[]> {
  const filter = ids.map((id, at) => [`id = {:id${at}}`, { [`id${at}`]: id }] as const)
  const text = backend.filter(filter.map(([part]) => part).join(' || '), Object.assign({}, ...filter.map(([, one]) => one)))
  const { items } = await ask((asked) => asked.collection<Row>(collection).getList(1, 200, { filter: text, skipTotal: true }))
  return items
}

/** Types of fields that hold words. */
const WORDY = new Set(['text', 'email', 'url', 'editor', 'select'])

/** The filter that looks for some words in all texts of a collection; none where there are no words. */
export function filterOfWords(collection: Collection, words: string): string {
  const parts = words.trim().split(/\s+/).filter((word) => word !== '')
  const names = collection.fields.filter((field) => WORDY.has(field.type) && !field.hidden).map((field) => field.name)
  return parts
    .map((word) => `(${names.map((name) => backend.filter(`${name} ~ {:word}`, { word })).join(' || ')})`)
    .join(' && ')
}

/** The first records with some words in them. */
export async function searchRecords(collection: Collection, words: string, signal: AbortSignal): Promise<Row[]> {
  const { items } = await ask((asked) =>
    asked
      .collection<Row>(collection.name)
      .getList(1, 30, { filter: filterOfWords(collection, words), skipTotal: true, signal }),
  )
  return items
}

/** Makes a record; files among the values are uploaded, which `sending` watches. */
export function createRecord(
  collection: string,
  values: Record<string, unknown>,
  expand: string,
  sending?: Sending,
): Promise<Row> {
  return ask((asked) => asked.collection<Row>(collection).create(values, { expand, ...watched(sending) }))
}

/** Changes some values of a record. */
export function updateRecord(
  collection: string,
  id: string,
  values: Record<string, unknown>,
  expand: string,
  sending?: Sending,
): Promise<Row> {
  return ask((asked) => asked.collection<Row>(collection).update(id, values, { expand, ...watched(sending) }))
}

function watched(sending: Sending | undefined) {
  return sending ? { fetch: uploading(sending), signal: sending.signal } : {}
}

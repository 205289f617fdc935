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

/** One record, with its version. */
export function getRecord(collection: string, id: string, expand: string): Promise<Row> {
  return versioned((fetch) => ask((backend) => backend.collection<Row>(collection).getOne(id, { expand, fetch })))
}

/** Deletes a record: of one version, where that is known. `keepalive` sends it even when the page goes away. */
export async function deleteRecord(
  collection: string,
  id: string,
  { version, keepalive = false }: { version?: string | undefined; keepalive?: boolean } = {},
): Promise<void> {
  await ask((backend) => backend.collection(collection).delete(id, { keepalive, ...meantFor(version) }))
}

/** The address of a file of a record; images also in small. */
export function fileAddress(row: Row, name: string, options: { thumb?: string; token?: string; download?: boolean } = {}): string {
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
  return versioned(
    (fetch) => ask((asked) => asked.collection<Row>(collection).create(values, { expand, fetch, ...stopped(sending) })),
    sending,
  )
}

/**
 * Changes some values of a record.
 *
 * @throws {ApiError} with 412 where `version` is given and the record has another one by now: then nothing is written.
 */
export function updateRecord(
  collection: string,
  id: string,
  values: Record<string, unknown>,
  expand: string,
  { version, sending }: { version?: string | undefined; sending?: Sending | undefined } = {},
): Promise<Row> {
  return versioned(
    (fetch) =>
      ask((asked) =>
        asked.collection<Row>(collection).update(id, values, { expand, fetch, ...meantFor(version), ...stopped(sending) }),
      ),
    sending,
  )
}

type Fetch = (url: RequestInfo | URL, config?: RequestInit) => Promise<Response>

/** The versions of records that were read or written one by one; lists and the stream tell none. */
const versions = new WeakMap<Row, string>()

/** The version of a record as it was read, which writes can be meant for. */
export function versionOf(row: Row | undefined): string | undefined {
  return row && versions.get(row)
}

/** Asks for one record, and remembers which version the answer is of: the SDK gives bodies alone. */
async function versioned(question: (fetch: Fetch) => Promise<Row>, sending?: Sending): Promise<Row> {
  const send: Fetch = sending ? uploading(sending) : (url, config) => fetch(url, config)
  let tag: string | null = null
  const row = await question(async (url, config) => {
    const answer = await send(url, config)
    tag = answer.headers.get('etag')
    return answer
  })
  if (tag !== null) versions.set(row, tag)
  return row
}

function meantFor(version: string | undefined): { headers?: Record<string, string> } {
  return version === undefined ? {} : { headers: { 'If-Match': version } }
}

function stopped(sending: Sending | undefined): { signal?: AbortSignal } {
  return sending ? { signal: sending.signal } : {}
}

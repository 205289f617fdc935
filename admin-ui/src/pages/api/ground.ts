/** What examples of a collection are made of, as it is on the server. */
import type { Collection } from '../../api/collections'
import { listRecords, type Row } from '../../api/records'
import type { Ground } from './samples'

const FIRST = { filter: '', sort: '', expand: '' }

/** Without an answer examples are made of what the fields say. */
export async function groundOf(collection: Collection, all: readonly Collection[], signal: AbortSignal): Promise<Ground> {
  const row = await firstOf(collection.name, signal)
  const wanted = collection.fields.flatMap((field) => {
    const value = row?.[field.name]
    const isThere = Array.isArray(value) ? value.length > 0 : Boolean(value)
    return field.type === 'relation' && !isThere ? [field.collectionId] : []
  })
  const found = await Promise.all(
    [...new Set(wanted)].map(async (id): Promise<[string, string][]> => {
      const target = all.find((one) => one.id === id)
      const first = target && (await firstOf(target.name, signal))
      return first ? [[id, first.id]] : []
    }),
  )
  return { collection, row, targets: Object.fromEntries(found.flat()) }
}

async function firstOf(collection: string, signal: AbortSignal): Promise<Row | undefined> {
  try {
    const [first] = await listRecords(collection, 1, 1, FIRST, signal)
    return first
  } catch {
    return undefined
  }
}

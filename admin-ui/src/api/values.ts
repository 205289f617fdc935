/** Values that a field has, for those who compare with them. */
import { ask, backend } from './backend'
import type { Collection } from './collections'
import type { Field } from './fields'
import type { Row } from './records'

/** How many records are looked at for their values. */
const LOOKED_AT = 100

/** Different values of a field that have a text in them, those of the newest records first. */
export async function valuesOf(collection: Collection, field: Field, typed: string, signal: AbortSignal): Promise<(string | number)[]> {
  const isText = field.type !== 'number'
  const filter = isText ? backend.filter(`${field.name} != '' && ${field.name} ~ {:typed}`, { typed }) : ''
  const newest = collection.fields.some(({ name }) => name === 'created') ? '-created' : ''
  const { items } = await ask((asked) =>
    asked.collection<Row>(collection.name).getList(1, LOOKED_AT, { filter, sort: newest, fields: field.name, skipTotal: true, signal }),
  )
  const found = items.map((row) => row[field.name]).filter((one) => typeof one === 'string' || typeof one === 'number')
  return [...new Set(found)]
}


/** What the values of a field are like: how many are empty, how many differ, the least and the most. */
import { isMultiple, type Field } from './fields'
import { ask } from './backend'
import { countRecords, type Question, type Row } from './records'
import { both } from './many'

export interface Statistics {
  /** How many records match. */
  records: number
  /** How many of them have nothing there, or no. */
  empty?: number
  least?: unknown
  most?: unknown
}

/** What a field has where it has nothing. */
function emptyOf(field: Field): string | undefined {
  const { name } = field
  if (isMultiple(field)) return `${name}:length = 0`
  switch (field.type) {
    case 'number':
      return `${name} = 0`
    case 'bool':
      return `${name} = false`
    case 'json':
      return `${name} = null`
    case 'geoPoint':
      return `${name}.lon = 0 && ${name}.lat = 0`
    case 'password':
      return undefined
    default:
      return `${name} = ""`
  }
}

const ORDERED = new Set<Field['type']>(['number', 'date', 'autodate', 'text', 'email', 'url'])

/** Of the records that match a filter. */
export async function statisticsOf(collection: string, field: Field, filter: Question['filter'], signal: AbortSignal): Promise<Statistics> {
  const none = emptyOf(field)
  const isOrdered = ORDERED.has(field.type)
  // What is empty would be the least one; zero is a number.
  const filled = field.type === 'number' ? filter : both(filter, `${field.name} != ""`)
  const first = async (sort: string): Promise<unknown> => {
    const { items } = await ask((backend) =>
      backend.collection<Row>(collection).getList(1, 1, { filter: filled, sort, fields: field.name, skipTotal: true, signal }),
    )
    return items[0]?.[field.name]
  }
  const [records, empty, least, most] = await Promise.all([
    countRecords(collection, filter, signal),
    none === undefined ? undefined : countRecords(collection, both(filter, none), signal),
    isOrdered ? first(field.name) : undefined,
    isOrdered ? first(`-${field.name}`) : undefined,
  ])
  return { records, ...(empty !== undefined && { empty }), ...(least !== undefined && { least }), ...(most !== undefined && { most }) }
}

/** How many different values a field has, in all records: the API of records does not tell, so the database is asked. */
export async function distinctOf(collection: string, field: Field, signal: AbortSignal): Promise<number> {
  const [table, column] = [collection, field.name].map((name) => `"${name.replaceAll('"', '""')}"`)
  const query = isMultiple(field)
    ? `SELECT count(DISTINCT one.value) FROM ${table} AS t, json_each(CASE WHEN json_valid(t.${column}) THEN t.${column} ELSE '[]' END) AS one`
    : `SELECT count(DISTINCT ${column}) FROM ${table}`
  const { rows } = await ask((backend) => backend.send<{ rows: (string | null)[][] }>('/api/sql', { method: 'POST', body: { query }, signal }))
  return Number(rows[0]?.[0] ?? 0)
}

/** What stands for a record where there is room for a few words. */
import type { Collection } from '../api/collections'
import type { Row } from '../api/records'

/** Names that usually say what a record is, best first. */
const TELLING = ['title', 'name', 'label', 'username', 'email', 'subject', 'slug', 'key']

/** The text of a record: its presentable fields, else the one whose name tells most, else its id. */
export function present(row: Row, collection: Collection | undefined): string {
  const marked = collection?.fields.filter((field) => field.presentable).map((field) => text(row[field.name])) ?? []
  const said = marked.filter((one) => one !== '').join(' · ')
  if (said !== '') return said
  const keys = Object.keys(row)
  for (const name of TELLING) {
    const key = keys.find((one) => one.toLowerCase() === name)
    const found = key === undefined ? '' : text(row[key])
    if (found !== '') return found
  }
  return row.id
}

function text(value: unknown): string {
  if (typeof value === 'string') return value.trim() === '' ? '' : value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

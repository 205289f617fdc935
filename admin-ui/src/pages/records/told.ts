/** Values of a record in words, for those who compare two of them. */
import type { Field } from '../../api/fields'
import type { Row } from '../../api/records'
import { plainOf } from '../../fields/plain'
import { present } from '../../fields/presentable'
import { list } from '../../lib/lists'
import { exact, localTime, readTime } from '../../lib/words'
import { schema } from '../../state/schema.svelte'
import type { Draft } from './draft.svelte'

/** From this many characters on one sees better what was changed in a text than what it is. */
const LONG = 60

export function told(value: unknown, field: Field, { stored, news }: Pick<Draft, 'stored' | 'news'>): string {
  const text = worded(value, field, [stored, news?.row])
  return text === '' ? '(empty)' : text
}

/** Whether the changes in a text are shown word by word. */
export function isLong(values: unknown[], field: Field): boolean {
  const isText = field.type === 'text' || field.type === 'editor' || field.type === 'json'
  return isText && values.some((value) => sourceOf(value).length > LONG)
}

/** A text as it is, JSON on several lines. */
export function sourceOf(value: unknown): string {
  return typeof value === 'string' ? value : value === null || value === undefined ? '' : JSON.stringify(value, null, 2)
}

function worded(value: unknown, field: Field, rows: (Row | undefined)[]): string {
  switch (field.type) {
    case 'bool':
      return value === true ? 'Yes' : 'No'
    case 'number':
      return typeof value === 'number' ? exact(value) : plainOf(value, field)
    case 'password':
      return typeof value === 'string' && value !== '' ? 'a new password' : ''
    case 'date': {
      const time = readTime(value)
      return time ? localTime(time) : plainOf(value, field)
    }
    case 'json':
      return sourceOf(value)
    case 'file':
      return (Array.isArray(value) ? value : [value])
        .map((one: unknown) => (one instanceof File ? `${one.name} (new)` : typeof one === 'string' ? one : ''))
        .filter((name) => name !== '')
        .join(', ')
    case 'relation': {
      const found = rows.flatMap((row) => row?.expand?.[field.name] ?? [])
      const target = schema.find(field.collectionId)
      return list(value)
        .map((id) => found.find((one) => one.id === id))
        .map((row, at) => (row ? present(row, target) : (list(value)[at] ?? '')))
        .join(', ')
    }
    default:
      return plainOf(value, field)
  }
}

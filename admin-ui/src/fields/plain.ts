/** Values of fields as plain text, as they lie in the clipboard and in a cell that is typed into. */
import { isMultiple, type Field } from '../api/fields'
import { fromInput } from './date/time'
import { readNumber } from './number/number'

/** What a text means for a field; or why it means nothing. */
export type Read = { value: unknown } | { fault: string }

export function plainOf(value: unknown, field: Field): string {
  if (value === null || value === undefined || field.type === 'password') return ''
  if (Array.isArray(value) && isMultiple(field)) return value.join(', ')
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value)
}

export function readPlain(text: string, field: Field): Read {
  switch (field.type) {
    case 'number': {
      const value = readNumber(text)
      return value === undefined ? { fault: 'This is no number.' } : { value }
    }
    case 'bool':
      return readBool(text)
    case 'date':
      return readDate(text)
    case 'select':
      return readSelect(text, field.values, field.maxSelect)
    case 'relation': {
      const ids = listed(text)
      return { value: field.maxSelect > 1 ? ids : (ids[0] ?? '') }
    }
    case 'json':
      return readJson(text)
    default:
      return { value: text }
  }
}

const BOOLS: Record<string, boolean> = { true: true, yes: true, '1': true, x: true, false: false, no: false, '0': false, '': false }

function readBool(text: string): Read {
  const value = BOOLS[text.trim().toLowerCase()]
  return value === undefined ? { fault: 'This is neither true nor false.' } : { value }
}

function readDate(text: string): Read {
  const plain = text.trim()
  if (plain === '') return { value: '' }
  // `2024-05-01` alone is that day as the clocks are here.
  const value = fromInput(/^\d{4}-\d\d-\d\d$/.test(plain) ? `${plain}T00:00:00` : plain.replace(/^(\d{4}-\d\d-\d\d) /, '$1T'))
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z$/.test(value) ? { value } : { fault: 'This is not a date such as 2024-05-01 12:30.' }
}

function readSelect(text: string, values: string[], most: number): Read {
  const one = text.trim()
  if (most <= 1) return one === '' || values.includes(one) ? { value: one } : { fault: `“${one}” is none of ${values.join(', ')}.` }
  const chosen = listed(text)
  const strange = chosen.find((value) => !values.includes(value))
  if (strange !== undefined) return { fault: `“${strange}” is none of ${values.join(', ')}.` }
  return chosen.length > most ? { fault: `At most ${most} can be chosen.` } : { value: chosen }
}

function readJson(text: string): Read {
  if (text.trim() === '') return { value: null }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { fault: 'This is no JSON.' }
  }
}

function listed(text: string): string[] {
  return text.split(',').map((one) => one.trim()).filter((one) => one !== '')
}

const IN_PLACE = new Set<Field['type']>(['text', 'email', 'url', 'number', 'bool', 'select', 'date', 'relation'])
const PASTED = new Set<Field['type']>([...IN_PLACE, 'editor', 'json'])

/** Whether a value can be changed in its cell. */
export function isEditedInPlace(field: Field): boolean {
  return IN_PLACE.has(field.type) && isOwn(field)
}

/** Whether a text can be pasted over a value. */
export function isPasted(field: Field): boolean {
  return PASTED.has(field.type) && isOwn(field)
}

/** Not the server's: keys stay, and nobody types what signs tokens. */
function isOwn(field: Field): boolean {
  return field.name !== 'tokenKey' && !(field.type === 'text' && field.primaryKey)
}

/** What can be done to a field of many records, and what is sent for it. */
import { isMultiple, type Field } from '../api/fields'

export type Deed = 'set' | 'clear' | 'add' | 'remove' | 'increase'

/** In the order in which they are offered. */
export function deedsOf(field: Field): Deed[] {
  const clear: Deed[] = field.required ? [] : ['clear']
  switch (field.type) {
    case 'autodate':
    case 'password':
      return []
    case 'text':
      return field.primaryKey || field.name === 'tokenKey' ? [] : ['set', ...clear]
    case 'bool':
      return ['set']
    case 'number':
      return ['set', 'increase']
    case 'file':
      return clear
    case 'select':
    case 'relation':
      return isMultiple(field) ? ['set', 'add', 'remove', ...clear] : ['set', ...clear]
    default:
      return ['set', ...clear]
  }
}

/** What an update has to say. */
export function bodyOf(field: Field, deed: Deed, value: unknown): Record<string, unknown> {
  switch (deed) {
    case 'set':
      return { [field.name]: value }
    case 'clear':
      return { [field.name]: nothingOf(field) }
    case 'remove':
      return { [`${field.name}-`]: value }
    default:
      return { [`${field.name}+`]: value }
  }
}

/** Whether it is the same when it is done twice. */
export function isRepeatable(deed: Deed): boolean {
  return deed !== 'increase'
}

function nothingOf(field: Field): unknown {
  if (isMultiple(field)) return []
  if (field.type === 'json') return null
  return field.type === 'geoPoint' ? { lon: 0, lat: 0 } : ''
}

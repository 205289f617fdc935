/** What a new record has in a field. */
import { isMultiple, type Field } from '../api/fields'

export function emptyOf(field: Field): unknown {
  if (isMultiple(field)) return []
  switch (field.type) {
    case 'number':
      return 0
    case 'bool':
      return false
    case 'json':
      return null
    case 'geoPoint':
      return { lon: 0, lat: 0 }
    default:
      return ''
  }
}

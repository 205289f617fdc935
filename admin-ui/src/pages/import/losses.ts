/** Which records lose something where an import drops a field. */
import { isMultiple, type Field } from '../../api/fields'

/** Finds the records that have something there; an empty filter is all of them. */
export function hasValue(field: Field): string {
  const { name, type } = field
  if (isMultiple(field)) return `${name}:length > 0`
  if (type === 'number') return `${name} != 0`
  if (type === 'bool') return `${name} = true`
  if (type === 'geoPoint') return `${name}.lon != 0 || ${name}.lat != 0`
  if (type === 'json') return `${name} != null && ${name} != ""`
  // Nobody looks into passwords.
  return type === 'password' ? '' : `${name} != ""`
}

/** The views of a record in its panel. */
import type { Collection } from '../../api/collections'
import type { Row } from '../../api/records'

export type View = 'fields' | 'account' | 'json' | 'relations' | 'api'

export function viewsOf({ type }: Collection): { value: View; label: string }[] {
  return [
    { value: 'fields', label: 'Fields' },
    ...(type === 'auth' ? [{ value: 'account' as const, label: 'Account' }] : []),
    { value: 'json', label: 'JSON' },
    { value: 'relations', label: 'Relations' },
    { value: 'api', label: 'API' },
  ]
}

/** The record as the API tells it. */
export function jsonOf(row: Row): string {
  return JSON.stringify({ ...row, expand: undefined }, null, 2)
}

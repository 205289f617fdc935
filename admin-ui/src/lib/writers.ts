/** What anybody at all may do. */
import type { Collection } from '../api/collections'

/** What everyone may do to the records of a collection, in words; making an account is what sign-ups are. */
export function openWrites(collection: Collection): string[] {
  if (collection.type === 'view') return []
  const { createRule, updateRule, deleteRule } = collection
  const rules = { create: collection.type === 'auth' ? null : createRule, update: updateRule, delete: deleteRule }
  return Object.entries(rules)
    .filter(([, rule]) => rule?.trim() === '')
    .map(([verb]) => verb)
}

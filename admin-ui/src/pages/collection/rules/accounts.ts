/** Whose accounts a rule is tried with. */
import type { Collection } from '../../../api/collections'

/** The collections whose records sign in; first those that the records point to. Superusers are a case of their own. */
export function accountsFor(collection: Collection, all: readonly Collection[]): Collection[] {
  const isNear = ({ id }: Collection): boolean =>
    id === collection.id || collection.fields.some((field) => field.type === 'relation' && field.collectionId === id)
  return all
    .filter(({ type, system }) => type === 'auth' && !system)
    .sort((one, other) => Number(isNear(other)) - Number(isNear(one)))
}

/** What a new backend still needs, seen from its collections. */
import type { Collection } from '../api/collections'

/** The collection of users that every new directory has. */
const FIRST_USERS = '_pb_users_auth_'

/** Whether somebody made it. */
export function isOwn(collection: Collection): boolean {
  return !collection.system && collection.id !== FIRST_USERS
}

/** Whether anybody but superusers may do something with it. */
export function hasRule(collection: Collection): boolean {
  const { listRule, viewRule, createRule, updateRule, deleteRule } = collection
  return [listRule, viewRule, createRule, updateRule, deleteRule].some((rule) => typeof rule === 'string')
}

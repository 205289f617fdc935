/** Collections, as the server tells and takes them. */
import { ask } from './backend'
import type { Field } from './fields'

export type CollectionType = 'base' | 'auth' | 'view'

/** Who may do what: `null` is superusers alone, an empty text everyone, any other text a filter. */
export type Rule = string | null

export interface Collection {
  id: string
  name: string
  type: CollectionType
  system: boolean
  fields: Field[]
  indexes: string[]
  listRule: Rule
  viewRule: Rule
  createRule: Rule
  updateRule: Rule
  deleteRule: Rule
  created: string
  updated: string
  /** Of views. */
  viewQuery?: string
  /** Of collections whose records sign in. */
  authRule?: Rule
  manageRule?: Rule
  /** Further options of such collections. */
  [option: string]: unknown
}

/** All of them, by name, the system's ones last. */
export async function listCollections(): Promise<Collection[]> {
  const all = await ask((backend) => backend.collections.getFullList<Collection>({ batch: 500, sort: 'name' }))
  return all.sort((one, other) => Number(one.system) - Number(other.system))
}

/** Collections, as the server tells and takes them. */
import { ask } from './backend'
import type { Field } from './fields'
import type { Row } from './records'

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

/** What is sent of a collection: everything that was changed, fields and indexes as whole lists. */
export type CollectionChange = Partial<Collection>

export function createCollection(collection: CollectionChange): Promise<Collection> {
  return ask((backend) => backend.collections.create<Collection>(collection))
}

export function updateCollection(id: string, change: CollectionChange): Promise<Collection> {
  return ask((backend) => backend.collections.update<Collection>(id, change))
}

export async function deleteCollection(id: string): Promise<void> {
  await ask((backend) => backend.collections.delete(id))
}

/** Deletes all records. */
export async function truncateCollection(id: string): Promise<void> {
  await ask((backend) => backend.collections.truncate(id))
}

/** A new collection of each type, as the server makes it. */
export function getScaffolds(): Promise<Record<CollectionType, Collection>> {
  return ask((backend) => backend.collections.getScaffolds()) as unknown as Promise<Record<CollectionType, Collection>>
}

/** What a view would be. */
export interface Sample {
  fields: Field[]
  sample: Row[]
}

/** Tries the query of a view; nothing is kept. */
export function tryQuery(query: string): Promise<Sample> {
  return ask((backend) =>
    backend.send<Sample>('/api/collections/meta/dry-run-view', { method: 'POST', body: { query } }),
  )
}

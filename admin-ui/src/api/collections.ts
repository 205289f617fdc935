/** Collections, as the server tells and takes them. */
import type { CollectionModel } from 'pocketbase'
import { ask } from './backend'

export type { CollectionField, CollectionModel } from 'pocketbase'

/** All of them, by name, the system's ones last. */
export async function listCollections(): Promise<CollectionModel[]> {
  const all = await ask((backend) => backend.collections.getFullList({ batch: 500, sort: 'name' }))
  return all.sort((one, other) => Number(one.system) - Number(other.system))
}

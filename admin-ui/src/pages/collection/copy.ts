/** A collection made after another one. */
import type { Collection } from '../../api/collections'
import { readIndex, indexCopy } from '../../lib/indexes'

/** As the other one, under a name that is free. What is secret in it is not known, so nobody comes in by other services. */
export function copyOf(collection: Collection, all: readonly Collection[], random = Math.random): Collection {
  const name = freeName(collection.name.replace(/^_+/, ''), all)
  const { oauth2, ...rest } = structuredClone(collection)
  return {
    ...rest,
    id: '',
    name,
    system: false,
    // The server names the fields anew, and makes the indexes of accounts itself.
    fields: rest.fields.map((field) => ({ ...field, id: '' })),
    indexes: rest.indexes
      .filter((text) => collection.type !== 'auth' || !/^(tokenKey|email)$/.test(readIndex(text)?.columns.join() ?? ''))
      .map((text) => indexCopy(text, name, random())),
    ...(oauth2 && { oauth2: { ...oauth2, enabled: false, providers: [] } }),
  }
}

function freeName(name: string, all: readonly Collection[]): string {
  const taken = (wanted: string): boolean => all.some((one) => one.name.toLowerCase() === wanted.toLowerCase())
  let free = `${name}_copy`
  for (let number = 2; taken(free); number++) free = `${name}_copy${number}`
  return free
}

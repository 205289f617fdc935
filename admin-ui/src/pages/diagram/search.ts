/** Collections and fields by a part of their names. */
import type { Collection } from '../../api/collections'

/** The collections that are called so, or have fields that are; in the order that they came in, those by their own name first. */
export function findIn(collections: readonly Collection[], words: string): Map<string, Set<string>> | undefined {
  const wanted = words.trim().toLowerCase()
  if (wanted === '') return undefined
  const has = (name: string): boolean => name.toLowerCase().includes(wanted)
  const found = collections.flatMap(({ id, name, fields }) => {
    const those = new Set(fields.filter((field) => has(field.name)).map((field) => field.name))
    return has(name) || those.size > 0 ? [{ id, isIt: has(name), those }] : []
  })
  return new Map([...found.filter(({ isIt }) => isIt), ...found.filter(({ isIt }) => !isIt)].map(({ id, those }) => [id, those]))
}

/** The fields to choose among: those of the records, of those that they point at, and of those that point at them. */
import { backwards, type Ground } from '../../../expression/paths'
import type { Collection } from '../../../api/collections'

export interface Choices {
  heading: string
  paths: string[]
}

export function choicesOf({ collection, collections }: Ground): Choices[] {
  const own = { heading: collection.name, paths: pathsOf(collection, '') }
  const ahead = collection.fields.flatMap((field): Choices[] => {
    const target = field.type === 'relation' && collections.find(({ id }) => id === field.collectionId)
    return target ? [{ heading: `${field.name} → ${target.name}`, paths: pathsOf(target, `${field.name}.`) }] : []
  })
  const behind = backwards(collection, { collections }).map(([name, source]) => ({
    heading: `${source.name} that point here`,
    paths: pathsOf(source, `${name}.`),
  }))
  return [own, ...ahead, ...behind]
}

function pathsOf({ fields }: Collection, before: string): string[] {
  return fields.flatMap(({ name, type }) => {
    if (type === 'password' || name === 'tokenKey') return []
    return type === 'geoPoint' ? [`${before}${name}.lon`, `${before}${name}.lat`] : [before + name]
  })
}

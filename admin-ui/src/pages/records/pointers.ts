/** Which fields point to the records of a collection. */
import type { Collection } from '../../api/collections'
import { isMultiple, type RelationField } from '../../api/fields'

export interface Pointer {
  collection: Collection
  field: RelationField
}

export function pointersTo(target: Collection, all: Collection[]): Pointer[] {
  return all.flatMap((collection) =>
    collection.fields.flatMap((field) =>
      field.type === 'relation' && field.collectionId === target.id ? { collection, field } : [],
    ),
  )
}

/** The filter that finds what points to a record by a field. */
export function filterOf({ field }: Pointer, id: string): string {
  const text = `"${id.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  return isMultiple(field) ? `${field.name}.id ?= ${text}` : `${field.name} = ${text}`
}

/** Collections as a graph: which of their fields lead to which collection, and what views are made of. */
import type { Collection } from '../../api/collections'
import type { Field } from '../../api/fields'
import { uniqueFields } from '../../lib/indexes'
import { tablesOf } from '../../lib/sql-tables'

export interface Edge {
  id: string
  /** The ids of the collections. */
  from: string
  to: string
  /** The field that leads there and its place among the fields; views lead to what they are made of as a whole. */
  field: { name: string; row: number } | undefined
  many: boolean
  required: boolean
  cascade: boolean
}

export interface Graph {
  collections: Collection[]
  edges: Edge[]
}

/** The collections that are given, and what leads from one of them to another. */
export function graphOf(collections: readonly Collection[]): Graph {
  return { collections: [...collections], edges: collections.flatMap((one) => edgesOf(one, collections)) }
}

function edgesOf(collection: Collection, all: readonly Collection[]): Edge[] {
  const relations = collection.fields.flatMap((field, row): Edge[] => {
    if (field.type !== 'relation' || !all.some(({ id }) => id === field.collectionId)) return []
    return [
      {
        id: `${collection.id} ${field.name}`,
        from: collection.id,
        to: field.collectionId,
        field: { name: field.name, row },
        many: field.maxSelect > 1,
        required: isRequired(field),
        // The records of a view go with those below, whatever the field once said.
        cascade: field.cascadeDelete && collection.type !== 'view',
      },
    ]
  })
  const sources = sourcesOf(collection, all).map(
    ({ id }): Edge => ({ id: `${collection.id} < ${id}`, from: collection.id, to: id, field: undefined, many: false, required: false, cascade: false }),
  )
  return [...relations, ...sources]
}

/** Lines between names alone: those that say the same of the same two are one. */
export function merged(edges: readonly Edge[]): Edge[] {
  const found = new Map<string, Edge>()
  for (const edge of edges) {
    const { from, to, field, many, required, cascade } = edge
    const key = [from, to, field !== undefined, many, required, cascade].join(' ')
    const there = found.get(key)
    if (!there) found.set(key, edge)
    else if (there.field && field) found.set(key, { ...there, field: { ...there.field, name: `${there.field.name}, ${field.name}` } })
  }
  return [...found.values()]
}

/** The collections that a view is made of. */
export function sourcesOf({ type, viewQuery }: Collection, all: readonly Collection[]): Collection[] {
  if (type !== 'view') return []
  return tablesOf(viewQuery ?? '').flatMap((name) => all.filter((one) => one.name.toLowerCase() === name.toLowerCase()))
}

/** A collection, those that it leads to, and those that lead to it. */
export function neighboursOf(id: string, edges: readonly Edge[]): Set<string> {
  return new Set([id, ...edges.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []))])
}

export type Mark = 'required' | 'unique' | 'hidden' | 'system'

/** What a field is beyond its type. */
export function marksOf(field: Field, indexes: readonly string[]): Mark[] {
  const isKey = field.type === 'text' && field.primaryKey
  const isOnce = isKey || uniqueFields(indexes).some((name) => name.toLowerCase() === field.name.toLowerCase())
  const marks: [Mark, boolean][] = [
    ['required', isRequired(field)], ['unique', isOnce], ['hidden', field.hidden], ['system', field.system],
  ]
  return marks.filter(([, is]) => is).map(([mark]) => mark)
}

function isRequired(field: Field): boolean {
  return field.required === true || (field.type === 'relation' && field.minSelect > 0)
}

/** How many records of the other collection there are to one of this. */
export function amountOf({ many, required }: Pick<Edge, 'many' | 'required'>): string {
  if (many) return required ? 'one or more' : 'any number'
  return required ? 'exactly one' : 'one or none'
}

/** An edge in words: `author leads to users: exactly one; deleted with it`. */
export function told(edge: Edge, nameOf: (id: string) => string): string {
  if (!edge.field) return `${nameOf(edge.from)} is made of ${nameOf(edge.to)}`
  return `${nameOf(edge.from)}.${edge.field.name} leads to ${nameOf(edge.to)}: ${amountOf(edge)}${edge.cascade ? '; its records are deleted with it' : ''}`
}

/** Where a path of a filter leads: through relations, backwards, into the request and into other collections. */
import type { Collection } from '../api/collections'
import { isMultiple, type Field } from '../api/fields'

export type Purpose = 'filter' | 'rule'

/** The collections, and the one whose records are asked about. */
export interface Ground {
  collections: readonly Collection[]
  collection: Collection
  purpose: Purpose
}

/** What a step of a path stands for. */
export type Stop =
  | { kind: 'records'; collections: Collection[]; isMany: boolean; isBody?: true }
  | { kind: 'field'; collection: Collection; field: Field; isMany: boolean; isBody?: true }
  | { kind: 'request' | 'collections' | 'names' | 'text' | 'place' }

export const MODIFIERS = ['lower', 'length', 'each', 'isset', 'changed'] as const
export type Modifier = (typeof MODIFIERS)[number]

export interface Reached {
  stop: Stop
  modifier: string | undefined
}

/** Where a whole path leads; nothing where a part of it is not known. */
export function follow(path: string, ground: Ground): Reached | undefined {
  const [, steps = '', modifier] = /^(.*?)(?::(\w*))?$/.exec(path) ?? []
  // An alias is no modifier: `@collection.memberships:two.user`.
  const bare = path.startsWith('@collection.') ? path.replace(/^(@collection\.\w+):\w+(?=\.)/, '$1') : path
  if (bare !== path) return follow(bare, ground)
  let stop: Stop | undefined = begin(ground)
  for (const step of steps.split('.')) {
    stop = stop && next(stop, step, ground)
    if (!stop) return undefined
  }
  return { stop, modifier }
}

/** Where the first step begins. */
export function begin(ground: Ground): Stop {
  return { kind: 'records', collections: [ground.collection], isMany: false }
}

/** One step on. */
export function next(stop: Stop, step: string, ground: Ground): Stop | undefined {
  const { collections, purpose } = ground
  switch (stop.kind) {
    case 'records': {
      if (step === '@request') return purpose === 'rule' ? { kind: 'request' } : undefined
      if (step === '@collection') return purpose === 'rule' ? { kind: 'collections' } : undefined
      for (const collection of stop.collections) {
        const found = within(collection, step, stop, ground)
        if (found) return found
      }
      return undefined
    }
    case 'field':
      return beyond(stop, step, ground)
    case 'request':
      if (step === 'auth') {
        return { kind: 'records', collections: collections.filter(({ type }) => type === 'auth'), isMany: false }
      }
      if (step === 'body') return { kind: 'records', collections: [ground.collection], isMany: false, isBody: true }
      if (step === 'query' || step === 'headers') return { kind: 'names' }
      return step === 'method' || step === 'context' ? { kind: 'text' } : undefined
    case 'collections': {
      const found = collections.find(({ name }) => name === step)
      return found && { kind: 'records', collections: [found], isMany: true }
    }
    case 'names':
      return { kind: 'text' }
    case 'text':
    case 'place':
      return undefined
  }
}

function within(collection: Collection, step: string, from: { isMany: boolean; isBody?: true }, ground: Ground): Stop | undefined {
  const field = collection.fields.find(({ name }) => name === step)
  const body = from.isBody ? { isBody: true as const } : {}
  if (field) return { kind: 'field', collection, field, isMany: from.isMany || isMultiple(field), ...body }
  if (collection.type === 'auth' && (step === 'collectionName' || step === 'collectionId')) return { kind: 'text' }
  const back = backwards(collection, ground).find(([name]) => name === step)
  return back && { kind: 'records', collections: [back[1]], isMany: true }
}

/** The paths that lead to who points at a collection: `comments_via_post`. */
export function backwards(collection: Collection, { collections }: Pick<Ground, 'collections'>): [string, Collection, Field][] {
  return collections.flatMap((source) =>
    source.fields.flatMap((field): [string, Collection, Field][] =>
      field.type === 'relation' && field.collectionId === collection.id ? [[`${source.name}_via_${field.name}`, source, field]] : [],
    ),
  )
}

function beyond({ field, isMany }: Stop & { kind: 'field' }, step: string, ground: Ground): Stop | undefined {
  if (field.type === 'relation') {
    const target = ground.collections.find(({ id }) => id === field.collectionId)
    return target && next({ kind: 'records', collections: [target], isMany }, step, ground)
  }
  if (field.type === 'json') return { kind: 'text' }
  return field.type === 'geoPoint' && (step === 'lon' || step === 'lat') ? { kind: 'place' } : undefined
}

/** What can be compared at the end of a path. */
export type Comparable = 'text' | 'number' | 'bool' | 'time' | 'choice' | 'relation' | 'other'

export function comparableOf({ stop, modifier }: Reached): Comparable {
  if (modifier === 'isset' || modifier === 'changed') return 'bool'
  if (modifier === 'length' || stop.kind === 'place') return 'number'
  if (stop.kind !== 'field') return 'text'
  switch (stop.field.type) {
    case 'number':
      return 'number'
    case 'bool':
      return 'bool'
    case 'date':
    case 'autodate':
      return 'time'
    case 'select':
      return 'choice'
    case 'relation':
      return 'relation'
    case 'json':
    case 'geoPoint':
    case 'password':
      return 'other'
    default:
      return 'text'
  }
}

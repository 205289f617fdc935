/** What an import would change, collection by collection. */
import type { Collection } from '../api/collections'
import type { Field } from '../api/fields'
import type { Described } from './schema-text'

export interface Change {
  kind: 'added' | 'changed' | 'removed'
  /** A field or an option, by its name. */
  what: string
  /** What of it, before and after. */
  detail: string
  /** The field that goes. */
  field?: Field
}

export interface CollectionDiff {
  name: string
  kind: 'added' | 'changed' | 'removed' | 'same'
  before?: Collection
  after?: Described
  changes: Change[]
}

/** As the server would find them: by id, else by name. With `removes`, what is not described goes; what is of the system
 * stays always. */
export function schemaDiff(stored: readonly Collection[], described: readonly Described[], removes: boolean): CollectionDiff[] {
  const found: CollectionDiff[] = []
  const matched = new Set<string>()
  for (const after of described) {
    const before = stored.find(({ id }) => id === after.id) ?? stored.find(({ name }) => name.toLowerCase() === after.name.toLowerCase())
    if (!before) {
      const changes = (after.fields ?? []).map((field): Change => ({ kind: 'added', what: field.name, detail: field.type }))
      found.push({ name: after.name, kind: 'added', after, changes })
      continue
    }
    matched.add(before.id)
    const changes = [...optionChanges(before, after), ...fieldChanges(before, after, removes)]
    found.push({ name: before.name, kind: changes.length > 0 ? 'changed' : 'same', before, after, changes })
  }
  if (removes) {
    for (const before of stored) {
      if (!before.system && !matched.has(before.id)) found.push({ name: before.name, kind: 'removed', before, changes: [] })
    }
  }
  const order = ['removed', 'changed', 'added', 'same']
  return found.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
}

const NEVER = ['id', 'fields', 'created', 'updated', 'system', 'collectionId', 'collectionName']

function optionChanges(before: Collection, after: Described): Change[] {
  return Object.entries(after)
    .filter(([key, value]) => !NEVER.includes(key) && !covers(before[key], value))
    .map(([key, value]) => ({ kind: 'changed', what: key, detail: detailOf(key, before, value) }))
}

function detailOf(key: string, before: Collection, after: unknown): string {
  if (key === 'indexes') return lines(before.indexes, after)
  return key.endsWith('Rule') ? `${who(before[key])} → ${who(after)}` : between(before[key], after)
}

/** Whom a rule lets. */
function who(rule: unknown): string {
  if (rule === null || rule === undefined) return 'superusers only'
  return rule === '' ? 'everyone' : String(rule)
}

function fieldChanges(before: Collection, after: Described, removes: boolean): Change[] {
  if (!after.fields) return removes ? goes(before.fields, () => true) : []
  const found: Change[] = []
  const matched = new Set<string>()
  for (const field of after.fields) {
    const old =
      before.fields.find(({ id }) => id === field.id) ??
      before.fields.find(({ name, type }) => name === field.name && type === field.type)
    if (!old) {
      found.push({ kind: 'added', what: field.name, detail: field.type })
      continue
    }
    matched.add(old.id)
    const parts = Object.entries(field)
      .filter(([key, value]) => key !== 'id' && !covers((old as unknown as Record<string, unknown>)[key], value))
      .map(([key, value]) => `${key} ${between((old as unknown as Record<string, unknown>)[key], value)}`)
    if (parts.length > 0) found.push({ kind: 'changed', what: old.name, detail: parts.join(', ') })
  }
  return removes ? [...found, ...goes(before.fields, (field) => !matched.has(field.id))] : found
}

function goes(fields: readonly Field[], is: (field: Field) => boolean): Change[] {
  return fields
    .filter((field) => !field.system && is(field))
    .map((field) => ({ kind: 'removed', what: field.name, detail: field.type, field }))
}

/** Whether nothing changes: objects are merged, so what is not said stays. */
function covers(before: unknown, after: unknown): boolean {
  if (typeof after === 'object' && after !== null && !Array.isArray(after) && typeof before === 'object' && before !== null) {
    return Object.entries(after).every(([key, value]) => covers((before as Record<string, unknown>)[key], value))
  }
  // Lists that are not there are empty ones.
  const plain = (value: unknown): string => JSON.stringify(value ?? null).replace(/^\[\]$/, 'null')
  return plain(before) === plain(after)
}

function between(before: unknown, after: unknown): string {
  return `${told(before)} → ${told(after)}`
}

function told(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}

function lines(before: readonly string[], after: unknown): string {
  const list = Array.isArray(after) ? after.map(String) : []
  const [gone, come] = [before.filter((one) => !list.includes(one)), list.filter((one) => !before.includes(one))]
  return [...gone.map((one) => `without ${one}`), ...come.map((one) => `with ${one}`)].join('; ') || 'in another order'
}

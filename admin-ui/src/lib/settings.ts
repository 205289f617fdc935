/** Settings as a tree: values by their paths, what differs between two readings, and the change that is sent. */
import { isSame } from './same'

export type Tree = Readonly<Record<string, unknown>>

/** The value at a path such as `meta.appName`. */
export function valueAt(tree: Tree, path: string): unknown {
  let node: unknown = tree
  for (const step of path.split('.')) {
    if (typeof node !== 'object' || node === null) return undefined
    node = (node as Record<string, unknown>)[step]
  }
  return node
}

/** The smallest tree that holds values at their paths: what a change sends. */
export function treeOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const tree: Record<string, unknown> = {}
  for (const [path, value] of Object.entries(values)) {
    const steps = path.split('.')
    const last = steps.pop() ?? path
    let node = tree
    for (const step of steps) {
      const next = (node[step] ??= {}) as Record<string, unknown>
      node = next
    }
    node[last] = value
  }
  return tree
}

/** What somebody else made of a value that was changed here too. */
export interface Overtaken {
  path: string
  theirs: unknown
  mine: unknown
}

/** Of the values that were typed, those that changed on the server to something else since they were read. */
export function overtaken(base: Tree, now: Tree, typed: Readonly<Record<string, unknown>>): Overtaken[] {
  return Object.entries(typed).flatMap(([path, mine]) => {
    const theirs = valueAt(now, path)
    return isSame(valueAt(base, path), theirs) || isSame(theirs, mine) ? [] : [{ path, theirs, mine }]
  })
}

/** The sentence beside an input: its own, or the first of what lies in it, with the place in a list. */
export function errorAt(errors: Readonly<Record<string, string>>, path: string): string | undefined {
  const own = errors[path]
  if (own) return own
  const nested = Object.entries(errors).find(([one]) => one.startsWith(`${path}.`))
  if (!nested) return undefined
  const [place = ''] = nested[0].slice(path.length + 1).split('.')
  return /^\d+$/.test(place) ? `Entry ${Number(place) + 1}: ${nested[1]}` : nested[1]
}

/** A value as a person reads it, short enough for a sentence. */
export function said(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) {
    if (value.length === 0) return 'nothing'
    return value.every((one) => typeof one === 'string') ? value.join(', ') : `${value.length} ${value.length === 1 ? 'entry' : 'entries'}`
  }
  return typeof value === 'string' ? `“${value}”` : JSON.stringify(value)
}

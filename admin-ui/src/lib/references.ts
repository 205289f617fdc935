/** Where rules name a field or a collection: they are read as far as names go; what they mean is for the server to say. */
import type { Collection } from '../api/collections'

/** What is looked for: a field of a collection, or the collection itself. */
export interface Target {
  collection: string
  field?: string
}

/** A place in a text. */
export interface Place {
  from: number
  to: number
}

interface Step extends Place {
  name: string
}

/** The places where a rule of a collection names the target. `all` are the collections as they are stored. */
export function places(rule: string, own: Collection, target: Target, all: readonly Collection[]): Place[] {
  return paths(rule).flatMap((path) => along(path, own, target, all))
}

/** A place, and what is to stand there. */
export interface Edit extends Place {
  text: string
}

/** The text after its edits, which do not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  let made = text
  for (const one of [...edits].sort((one, other) => other.from - one.from)) {
    made = made.slice(0, one.from) + one.text + made.slice(one.to)
  }
  return made
}

/** Whether a query names a word, quoted or not. */
export function names(sql: string, word: string): boolean {
  return new RegExp(`(?<![\\w])${word.replaceAll(/[^\w]/g, '\\$&')}(?![\\w])`, 'i').test(sql)
}

/** The paths of a rule, such as `author.name`, outside its texts and comments. */
function paths(rule: string): Step[][] {
  const found: Step[][] = []
  const token = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|\/\/[^\n]*|[@A-Za-z_][\w@]*(?::\w+)?(?:\.\w+(?::\w+)?)*/g
  for (const { 0: text, index } of rule.matchAll(token)) {
    if (/^["'/]/.test(text)) continue
    let from = index
    found.push(
      text.split('.').map((step) => {
        const name = step.replace(/:.*$/, '')
        const one = { name, from, to: from + name.length }
        from += step.length + 1
        return one
      }),
    )
  }
  return found
}

function along(path: Step[], own: Collection, target: Target, all: readonly Collection[]): Place[] {
  const found: Place[] = []
  const [first, second] = path
  let rest = path
  let at: Collection[] = [own]
  if (first?.name === '@collection' && second) {
    if (target.field === undefined && same(second.name, nameOf(target, all))) found.push(second)
    at = all.filter(({ name }) => same(name, second.name))
    rest = path.slice(2)
  } else if (first?.name === '@request') {
    // Who asks may be of any collection that signs in; what is sent is a record of this one.
    if (second?.name === 'auth') at = all.filter(({ type }) => type === 'auth')
    else if (second?.name !== 'body' && second?.name !== 'data') return found
    rest = path.slice(2)
  } else if (first?.name.startsWith('@')) return found

  for (const step of rest) {
    const next: Collection[] = []
    const via = /^(\w+)_via_(\w+)$/.exec(step.name)
    for (const collection of at) {
      const field = collection.fields.find(({ name }) => same(name, step.name))
      if (field) {
        if (collection.id === target.collection && target.field !== undefined && same(field.name, target.field)) found.push(step)
        if (field.type === 'relation') next.push(...all.filter(({ id }) => id === field.collectionId))
      } else if (via?.[1] && via[2]) {
        const [, from, back] = via
        const source = all.find(({ name }) => same(name, from))
        if (!source) continue
        next.push(source)
        if (source.id !== target.collection) continue
        if (target.field === undefined) found.push({ from: step.from, to: step.from + from.length })
        else if (same(back, target.field)) found.push({ from: step.to - back.length, to: step.to })
      }
    }
    at = next
  }
  // Several kinds of accounts may have a field of the name, and it is still one place.
  return found.filter((one, index) => found.findIndex(({ from }) => from === one.from) === index)
}

function nameOf({ collection }: Target, all: readonly Collection[]): string {
  return all.find(({ id }) => id === collection)?.name ?? ''
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}

/** What names fields and collections that get another name or go, and how it follows them. */
import type { Collection, CollectionChange, Rule } from '../../../api/collections'
import type { Field } from '../../../api/fields'
import type { ViewFate } from '../../../api/plans'
import { readIndex } from '../../../lib/indexes'
import { edited, names, places, type Edit, type Target } from '../../../lib/references'

export interface FieldChange {
  before: Field
  /** `undefined` where it goes. */
  after: Field | undefined
}

export const RULES = ['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule', 'authRule', 'manageRule'] as const
export type RuleName = (typeof RULES)[number]

/** A text that names what is renamed or goes. */
export interface Mention {
  collection: Collection
  /** What it is, in words. */
  what: string
  /** The old name. */
  name: string
  /** What would make it right again; `undefined` where only a person can say. */
  edits: Edit[] | undefined
  place: { rule: RuleName | 'mfa.rule' } | { index: number }
}

/** Whether it goes with what it names: an index on a field that is dropped has nothing to stand on. */
export function goes({ edits }: Mention): boolean {
  return edits !== undefined && edits.every(({ text }) => text === '')
}

/** What names the fields, or the collection by its old name. Rules of the collection itself are looked at as they would
 * be saved. */
export function mentions(stored: Collection, draft: Collection, changes: readonly FieldChange[], all: readonly Collection[]): Mention[] {
  const found: Mention[] = []
  for (const { before, after } of changes) {
    if (after?.name === before.name) continue
    found.push(...mentionsOf({ collection: stored.id, field: before.name }, before.name, after?.name, stored, draft, all))
  }
  if (draft.name !== stored.name) {
    found.push(...mentionsOf({ collection: stored.id }, stored.name, draft.name, stored, draft, all))
  }
  return found
}

function mentionsOf(target: Target, name: string, next: string | undefined, stored: Collection, draft: Collection, all: readonly Collection[]): Mention[] {
  const found: Mention[] = []
  for (const one of all) {
    const isOwn = one.id === stored.id
    const texts = isOwn ? draft : one
    const rules: [RuleName | 'mfa.rule', Rule | undefined][] = [...RULES.map((rule) => [rule, texts[rule]] as [RuleName, Rule | undefined]), ['mfa.rule', texts.mfa?.rule]]
    for (const [rule, text] of rules) {
      if (!text) continue
      const there = places(text, one, target, all)
      if (there.length === 0) continue
      const edits = next === undefined ? undefined : there.map((place) => ({ ...place, text: next }))
      found.push({ collection: one, what: `the rule ${ruleLabel(rule)} of ${one.name}`, name, edits, place: { rule } })
    }
  }
  if (target.field !== undefined) {
    draft.indexes.forEach((text, index) => {
      const parts = readIndex(text)
      if (!parts || !(names(parts.columns.join(), name) || names(parts.where, name))) return
      // An index on what goes has nothing to stand on.
      const edits = next === undefined ? [{ from: 0, to: text.length, text: '' }] : columnEdits(text, name, next)
      found.push({ collection: stored, what: `the index ${parts.name}`, name, edits, place: { index } })
    })
  }
  return found
}

/** What puts another column into the text of an index; its own name and its table stay. */
function columnEdits(index: string, name: string, next: string): Edit[] {
  const at = index.indexOf('(')
  return [...index.slice(at).matchAll(new RegExp(`(?<!\\w)${name}(?!\\w)`, 'gi'))].map((found) => {
    const from = at + found.index
    return { from, to: from + name.length, text: next }
  })
}

/** A change of another collection, to be sent once this one is saved. */
export interface Follow {
  id: string
  name: string
  change: CollectionChange
}

/** Mends what can be: in what is sent of the collection at once; what is to be sent of others comes back. */
export function mend(draft: Collection, found: readonly Mention[]): Follow[] {
  const follows = new Map<string, Follow>()
  const places = new Map<string, Mention[]>()
  for (const one of found) {
    if (!one.edits) continue
    const key = JSON.stringify([one.collection.id, one.place])
    places.set(key, [...(places.get(key) ?? []), one])
  }
  for (const [first, ...more] of places.values()) {
    if (!first) continue
    const { collection, place } = first
    const edits = [first, ...more].flatMap((one) => one.edits ?? [])
    const isOwn = collection.id === draft.id
    if ('index' in place) {
      const text = draft.indexes[place.index] ?? ''
      // More than one thing in it may go.
      const isGone = edits.some((edit) => edit.text === '')
      draft.indexes[place.index] = isGone ? '' : edited(text, edits)
    } else if ('rule' in place) {
      const name = place.rule
      const mfa = isOwn ? draft.mfa : collection.mfa
      if (name !== 'mfa.rule') {
        const rule = edited((isOwn ? draft : collection)[name] ?? '', edits)
        if (isOwn) draft[name] = rule
        else follow(follows, collection)[name] = rule
      } else if (mfa) {
        const rule = edited(mfa.rule, edits)
        if (isOwn) mfa.rule = rule
        else follow(follows, collection).mfa = { ...mfa, rule }
      }
    }
  }
  draft.indexes = draft.indexes.filter((text) => text !== '')
  return [...follows.values()]
}

function follow(follows: Map<string, Follow>, { id, name }: Collection): CollectionChange {
  const one = follows.get(id) ?? { id, name, change: {} }
  follows.set(id, one)
  return one.change
}

/** The queries of views that follow, as the server has put the new names into them. */
export function viewFollows(views: readonly ViewFate[], all: readonly Collection[]): Follow[] {
  return views.flatMap(({ name, query }) => {
    const view = all.find((one) => one.name === name)
    return view && query !== undefined ? [{ id: view.id, name, change: { viewQuery: query } }] : []
  })
}

/** Puts other names where a sign-in names fields. */
export function renameInSignIn({ passwordAuth, oauth2 }: CollectionChange, changes: readonly FieldChange[]): void {
  for (const { before, after } of changes) {
    if (!after || after.name === before.name) continue
    if (passwordAuth) passwordAuth.identityFields = passwordAuth.identityFields.map((name) => (name === before.name ? after.name : name))
    for (const key of ['id', 'name', 'username', 'avatarURL'] as const) {
      if (oauth2?.mappedFields[key] === before.name) oauth2.mappedFields[key] = after.name
    }
  }
}

export function ruleLabel(rule: string): string {
  const labels: Record<string, string> = { authRule: '“Sign in”', manageRule: '“Manage”', 'mfa.rule': 'of the second factor' }
  return labels[rule] ?? `“${rule.charAt(0).toUpperCase()}${rule.slice(1).replace('Rule', '')}”`
}

/** From a template to the collections that are sent. */
import type { Collection, CollectionChange } from '../../../api/collections'
import type { Field } from '../../../api/fields'
import { indexOn } from '../../../lib/indexes'
import { newField, times } from '../new-field'
import { RULES } from '../plan/plan'
import { ACCOUNTS, type Template, type TemplateField } from './templates'

/** The collection that stands for the people of the app; `undefined` where there is none. */
export function accountsOf(all: readonly Collection[]): Collection | undefined {
  const auth = all.filter(({ type, system }) => type === 'auth' && !system)
  return auth.find(({ name }) => name === 'users') ?? auth[0]
}

/** Why a template cannot be made here; an empty text where it can. */
export function obstacle(template: Template, all: readonly Collection[]): string {
  const taken = template.collections.map(({ name }) => name).filter((name) => all.some((one) => one.name.toLowerCase() === name))
  if (taken.length > 0) return `There is a collection ${taken.join(' and ')} already.`
  const needsAccounts = template.collections.some(({ fields }) => fields.some(({ to }) => to === ACCOUNTS))
  return needsAccounts && !accountsOf(all) ? 'It needs an auth collection, whose records are the people of the app.' : ''
}

/** The collections of a template, which point to each other by their new ids. */
export function made(template: Template, all: readonly Collection[], random = Math.random): CollectionChange[] {
  const ids = new Map(template.collections.map(({ name }) => [name, newId(random)]))
  const accounts = accountsOf(all)
  if (accounts) ids.set(ACCOUNTS, accounts.id)
  return template.collections.map(({ name, fields, indexes, rules }) => ({
    id: ids.get(name) ?? '',
    name,
    type: 'base',
    fields: [...fields.map((field) => fieldOf(field, ids)), ...times()],
    indexes: indexes.map(({ fields: on, unique }) => indexOn(name, on, unique === true, random())),
    ...Object.fromEntries(RULES.slice(0, 5).map((rule) => [rule, rules[rule] ?? null])),
  }))
}

function fieldOf({ to, ...field }: TemplateField, ids: ReadonlyMap<string, string>): Field {
  return { ...newField(field.type, field.name, ids.get(to ?? '')), ...field } as Field
}

function newId(random: () => number): string {
  return `pbc_${String(Math.floor(random() * 9e9) + 1e9)}`
}

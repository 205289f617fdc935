/** Rules that many apps need, written for the fields that a collection has. */
import type { Collection, Rule } from '../api/collections'
import { isMultiple, type Field, type RelationField } from '../api/fields'

type RuleName = 'listRule' | 'viewRule' | 'createRule' | 'updateRule' | 'deleteRule' | 'authRule' | 'manageRule'

export interface Preset {
  label: string
  hint: string
  /** What it sets; other rules stay. */
  rules: Partial<Record<RuleName, Rule>>
}

/** The collection as it would be saved. */
export type Subject = Pick<Collection, 'id' | 'type' | 'name' | 'fields'>

const RECORDS: readonly RuleName[] = ['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule']

/** What can be chosen for a rule, of what the schema has the fields for. */
export function presetsFor(rule: RuleName, subject: Subject, all: readonly Collection[]): Preset[] {
  if (rule === 'authRule') {
    return [{ label: 'Verified addresses', hint: 'Accounts sign in once their address is confirmed.', rules: { authRule: 'verified = true' } }]
  }
  if (!RECORDS.includes(rule)) return []
  const accounts = all.filter(({ type, system }) => type === 'auth' && !system)
  if (accounts.length === 0) return []
  return [
    ...owners(rule, subject, accounts),
    {
      label: 'Verified users',
      hint: 'Whoever is signed in and has confirmed their address.',
      rules: { [rule]: '@request.auth.verified = true' },
    },
    ...publicReads(subject, accounts),
    ...organisations(rule, subject, accounts),
  ]
}

/** The relations of records to accounts. */
function relations(subject: Subject, accounts: readonly Collection[]): [RelationField, Collection][] {
  return subject.fields.flatMap((field) => {
    const target = field.type === 'relation' ? accounts.find(({ id }) => id === field.collectionId) : undefined
    return field.type === 'relation' && target ? [[field, target] as [RelationField, Collection]] : []
  })
}

function owners(rule: RuleName, subject: Subject, accounts: readonly Collection[]): Preset[] {
  const found = relations(subject, accounts).map(([field, target]) => ({
    label: `Owner only: ${field.name}`,
    hint: `The account of ${target.name} that ${field.name} names${rule === 'updateRule' ? '; nobody hands a record on' : ''}.`,
    rules: { [rule]: ownerRule(rule, field, target, accounts) },
  }))
  const isAccount = accounts.some(({ id }) => id === subject.id)
  // Nobody owns an account before there is one.
  if (!isAccount || rule === 'createRule') return found
  const own = `${guard(subject.name, accounts)} && id = @request.auth.id`
  return [{ label: 'Themselves only', hint: 'Each account for itself.', rules: { [rule]: own } }, ...found]
}

function publicReads(subject: Subject, accounts: readonly Collection[]): Preset[] {
  if (subject.type === 'view') return []
  return relations(subject, accounts).map(([field, target]) => ({
    label: `Public read, owner writes: ${field.name}`,
    hint: `Everyone reads; the account of ${target.name} that ${field.name} names writes. Sets all five rules.`,
    rules: {
      listRule: '',
      viewRule: '',
      ...Object.fromEntries(
        (['createRule', 'updateRule', 'deleteRule'] as const).map((rule) => [rule, ownerRule(rule, field, target, accounts)]),
      ),
    },
  }))
}

/** Records and accounts that point to the same record of a third collection. */
function organisations(rule: RuleName, subject: Subject, accounts: readonly Collection[]): Preset[] {
  return subject.fields.flatMap((field) => {
    if (field.type !== 'relation' || accounts.some(({ id }) => id === field.collectionId)) return []
    return accounts.flatMap((account) =>
      account.fields.flatMap((theirs): Preset[] => {
        if (theirs.type !== 'relation' || theirs.collectionId !== field.collectionId) return []
        const shared = kept(rule, field, sameOrganisation(field, theirs, account, accounts))
        return [
          {
            label: `Same ${field.name}`,
            hint: `Accounts of ${account.name} whose ${theirs.name} is the record's ${field.name}. Forbid them to change their ${theirs.name}, or anybody can join.`,
            rules: { [rule]: shared },
          },
        ]
      }),
    )
  })
}

function ownerRule(rule: RuleName, field: Field, target: Collection, accounts: readonly Collection[]): string {
  const owns = isMultiple(field) ? `${field.name}.id ?= @request.auth.id` : `${field.name} = @request.auth.id`
  return kept(rule, field, `${guard(target.name, accounts)} && ${owns}`)
}

/** Null equals the empty text: both sides must be there. */
function sameOrganisation(field: Field, theirs: Field, account: Collection, accounts: readonly Collection[]): string {
  const [ours, its] = [field.name, `@request.auth.${theirs.name}`]
  const namesakes = accounts.filter(({ fields }) => fields.some(({ name }) => name === theirs.name))
  const who = namesakes.length > 1 ? `${guard(account.name, accounts)} && ` : ''
  if (isMultiple(field)) {
    const there = isMultiple(theirs) ? `${ours}:length > 0` : `${its} != ""`
    return `${who}${there} && ${ours}.id ?= ${its}${isMultiple(theirs) ? '.id' : ''}`
  }
  return `${who}${ours} != "" && ${isMultiple(theirs) ? `${its}.id ?= ${ours}` : `${ours} = ${its}`}`
}

/** Whoever updates a record must not make it another one's. */
function kept(rule: RuleName, { name }: Field, text: string): string {
  return rule === 'updateRule' ? `${text} && @request.body.${name}:changed = false` : text
}

/** Guests are nobody, and an id is known to be an account's only together with its collection. */
function guard(collection: string, accounts: readonly Collection[]): string {
  return accounts.length > 1 ? `@request.auth.collectionName = "${collection}"` : '@request.auth.id != ""'
}

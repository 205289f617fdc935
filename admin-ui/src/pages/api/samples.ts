/** Values for examples: those of a record that there is, else what a field of the type could hold. */
import type { Collection } from '../../api/collections'
import { isMultiple, type Field } from '../../api/fields'
import type { Row } from '../../api/records'
import type { FilePart } from '../../code/curl'
import { emptyOf } from '../../fields/empty'
import { uniqueFields } from '../../lib/indexes'
import { exampleOf, tellingFields } from '../records/api-code'

/** What examples are made of. */
export interface Ground {
  collection: Collection
  /** A record that there is. */
  row: Row | undefined
  /** The id of a record of each collection that relations lead to. */
  targets: Readonly<Record<string, string>>
}

/** Stands for the id of a record where there is none. */
export const NO_ID = 'RECORD_ID'
/** Longer values say nothing more. */
const LONGEST = 300

/** What a record is made of, every field that a client can send. */
export function createBody(ground: Ground): Record<string, unknown> {
  const { collection } = ground
  const unique = new Set(uniqueFields(collection.indexes))
  const isAuth = collection.type === 'auth'
  const values: [string, unknown][] = sentFields(collection)
    .filter((field) => field.type !== 'file' && !(field.type === 'text' && field.autogeneratePattern !== ''))
    .flatMap((field): [string, unknown][] => {
      const value = valueOf(field, ground, unique.has(field.name))
      return value === undefined ? [] : [[field.name, value]]
    })
  const account = { email: 'new.account@example.com', emailVisibility: true, password: PASSWORD, passwordConfirm: PASSWORD }
  return { ...(isAuth ? account : {}), ...Object.fromEntries(values) }
}

export const PASSWORD = 'correct horse battery'

/** What an example changes of a record. */
export function updateBody(ground: Ground): Record<string, unknown> {
  const { collection, row } = ground
  const names = tellingFields(sentFields(collection))
  const example = exampleOf(row ?? {}, names)
  const fields = collection.fields.filter(({ name }) => name in example)
  return Object.fromEntries(fields.map((field) => [field.name, valueOf(field, ground, false) ?? example[field.name] ?? emptyOf(field)]))
}

/** The files that go with a record. */
export function filesOf(collection: Collection): FilePart[] {
  return sentFields(collection).flatMap((field) =>
    field.type === 'file' ? [{ name: field.name, fileName: `${field.name}.${kindOf(field.mimeTypes).ending}` }] : [],
  )
}

/** A record as it is answered. */
export function answeredRow({ collection, row, targets }: Ground): Record<string, unknown> {
  const shown = collection.fields.filter((field) => !field.hidden && field.type !== 'password' && field.name !== 'tokenKey')
  const values = shown.map((field): [string, unknown] => {
    if (row) return [field.name, clipped(row[field.name])]
    return [field.name, field.name === 'id' ? NO_ID : field.type === 'file' ? emptyOf(field) : plausible(field, targets)]
  })
  return { collectionId: collection.id, collectionName: collection.name, ...Object.fromEntries(values) }
}

/** The fields that clients send, but for what accounts have beside them. */
function sentFields({ fields, type }: Collection): Field[] {
  const own = new Set(['id', ...(type === 'auth' ? ['email', 'emailVisibility', 'verified', 'password', 'tokenKey'] : [])])
  return fields.filter(({ name, hidden, type }) => !hidden && type !== 'autodate' && !own.has(name))
}

function valueOf(field: Field, { row, targets }: Ground, isUnique: boolean): unknown {
  const real = row?.[field.name]
  const hasReal = !isEmpty(real) && JSON.stringify(real).length <= LONGEST
  if (hasReal) return isUnique ? another(real, field, targets) : real
  // Nobody knows what a pattern lets through.
  if (field.type === 'text' && field.pattern !== '' && !field.required) return undefined
  if (field.type === 'relation' && !targets[field.collectionId] && !field.required) return undefined
  return plausible(field, targets)
}

/** A value that nobody has yet, probably. */
function another(value: unknown, field: Field, targets: Ground['targets']): unknown {
  if (typeof value === 'number') return value + 1
  if (field.type === 'email') return 'somebody.else@example.com'
  return typeof value === 'string' && (field.type === 'text' || field.type === 'url') ? `${value}-2` : plausible(field, targets)
}

function plausible(field: Field, targets: Ground['targets']): unknown {
  const one = plausibleOne(field, targets)
  return isMultiple(field) ? [one] : one
}

function plausibleOne(field: Field, targets: Ground['targets']): unknown {
  switch (field.type) {
    case 'text':
      return fitting('Some words', field.min, field.max)
    case 'editor':
      return '<p>Some words</p>'
    case 'number':
      return Math.min(Math.max(12, field.min ?? -Infinity), field.max ?? Infinity)
    case 'bool':
      return true
    case 'email':
      return `somebody@${field.onlyDomains?.[0] ?? 'example.com'}`
    case 'url':
      return `https://${field.onlyDomains?.[0] ?? 'example.com'}`
    case 'date':
      return field.max || field.min || '2026-01-31 12:00:00.000Z'
    case 'autodate':
      return '2026-01-31 12:00:00.000Z'
    case 'select':
      return field.values[0] ?? ''
    case 'relation':
      return targets[field.collectionId] ?? NO_ID
    case 'json':
      return { key: 'value' }
    case 'geoPoint':
      return { lon: 10.75, lat: 59.91 }
    case 'password':
      return fitting(PASSWORD, field.min, field.max)
    case 'file':
      return ''
  }
}

/** A text as long as it has to be. */
function fitting(text: string, least: number, most: number): string {
  const long = text.length < least ? text.padEnd(least, ` ${text}`) : text
  return most > 0 ? long.slice(0, most).trimEnd() : long
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** A value that leaves room for others. */
function clipped(value: unknown): unknown {
  if (typeof value === 'string') return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value
  return JSON.stringify(value ?? null).length > LONGEST ? '…' : value
}

/** The beginning of a file by which its kind is recognised: as text, or as bytes. */
export interface FileKind {
  ending: string
  begins: string | number[]
}

const KINDS: Record<string, FileKind> = {
  'image/png': { ending: 'png', begins: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  'image/jpeg': { ending: 'jpg', begins: [0xff, 0xd8, 0xff, 0xe0] },
  'image/gif': { ending: 'gif', begins: 'GIF89a' },
  'image/webp': { ending: 'webp', begins: 'RIFF    WEBP' },
  'image/svg+xml': { ending: 'svg', begins: '<svg xmlns="http://www.w3.org/2000/svg"/>' },
  'application/pdf': { ending: 'pdf', begins: '%PDF-1.7' },
  'application/json': { ending: 'json', begins: '{}' },
}

/** A kind that a field takes; text where it takes anything. */
export function kindOf(mimeTypes: readonly string[] | null): FileKind {
  const known = (mimeTypes ?? []).map((type) => KINDS[type]).find((kind) => kind !== undefined)
  return known ?? { ending: 'txt', begins: 'Some words' }
}

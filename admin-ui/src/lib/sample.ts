/** Fields from what people have at hand: a list of names, or a record as JSON. */
import type { FieldType } from '../api/fields'
import { guess } from './guess'

/** A field to be made. */
export interface Wanted {
  name: string
  type: FieldType
  collectionId?: string
  /** Whether there are several values. */
  many?: boolean
}

type Targets = readonly { id: string; name: string }[]

/** What the server adds to records by itself. */
const OWN = new Set(['id', 'created', 'updated', 'collectionid', 'collectionname', 'expand'])

const TYPES: readonly FieldType[] = [
  'text', 'editor', 'number', 'bool', 'email', 'url', 'date', 'autodate', 'select', 'file', 'relation', 'json', 'geoPoint', 'password',
]

/** Other words for types, as they stand in lists and tables elsewhere. */
const WORDS: Record<string, FieldType> = {
  string: 'text', varchar: 'text', char: 'text', uuid: 'text', html: 'editor', richtext: 'editor',
  int: 'number', integer: 'number', bigint: 'number', float: 'number', double: 'number', decimal: 'number', numeric: 'number', real: 'number',
  boolean: 'bool', checkbox: 'bool', link: 'url', datetime: 'date', timestamp: 'date', time: 'date', enum: 'select', choice: 'select',
  image: 'file', object: 'json', array: 'json', jsonb: 'json', point: 'geoPoint', geo: 'geoPoint',
}

/** What a text asks for; nothing where it is neither names nor JSON. */
export function wantedFields(text: string, collections: Targets): Wanted[] {
  const trimmed = text.trim()
  if (/^[[{]/.test(trimmed)) {
    const json = parsed(trimmed)
    return json === undefined ? [] : fromJson(json, collections)
  }
  return unique(trimmed.split(/[\n\r,;\t]+/).flatMap(words).flatMap((one) => fromWord(one, collections)))
}

/** One field as it is typed: a name, or a name and a type: `price:number`, `author:users`. The type may be cut short. */
export function wantedField(text: string, collections: Targets): Wanted | undefined {
  return fromWord(text.trim(), collections)[0]
}

/** A line is one `name: type`, or names with blanks between. */
function words(line: string): string[] {
  const entry = /^\s*[-*]?\s*["'`]?([\w-]+)["'`]?\s*:\s*["'`]?(\w*)["'`]?\s*$/.exec(line)
  if (entry) return [`${entry[1]}:${entry[2]}`]
  return line.split(/\s+/).filter((one) => one !== '' && one !== '-' && one !== '*')
}

function fromWord(word: string, collections: Targets): Wanted[] {
  const [before = '', after] = word.split(':')
  const name = fieldName(before)
  if (name === '') return []
  const guessed = { name, ...guess(name, collections) }
  const asked = after?.trim().toLowerCase() ?? ''
  if (asked === '') return [guessed]
  const target = collections.find((one) => one.name.toLowerCase() === asked)
  if (target) return [{ name, type: 'relation', collectionId: target.id }]
  const type = TYPES.find((one) => one.toLowerCase() === asked) ?? WORDS[asked] ?? TYPES.find((one) => one.toLowerCase().startsWith(asked))
  return [type && type !== guessed.type ? { name, type } : guessed]
}

/** Of an object, or of a list of them: what is missing in the first may be in another. */
function fromJson(json: unknown, collections: Targets): Wanted[] {
  const list = Array.isArray(json) ? json : [json]
  if (list.every((one) => typeof one === 'string')) return unique(list.flatMap((one) => fromWord(one, collections)))
  const values = new Map<string, unknown>()
  for (const one of list) {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) continue
    for (const [key, value] of Object.entries(one)) {
      if (values.get(key) === undefined || values.get(key) === null || values.get(key) === '') values.set(key, value)
    }
  }
  return unique(
    [...values].flatMap(([key, value]) => {
      const name = fieldName(key)
      return name === '' ? [] : [{ name, ...typeOf(name, value, collections) }]
    }),
  )
}

/** A value tells more than a name, but for texts that any name may have. */
function typeOf(name: string, value: unknown, collections: Targets): Omit<Wanted, 'name'> {
  const guessed = guess(name, collections)
  if (typeof value === 'number') return { type: 'number' }
  if (typeof value === 'boolean') return { type: 'bool' }
  if (Array.isArray(value)) {
    const isTexts = value.every((one) => typeof one === 'string')
    if (isTexts && guessed.type === 'relation') return { ...guessed, many: true }
    return isTexts && guessed.type === 'file' ? { type: 'file', many: true } : { type: 'json' }
  }
  if (typeof value === 'object' && value !== null) return { type: 'lon' in value && 'lat' in value ? 'geoPoint' : 'json' }
  if (typeof value !== 'string' || value === '') return guessed
  if (guessed.type === 'relation') return guessed
  if (/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(value)) return { type: 'date' }
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return { type: 'email' }
  if (guessed.type === 'file' && /\.\w{2,5}$/.test(value)) return guessed
  if (/^https?:\/\/\S+$/.test(value)) return { type: 'url' }
  if (/<\/?(p|div|br|h\d|ul|strong|em)\b/i.test(value)) return { type: 'editor' }
  // What the name would have is no text, or it has choices that nobody knows.
  return { type: guessed.type === 'editor' ? 'editor' : 'text' }
}

function unique(fields: Wanted[]): Wanted[] {
  const seen = new Set<string>()
  return fields.filter(({ name }) => {
    const key = name.toLowerCase()
    if (OWN.has(key) || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** A name as the server takes it. */
function fieldName(text: string): string {
  return text.trim().replaceAll(/\W+/g, '_').replaceAll(/^_+|_+$/g, '').replace(/^(\d)/, 'n$1')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

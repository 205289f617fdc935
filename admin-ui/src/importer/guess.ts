/** What the values of a column are: the narrowest type that keeps all of them, and how they are written. */
import type { FieldType } from '../api/fields'

/** How values are written, where there is more than one way. */
export type Reading = 'plain' | 'comma' | 'dmy' | 'mdy' | 'seconds' | 'millis' | 'list,' | 'list;' | 'list|'

/** The types that a column can become. */
export const GUESSED = ['text', 'number', 'bool', 'date', 'email', 'url', 'select', 'geoPoint', 'json', 'editor'] as const satisfies FieldType[]
export type GuessedType = (typeof GUESSED)[number]

export interface Guess {
  type: GuessedType
  reading: Reading
  /** The different values, where there are few short ones: a choice could have them. */
  values: string[]
  /** The most values that one row has. */
  most: number
  /** The length of the longest text. */
  longest: number
  /** In how many rows it has no value. */
  empty: number
  /** Whether all of them are ids of records. */
  isIds: boolean
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i
const COMMA = /^-?(\d{1,3}(\.\d{3})+|0|[1-9]\d*)(,\d+)?$/
const DATE = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)?)?$/
const PARTS = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?: \d{1,2}:\d\d(?::\d\d)?)?$/
const EMAIL = /^[^\s@<>(),;:"[\]\\]+@[^\s@<>(),;:"[\]\\]+\.[a-z]{2,}$/i
const ID = /^[a-z0-9]{15}$/
/** How many different values a choice may have, and how long each. */
const [MOST_VALUES, LONGEST_VALUE] = [100, 100]

type Kind = 'number' | 'comma' | 'bool' | 'date' | 'dmy' | 'mdy' | 'email' | 'url' | 'list' | 'point' | 'json'
const KINDS: Kind[] = ['number', 'comma', 'bool', 'date', 'dmy', 'mdy', 'email', 'url', 'list', 'point', 'json']

/** Looks at the values of a column one after the other. */
export class Observer {
  /** What all values so far could be. */
  #could = new Set(KINDS)
  #seen = 0
  #empty = 0
  #ids = true
  #longest = 0
  #values: Set<string> | undefined = new Set()
  #most = 1
  #hasComma = false
  #hasDots = false
  /** Of cells all values are texts that may mean something else. */
  readonly #isCells: boolean

  constructor(isCells: boolean) {
    this.#isCells = isCells
  }

  see(value: unknown): void {
    if (value === undefined || value === null || value === '') {
      this.#empty += 1
      return
    }
    this.#seen += 1
    if (typeof value === 'string') this.#text(value)
    else this.#json(value)
  }

  /** `rows` is how many the file has: an object of JSON may lack a key that came later. */
  guess(rows: number): Guess {
    const [type, reading] = this.#decide()
    const values = this.#values ? [...this.#values].sort() : []
    const empty = Math.max(this.#empty, rows - this.#seen)
    return { type, reading, values, most: this.#most, longest: this.#longest, empty, isIds: this.#ids && this.#seen > 0 }
  }

  #decide(): [GuessedType, Reading] {
    const could = this.#could
    if (this.#seen === 0) return ['text', 'plain']
    if (could.has('number')) return ['number', 'plain']
    if (could.has('comma') && this.#hasComma) return ['number', 'comma']
    if (could.has('bool')) return ['bool', 'plain']
    if (could.has('date')) return ['date', 'plain']
    // 3/4/2024 alone may be either.
    if (could.has('dmy') && (!could.has('mdy') || this.#hasDots)) return ['date', 'dmy']
    if (could.has('mdy') && !could.has('dmy')) return ['date', 'mdy']
    if (could.has('email')) return ['email', 'plain']
    if (could.has('url')) return ['url', 'plain']
    if (could.has('list') && this.#values && this.#values.size > 1) return ['select', 'plain']
    if (could.has('point')) return ['geoPoint', 'plain']
    return [could.has('json') ? 'json' : 'text', 'plain']
  }

  #keep(test: (kind: Kind) => boolean): void {
    for (const kind of this.#could) if (!test(kind)) this.#could.delete(kind)
  }

  #text(text: string): void {
    if (text.length > this.#longest) this.#longest = text.length
    this.#ids = this.#ids && ID.test(text)
    if (text.includes(',')) this.#hasComma = true
    const lists = this.#isCells && /^\s*[[{]/.test(text)
    if (lists) {
      const value = parsed(text)
      if (value !== undefined) {
        this.#json(value)
        return
      }
    }
    this.#value(text)
    if (this.#could.size === 0) return
    const parts = this.#isCells ? PARTS.exec(text) : null
    if (parts?.[2] === '.') this.#hasDots = true
    const [first, second] = [Number(parts?.[1]), Number(parts?.[3])]
    this.#keep((kind) => {
      switch (kind) {
        case 'number':
          return this.#isCells && NUMBER.test(text) && isKept(text)
        case 'comma':
          return this.#isCells && COMMA.test(text) && isKept(text)
        case 'bool':
          return this.#isCells && (text === 'true' || text === 'false')
        case 'date':
          return DATE.test(text) && !Number.isNaN(Date.parse(text.replace(' ', 'T')))
        case 'dmy':
          return first >= 1 && first <= 31 && second >= 1 && second <= 12
        case 'mdy':
          return first >= 1 && first <= 12 && second >= 1 && second <= 31
        case 'email':
          return EMAIL.test(text)
        case 'url':
          return /^https?:\/\/[^\s/]+/i.test(text) && !/\s/.test(text) && URL.canParse(text)
        default:
          return false
      }
    })
  }

  #json(value: unknown): void {
    this.#ids = false
    if (typeof value === 'number') return this.#keep((kind) => kind === 'number')
    if (typeof value === 'boolean') return this.#keep((kind) => kind === 'bool')
    const list: unknown[] | undefined = Array.isArray(value) ? value : undefined
    const texts = list?.filter((one): one is string => typeof one === 'string' && one !== '') ?? []
    const isList = list !== undefined && texts.length === list.length && new Set(texts).size === texts.length
    if (isList) {
      this.#most = Math.max(this.#most, texts.length)
      for (const text of texts) this.#value(text)
    }
    this.#keep((kind) => kind === 'json' || (kind === 'list' && isList) || (kind === 'point' && isPoint(value)))
  }

  #value(text: string): void {
    if (!this.#values) return
    if (text.length > LONGEST_VALUE || this.#values.add(text).size > MOST_VALUES) this.#values = undefined
  }
}

/** Whether a number keeps all digits. */
function isKept(text: string): boolean {
  if (text === '-0') return false
  const digits = text.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '')
  return digits.length <= 15 && Number.isFinite(Number(text.replaceAll('.', '').replace(',', '.')))
}

function isPoint(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { lon, lat } = value as { lon?: unknown; lat?: unknown }
  if (typeof lon !== 'number' || typeof lat !== 'number' || Object.keys(value).length !== 2) return false
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

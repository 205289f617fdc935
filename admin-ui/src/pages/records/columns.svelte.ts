/** The columns of a collection's grid: which, in which order, how wide. Kept in the browser. */
import type { Collection } from '../../api/collections'
import type { Field } from '../../api/fields'
import { look } from '../../fields/types'

export interface Column {
  field: Field
  width: number
}

/** What is remembered of a column. */
interface Kept {
  name: string
  width: number
  hidden: boolean
}

const LEAST = 64

export class Columns {
  readonly #key: string
  #kept: Kept[] = $state([])
  readonly #fields: Map<string, Field>

  constructor(collection: Collection) {
    this.#key = `tuckbox_columns_${collection.id}`
    this.#fields = new Map(ordered(collection.fields).map((field) => [field.name, field]))
    const kept = read(this.#key).filter((one) => this.#fields.has(one.name))
    const known = new Set(kept.map((one) => one.name))
    const added = [...this.#fields.values()].filter((field) => !known.has(field.name))
    this.#kept = [...kept, ...added.map((field) => ({ name: field.name, width: look(field).width, hidden: isFar(field) }))]
  }

  /** All of them, with whether they are hidden, in order. */
  get all(): { name: string; hidden: boolean }[] {
    return this.#kept
  }

  /** Those that are shown. */
  get shown(): Column[] {
    return this.#kept.flatMap(({ name, width, hidden }) => {
      const field = this.#fields.get(name)
      return field && !hidden ? [{ field, width }] : []
    })
  }

  resize(name: string, width: number): void {
    this.#change(name, (one) => (one.width = Math.max(LEAST, Math.round(width))))
  }

  toggle(name: string): void {
    this.#change(name, (one) => (one.hidden = !one.hidden))
  }

  /** Puts a column before or behind its neighbour. */
  move(name: string, by: -1 | 1): void {
    const at = this.#kept.findIndex((one) => one.name === name)
    const [one] = this.#kept.splice(at, 1)
    if (one) this.#kept.splice(Math.max(0, at + by), 0, one)
    this.#write()
  }

  #change(name: string, change: (one: Kept) => void): void {
    const found = this.#kept.find((one) => one.name === name)
    if (found) change(found)
    this.#write()
  }

  #write(): void {
    localStorage.setItem(this.#key, JSON.stringify(this.#kept))
  }
}

/** The key first, then what was marked as telling, dates of the server last. */
function ordered(fields: Field[]): Field[] {
  const place = (field: Field): number => {
    if (field.type === 'text' && field.primaryKey) return 0
    if (field.type === 'autodate') return 3
    return field.presentable ? 1 : 2
  }
  return [...fields].sort((one, other) => place(one) - place(other))
}

/** What nobody reads in a list. */
function isFar(field: Field): boolean {
  return field.type === 'password' || field.name === 'tokenKey'
}

function read(key: string): Kept[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isKept) : []
  } catch {
    return []
  }
}

function isKept(one: unknown): one is Kept {
  if (typeof one !== 'object' || one === null) return false
  const { name, width, hidden } = one as Record<string, unknown>
  return typeof name === 'string' && typeof width === 'number' && typeof hidden === 'boolean'
}

/** The columns of a collection's grid: which, in which order, how wide. Kept in the browser. */
import type { Collection } from '../../api/collections'
import type { Field } from '../../api/fields'
import { look } from '../../fields/types'
import { readKept, writeKept } from './kept'

export interface Column {
  field: Field
  width: number
}

/** What is remembered of a column. */
export interface KeptColumn {
  name: string
  width: number
  hidden: boolean
}

export const LEAST = 64
export const MOST = 1200

export class Columns {
  readonly #key: string
  #kept: KeptColumn[] = $state([])
  readonly #fields: Map<string, Field>

  constructor(collection: Collection) {
    this.#key = `tuckbox_columns_${collection.id}`
    this.#fields = new Map(ordered(collection.fields).map((field) => [field.name, field]))
    this.#kept = this.#completed(readKept(this.#key, isKeptColumn))
  }

  /** All of them, hidden or not, in order. */
  get all(): (Column & { hidden: boolean })[] {
    return this.#kept.flatMap(({ name, width, hidden }) => {
      const field = this.#fields.get(name)
      return field ? [{ field, width, hidden }] : []
    })
  }

  /** Those that are shown. */
  get shown(): Column[] {
    return this.all.filter(({ hidden }) => !hidden)
  }

  /** What is kept of them, such as in a saved view. */
  get kept(): KeptColumn[] {
    return $state.snapshot(this.#kept)
  }

  resize(name: string, width: number): void {
    if (!Number.isFinite(width)) return
    this.#change(name, (one) => (one.width = Math.min(MOST, Math.max(LEAST, Math.round(width)))))
  }

  /** Shows or hides a column; one always stays. */
  toggle(name: string): void {
    const isLast = this.shown.length === 1 && this.shown[0]?.field.name === name
    if (!isLast) this.#change(name, (one) => (one.hidden = !one.hidden))
  }

  /** Puts a column before or behind its neighbour. */
  move(name: string, by: -1 | 1): void {
    const at = this.#kept.findIndex((one) => one.name === name)
    const [one] = this.#kept.splice(at, 1)
    if (one) this.#kept.splice(Math.max(0, at + by), 0, one)
    this.#write()
  }

  /** Takes them as they were kept elsewhere. */
  apply(kept: KeptColumn[]): void {
    this.#kept = this.#completed(kept)
    this.#write()
  }

  /** As they were before anybody changed them. */
  reset(): void {
    this.#kept = this.#completed([])
    localStorage.removeItem(this.#key)
  }

  /** What was kept, without fields that are gone and with those that came since. */
  #completed(kept: KeptColumn[]): KeptColumn[] {
    const still = kept.filter((one) => this.#fields.has(one.name))
    const known = new Set(still.map((one) => one.name))
    const added = [...this.#fields.values()].filter((field) => !known.has(field.name))
    return [...still, ...added.map((field) => ({ name: field.name, width: look(field).width, hidden: isFar(field) }))]
  }

  #change(name: string, change: (one: KeptColumn) => void): void {
    const found = this.#kept.find((one) => one.name === name)
    if (found) change(found)
    this.#write()
  }

  #write(): void {
    writeKept(this.#key, this.#kept)
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

export function isKeptColumn(one: unknown): one is KeptColumn {
  if (typeof one !== 'object' || one === null) return false
  const { name, width, hidden } = one as Record<string, unknown>
  return typeof name === 'string' && typeof width === 'number' && typeof hidden === 'boolean'
}

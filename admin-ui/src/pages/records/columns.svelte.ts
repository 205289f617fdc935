/** The columns of a collection's grid: which, in which order, how wide. Kept in the browser. */
import type { Collection } from '../../api/collections'
import type { Field } from '../../api/fields'
import { look } from '../../fields/types'
import { readKept, writeKept } from '../../lib/kept'

export interface Column {
  field: Field
  width: number
  /** Stays at the left while the others are scrolled. */
  pinned: boolean
}

/** What is remembered of a column. */
export interface KeptColumn {
  name: string
  width: number
  hidden: boolean
  pinned?: boolean
}

export const LEAST = 64
export const MOST = 1200
/** How wide content makes a column. */
const MOST_FITTED = 640

export class Columns {
  readonly #own: string
  #key: string
  #kept: KeptColumn[] = $state([])
  readonly #fields: Map<string, Field>

  constructor(collection: Collection) {
    this.#own = `tuckbox_columns_${collection.id}`
    this.#key = this.#own
    this.#fields = new Map(ordered(collection.fields).map((field) => [field.name, field]))
    this.#kept = this.#completed(readKept(this.#key, isKeptColumn))
  }

  /** Takes those of a view, as it has them or as they were changed since; without one, those of the collection. */
  show(view: { name: string; columns: KeptColumn[] } | undefined): void {
    this.#key = view ? keyOfView(this.#own, view.name) : this.#own
    const changed = readKept(this.#key, isKeptColumn)
    this.#kept = this.#completed(view && changed.length === 0 ? view.columns : changed)
  }

  /** Whether they are as they are kept elsewhere. */
  isLike(kept: KeptColumn[]): boolean {
    return JSON.stringify(this.#completed(kept).map(plain)) === JSON.stringify(this.#kept.map(plain))
  }

  /** All of them, hidden or not, in order. */
  get all(): (Column & { hidden: boolean })[] {
    return this.#kept.flatMap(({ name, width, hidden, pinned }) => {
      const field = this.#fields.get(name)
      return field ? [{ field, width, hidden, pinned: pinned === true }] : []
    })
  }

  /** Those that are shown, the pinned ones first. */
  get shown(): Column[] {
    const shown = this.all.filter(({ hidden }) => !hidden)
    return [...shown.filter(({ pinned }) => pinned), ...shown.filter(({ pinned }) => !pinned)]
  }

  /** What is kept of them, such as in a saved view. */
  get kept(): KeptColumn[] {
    return $state.snapshot(this.#kept)
  }

  resize(name: string, width: number): void {
    if (!Number.isFinite(width)) return
    this.#change(name, (one) => (one.width = Math.min(MOST, Math.max(LEAST, Math.round(width)))))
  }

  /** As wide as its content is, within reason. */
  fit(name: string, content: number): void {
    this.resize(name, Math.min(MOST_FITTED, content))
  }

  pin(name: string, pinned: boolean): void {
    this.#change(name, (one) => (one.pinned = pinned))
  }

  /** Puts a column before or behind another one, pinned or not as that one is. */
  put(name: string, target: string, side: 'before' | 'behind'): void {
    const [one, other] = [name, target].map((wanted) => this.#kept.find((kept) => kept.name === wanted))
    if (!one || !other || one === other) return
    const rest = this.#kept.filter((kept) => kept !== one)
    rest.splice(rest.indexOf(other) + (side === 'behind' ? 1 : 0), 0, { ...one, pinned: other.pinned === true })
    this.#kept = rest
    this.#write()
  }

  /** Changes its place with its neighbour among those that are shown, and pinned or not as it is; whether there is one. */
  shift(name: string, by: -1 | 1): boolean {
    const shown = this.shown
    const at = shown.findIndex(({ field }) => field.name === name)
    const neighbour = shown[at + by]
    if (at < 0 || neighbour?.pinned !== shown[at]?.pinned) return false
    this.put(name, neighbour?.field.name ?? name, by < 0 ? 'before' : 'behind')
    return true
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

  /** As they were before anybody changed them. */
  reset(): void {
    this.#kept = this.#completed([])
    if (this.#key === this.#own) localStorage.removeItem(this.#key)
    else this.#write()
  }

  /** Forgets what was changed of the columns of a view. */
  forget(view: string): void {
    localStorage.removeItem(keyOfView(this.#own, view))
  }

  /** What was kept, without fields that are gone and with those that came since. */
  #completed(kept: KeptColumn[]): KeptColumn[] {
    const still = kept.filter((one) => this.#fields.has(one.name)).map((one) => ({ ...one }))
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

/** Where the changed columns of a view are kept. */
function keyOfView(own: string, view: string): string {
  return `${own}/${encodeURIComponent(view)}`
}

function plain({ name, width, hidden, pinned }: KeptColumn): unknown[] {
  return [name, width, hidden, pinned === true]
}

export function isKeptColumn(one: unknown): one is KeptColumn {
  if (typeof one !== 'object' || one === null) return false
  const { name, width, hidden, pinned } = one as Record<string, unknown>
  const isPinned = pinned === undefined || typeof pinned === 'boolean'
  return typeof name === 'string' && typeof width === 'number' && typeof hidden === 'boolean' && isPinned
}

/** What was typed into a record and not saved yet, kept in the browser until it is. */
import { onDestroy } from 'svelte'
import type { Field, FieldType } from '../../api/fields'

/** What was typed into one field. The field is known by its id and type: its name may change, its meaning may not. */
export interface KeptField {
  id: string
  type: FieldType
  /** Its name then, for telling. */
  name: string
  /** What it was changed from. */
  before: unknown
  value?: unknown
  /** What cannot be read, as it was typed, and why. */
  unread?: { text: string; fault: string }
}

export interface Kept {
  /** In milliseconds. */
  at: number
  fields: KeptField[]
}

/** What nobody came back for is dropped then. */
const LIFE = 30 * 24 * 60 * 60_000
const PREFIX = 'tuckbox_draft/'

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** The place of a record's draft: another superuser of the same browser has another one. */
export function placeOf(user: string, collection: string, id: string | undefined): string {
  return PREFIX + [user, collection, id ?? 'new'].map(encodeURIComponent).join('/')
}

/** What lies in a place; nothing where it is too old or no draft at all. */
export function read(store: Store, place: string, now = Date.now()): Kept | undefined {
  try {
    const kept: unknown = JSON.parse(store.getItem(place) ?? 'null')
    if (!isKept(kept)) return undefined
    if (now - kept.at <= LIFE && kept.fields.length > 0) return kept
    store.removeItem(place)
  } catch {
    // Another program's, or a browser that keeps nothing.
  }
  return undefined
}

/** Puts fields in a place; whether there was room for them. */
export function write(store: Store, place: string, fields: KeptField[], now = Date.now()): boolean {
  try {
    if (fields.length === 0) store.removeItem(place)
    else store.setItem(place, JSON.stringify({ at: now, fields } satisfies Kept))
    return true
  } catch {
    return false
  }
}

/** The fields that a collection has still. */
export function fitting(kept: KeptField[], fields: Field[]): KeptField[] {
  return kept.filter((one) => fields.some((field) => field.id === one.id && field.type === one.type))
}

function isKept(kept: unknown): kept is Kept {
  if (typeof kept !== 'object' || kept === null) return false
  const { at, fields } = kept as Partial<Record<keyof Kept, unknown>>
  return typeof at === 'number' && Array.isArray(fields)
}

/** The draft of one record in the browser's store, while its panel is open. */
export class Keeper {
  /** What lay there when one came, until it is taken or dropped. */
  offered: Kept | undefined = $state.raw()
  /** There was room for what was typed last. */
  hasRoom = $state(true)
  readonly #place: string

  constructor(place: string) {
    this.#place = place
    this.offered = read(localStorage, place)
  }

  /** Keeps what is typed now; what is still offered stays below it. */
  keep(fields: KeptField[]): void {
    const below = this.offered?.fields.filter((one) => !fields.some((field) => field.id === one.id)) ?? []
    // The time of an offer is when it was typed.
    if (fields.length === 0 && this.offered) return
    this.hasRoom = write(localStorage, this.#place, [...below, ...fields])
  }

  /** What was offered is taken or dropped. */
  settle(): Kept | undefined {
    const offered = this.offered
    this.offered = undefined
    write(localStorage, this.#place, [])
    return offered
  }
}

/** How long after the last key what was typed is kept, in milliseconds. */
const PAUSE = 300

/** Keeps what is typed into a draft while the component that calls this lives; gives the way to keep it at once. */
export function keepTyped(keeper: Keeper, draft: () => { kept: KeptField[] } | undefined): () => void {
  const keep = (): void => {
    const now = draft()
    if (now) keeper.keep(now.kept)
  }
  $effect(() => {
    const kept = draft()?.kept
    if (!kept) return
    const timer = setTimeout(() => keeper.keep(kept), PAUSE)
    return () => clearTimeout(timer)
  })
  onDestroy(keep)
  return keep
}

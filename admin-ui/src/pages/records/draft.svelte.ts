/** A record while it is edited: what is stored, what was changed, and what is wrong with it. */
import { SvelteMap } from 'svelte/reactivity'
import { ApiError } from '../../api/client'
import type { Collection } from '../../api/collections'
import { isMultiple, type Field } from '../../api/fields'
import { createRecord, updateRecord, type Row } from '../../api/records'
import { refusal } from '../../lib/refusal'

export class Draft {
  readonly collection: Collection
  /** As it is stored; `undefined` while it is new. */
  stored: Row | undefined = $state.raw()
  busy = $state(false)
  errors: Record<string, string> = $state.raw({})
  summary: string[] = $state.raw([])
  /** What was changed, by the name of the field. */
  readonly #changes = new SvelteMap<string, unknown>()
  /** What was typed and cannot be read, by the name of the field. */
  readonly #faults = new SvelteMap<string, string>()
  readonly #expand: string

  constructor(collection: Collection, stored: Row | undefined, expand: string, copied: Record<string, unknown> = {}) {
    this.collection = collection
    this.stored = stored
    this.#expand = expand
    for (const [name, value] of Object.entries(copied)) this.#changes.set(name, value)
  }

  /** What is edited: not the times that the server sets, nor what only it knows. */
  get fields(): Field[] {
    return this.collection.fields.filter((field) => field.name !== 'tokenKey')
  }

  value(field: Field): unknown {
    return this.#changes.has(field.name) ? this.#changes.get(field.name) : this.#before(field)
  }

  set(field: Field, value: unknown): void {
    // What is typed back is no change.
    if (isSame(value, this.#before(field)) || (field.type === 'password' && value === '')) this.#changes.delete(field.name)
    else this.#changes.set(field.name, value)
    this.errors = without(this.errors, field.name)
  }

  revert(field: Field): void {
    this.#changes.delete(field.name)
    this.#faults.delete(field.name)
    this.errors = without(this.errors, field.name)
  }

  isChanged(field: Field): boolean {
    return this.#changes.has(field.name)
  }

  get changed(): string[] {
    return [...this.#changes.keys()]
  }

  get isDirty(): boolean {
    return this.#changes.size > 0 || this.#faults.size > 0
  }

  fault(field: Field, fault: string | undefined): void {
    if (fault === undefined) this.#faults.delete(field.name)
    else this.#faults.set(field.name, fault)
  }

  /** What is wrong with a field: what cannot be read, else what the server said. */
  error(field: Field): string | undefined {
    return this.#faults.get(field.name) ?? this.errors[field.name]
  }

  /** Puts another state of the record below what was changed. */
  rebase(stored: Row): void {
    this.stored = stored
    for (const field of this.fields) {
      if (this.isChanged(field) && isSame(this.#changes.get(field.name), stored[field.name])) this.revert(field)
    }
  }

  /** Sends what was changed; the record as it is stored then, or `undefined` where the server refused. */
  async save(): Promise<Row | undefined> {
    if (this.busy || this.#faults.size > 0) return undefined
    this.busy = true
    this.errors = {}
    this.summary = []
    try {
      const body = this.#body()
      const row = this.stored
        ? await updateRecord(this.collection.name, this.stored.id, body, this.#expand)
        : await createRecord(this.collection.name, body, this.#expand)
      this.stored = row
      this.#changes.clear()
      return row
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const shown = this.fields.map((field) => field.name)
      ;({ fields: this.errors, summary: this.summary } = refusal(error, shown))
      return undefined
    } finally {
      this.busy = false
    }
  }

  #before(field: Field): unknown {
    return this.stored ? this.stored[field.name] : empty(field)
  }

  #body(): Record<string, unknown> {
    const body: Record<string, unknown> = Object.fromEntries(this.#changes)
    // Typed once: whoever types it here can look at it.
    if (this.collection.type === 'auth' && typeof body.password === 'string') body.passwordConfirm = body.password
    return body
  }
}

function without(errors: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).filter(([key]) => key !== name))
}

/** What a new record has in a field. */
function empty(field: Field): unknown {
  if (isMultiple(field)) return []
  switch (field.type) {
    case 'number':
      return 0
    case 'bool':
      return false
    case 'json':
      return null
    case 'geoPoint':
      return { lon: 0, lat: 0 }
    default:
      return ''
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]))
  }
  if (one instanceof File || other instanceof File) return false
  return JSON.stringify(one) === JSON.stringify(other)
}

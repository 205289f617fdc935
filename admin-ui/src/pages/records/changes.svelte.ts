/** What was typed into a record: what was changed, what cannot be read, and what the server said of it. */
import { SvelteMap } from 'svelte/reactivity'
import type { Collection } from '../../api/collections'
import type { Field } from '../../api/fields'
import type { Row } from '../../api/records'
import { emptyOf } from '../../fields/empty'
import { isSame } from '../../lib/same'
import type { KeptField } from './kept.svelte'

/** What was typed and cannot be read: the text, and what is wrong with it. */
interface Unread {
  text: string
  fault: string
}

export class Changes {
  readonly collection: Collection
  /** As it is stored; `undefined` while it is new. */
  stored: Row | undefined = $state.raw()
  errors: Record<string, string> = $state.raw({})
  summary: string[] = $state.raw([])
  /** What was changed, by the name of the field. */
  protected readonly changes = new SvelteMap<string, unknown>()
  /** What was typed and cannot be read, by the name of the field. */
  readonly #unread = new SvelteMap<string, Unread>()

  constructor(collection: Collection, stored: Row | undefined, copied: Record<string, unknown>) {
    this.collection = collection
    this.stored = stored
    for (const [name, value] of Object.entries(copied)) this.changes.set(name, value)
  }

  /** What is edited: not the times that the server sets, nor what only it knows. */
  get fields(): Field[] {
    return this.collection.fields.filter((field) => field.name !== 'tokenKey')
  }

  value(field: Field): unknown {
    return this.changes.has(field.name) ? this.changes.get(field.name) : this.#before(field)
  }

  set(field: Field, value: unknown): void {
    // What is typed back is no change.
    if (isSame(value, this.#before(field)) || (field.type === 'password' && value === '')) this.changes.delete(field.name)
    else this.changes.set(field.name, value)
    this.errors = without(this.errors, field.name)
  }

  revert(field: Field): void {
    this.changes.delete(field.name)
    this.#unread.delete(field.name)
    this.errors = without(this.errors, field.name)
  }

  /** Takes all changes back. */
  revertAll(): void {
    this.changes.clear()
    this.#unread.clear()
    this.errors = {}
    this.summary = []
  }

  isChanged(field: Field): boolean {
    return this.changes.has(field.name) || this.#unread.has(field.name)
  }

  /** The names of the fields that were changed, in their order. */
  get changed(): string[] {
    return this.fields.filter((field) => this.isChanged(field)).map(({ name }) => name)
  }

  get isDirty(): boolean {
    return this.changes.size > 0 || this.#unread.size > 0
  }

  /** Something was typed that cannot be read: there is nothing to send. */
  get hasFaults(): boolean {
    return this.#unread.size > 0
  }

  /** Says what is wrong with the text of a field; `undefined` once it can be read. */
  fault(field: Field, fault: string | undefined, text = ''): void {
    if (fault === undefined) this.#unread.delete(field.name)
    else this.#unread.set(field.name, { text, fault })
  }

  /** The text of a field that cannot be read. */
  unread(field: Field): string | undefined {
    return this.#unread.get(field.name)?.text
  }

  /** What is wrong with a field: what cannot be read, else what the server said. */
  error(field: Field): string | undefined {
    return this.#unread.get(field.name)?.fault ?? this.errors[field.name]
  }

  /** What the browser may keep: neither secrets, which lie nowhere readable, nor files, which it has already. */
  get kept(): KeptField[] {
    return this.fields.flatMap((field) => {
      const [unread, value] = [this.#unread.get(field.name), this.changes.get(field.name)]
      if (!this.isChanged(field) || field.type === 'password' || hasFiles(value)) return []
      const { id, type, name } = field
      return { id, type, name, before: this.#before(field), ...(unread ? { unread } : { value }) }
    })
  }

  /** Takes up what was kept. */
  take(kept: KeptField[]): void {
    for (const one of kept) {
      const field = this.#fieldOf(one)
      if (!field) continue
      if (one.unread) this.fault(field, one.unread.fault, one.unread.text)
      else {
        this.#unread.delete(field.name)
        this.set(field, one.value)
      }
    }
  }

  /** Whether something kept is another than what is there now. */
  differs(kept: KeptField): boolean {
    const field = this.#fieldOf(kept)
    if (!field) return false
    return kept.unread ? kept.unread.text !== this.unread(field) : !isSame(kept.value, this.value(field))
  }

  /** Whether what is stored is another than when something kept was typed. */
  isOvertaken(kept: KeptField): boolean {
    const field = this.#fieldOf(kept)
    return field !== undefined && !isSame(kept.before, this.#before(field))
  }

  #fieldOf(kept: KeptField): Field | undefined {
    return this.fields.find((field) => field.id === kept.id && field.type === kept.type)
  }

  #before(field: Field): unknown {
    return this.stored ? this.stored[field.name] : emptyOf(field)
  }
}

function without(errors: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).filter(([key]) => key !== name))
}

export function hasFiles(value: unknown): boolean {
  return value instanceof File || (Array.isArray(value) && value.some((one) => one instanceof File))
}

/** Values that are changed in their cells: saved at once, with a way back. */
import { SvelteMap } from 'svelte/reactivity'
import { ApiError } from '../../api/client'
import { updateRecord } from '../../api/records'
import type { Rows } from './rows.svelte'

export interface Edit {
  id: string
  field: string
  before: unknown
  after: unknown
}

/** A cell that is not as it is stored: on its way, or refused. */
export interface Pending {
  value: unknown
  /** Why it was refused. */
  error?: string
}

/** How many steps lead back. */
const STEPS = 100
/** Records that are written at the same time. */
const LANES = 4

export class Edits {
  /** By the record, then by the field: a grid asks once a row. */
  readonly #pending = new SvelteMap<string, Readonly<Record<string, Pending>>>()
  readonly #collection: string
  readonly #expand: () => string
  readonly #rows: () => Rows
  #past: Edit[][] = []
  #future: Edit[][] = []
  /** Ends when all that is on its way has an answer. */
  #settled: Promise<unknown> = Promise.resolve()

  constructor(collection: string, expand: () => string, rows: () => Rows) {
    this.#collection = collection
    this.#expand = expand
    this.#rows = rows
  }

  /** What of a record is not as it is stored, by the field. */
  pending(id: string): Readonly<Record<string, Pending>> | undefined {
    return this.#pending.get(id)
  }

  /** The cells that were refused. */
  get refused(): { id: string; field: string; error: string }[] {
    return [...this.#pending].flatMap(([id, fields]) =>
      Object.entries(fields).flatMap(([field, { error }]) => (error === undefined ? [] : [{ id, field, error }])),
    )
  }

  /** Takes back what was refused. */
  revert(id: string, field: string): void {
    const rest = Object.entries(this.#pending.get(id) ?? {}).filter(([name]) => name !== field)
    if (rest.length === 0) this.#pending.delete(id)
    else this.#pending.set(id, Object.fromEntries(rest))
  }

  #put(id: string, field: string, pending: Pending): void {
    this.#pending.set(id, { ...this.#pending.get(id), [field]: pending })
  }

  /** Saves changes, as one step back; how many were saved. */
  write(edits: Edit[]): Promise<number> {
    const written = this.#write(edits)
    this.#settled = Promise.allSettled([this.#settled, written])
    return written
  }

  async #write(edits: Edit[]): Promise<number> {
    const saved = await this.#send(edits)
    if (saved.length > 0) {
      this.#past = [...this.#past, saved].slice(-STEPS)
      this.#future = []
    }
    return saved.length
  }

  /** Takes the last step back; how many values it had, and how many somebody else has changed since. */
  undo(): Promise<{ done: number; kept: number } | undefined> {
    return this.#afterAll(() => this.#undo())
  }

  async #undo(): Promise<{ done: number; kept: number } | undefined> {
    const step = this.#past.pop()
    if (!step) return undefined
    const inverse = step.map((edit) => ({ ...edit, before: edit.after, after: edit.before }))
    const result = await this.#again(inverse)
    if (result.saved.length > 0) this.#future.push(result.saved.map((edit) => ({ ...edit, before: edit.after, after: edit.before })))
    return { done: result.saved.length, kept: result.kept }
  }

  /** Does again what was taken back. */
  redo(): Promise<{ done: number; kept: number } | undefined> {
    return this.#afterAll(() => this.#redo())
  }

  async #redo(): Promise<{ done: number; kept: number } | undefined> {
    const step = this.#future.pop()
    if (!step) return undefined
    const result = await this.#again(step)
    if (result.saved.length > 0) this.#past.push(result.saved)
    return { done: result.saved.length, kept: result.kept }
  }

  /** Steps back and forth wait for what is on its way: which step is the last one is only known then. */
  #afterAll<T>(act: () => Promise<T>): Promise<T> {
    const acted = this.#settled.then(act)
    this.#settled = Promise.allSettled([acted])
    return acted
  }

  async #again(edits: Edit[]): Promise<{ saved: Edit[]; kept: number }> {
    // What somebody else wrote meanwhile is not written over.
    const still = edits.filter(({ id, field, before }) => {
      const row = this.#rows().find(id)
      return !row || JSON.stringify(row[field]) === JSON.stringify(before)
    })
    return { saved: await this.#send(still), kept: edits.length - still.length }
  }

  async #send(edits: Edit[]): Promise<Edit[]> {
    const records = new Map<string, Edit[]>()
    for (const edit of edits) {
      this.#put(edit.id, edit.field, { value: edit.after })
      records.set(edit.id, [...(records.get(edit.id) ?? []), edit])
    }
    const saved: Edit[] = []
    const waiting = [...records]
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        if (await this.#one(...next)) saved.push(...next[1])
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    return saved
  }

  async #one(id: string, edits: Edit[]): Promise<boolean> {
    try {
      const values = Object.fromEntries(edits.map(({ field, after }) => [field, after]))
      const told = this.#rows().told(id)
      const row = await updateRecord(this.#collection, id, values, this.#expand())
      // What the stream told meanwhile is as new, or newer: changes come there in their order, answers need not.
      if (this.#rows().told(id) === told) this.#rows().put(row)
      for (const { field } of edits) this.revert(id, field)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      for (const { field, after } of edits) {
        const told = error.fields[field] ?? (Object.keys(error.fields).length > 0 ? 'Not saved: another value of the record is refused.' : error.message)
        this.#put(id, field, { value: after, error: told })
      }
      return false
    }
  }
}

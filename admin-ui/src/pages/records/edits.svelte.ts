/** Values that are changed in their cells: saved at once, with a way back. */
import { SvelteMap } from 'svelte/reactivity'
import { ApiError } from '../../api/client'
import { getRecord, updateRecord, versionOf, type Row } from '../../api/records'
import { isSame } from '../../lib/same'
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
/** How often a write is tried that others outrun in other fields. */
const TRIES = 5

export class Edits {
  /** By the record, then by the field: a grid asks once a row. */
  readonly #pending = new SvelteMap<string, Readonly<Record<string, Pending>>>()
  readonly #collection: string
  readonly #expand: () => string
  readonly #rows: () => Rows
  #past: Edit[][] = []
  #future: Edit[][] = []
  /** What this page wrote last, by record and field: a value typed over it meanwhile overtakes nobody. */
  readonly #written = new Map<string, unknown>()
  /** The last write of each record that is on its way. Those of one record come one after the other. */
  readonly #turns = new Map<string, Promise<unknown>>()
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

  /** Saves changes, as one step back; the step, with those that were saved. */
  write(edits: Edit[]): Promise<Edit[]> {
    const written = this.#write(edits)
    this.#settled = Promise.allSettled([this.#settled, written])
    return written
  }

  async #write(edits: Edit[]): Promise<Edit[]> {
    const saved = await this.#send(edits, ({ id, field, after }, theirs) => {
      this.#put(id, field, { value: after, error: overtakenBy(theirs) })
    })
    if (saved.length > 0) {
      this.#past = [...this.#past, saved].slice(-STEPS)
      this.#future = []
    }
    return saved
  }

  /** Takes a step back, the last one where none is named; how many values it had, and how many somebody else has changed
   * since. `undefined` where it is taken back already. */
  undo(step?: Edit[]): Promise<{ done: number; kept: number } | undefined> {
    return this.#afterAll(() => this.#undo(step))
  }

  async #undo(named: Edit[] | undefined): Promise<{ done: number; kept: number } | undefined> {
    const step = named ? this.#past.find((one) => one === named) : this.#past.at(-1)
    if (!step) return undefined
    this.#past = this.#past.filter((one) => one !== step)
    const inverse = step.map((edit) => ({ ...edit, before: edit.after, after: edit.before }))
    const result = await this.#again(inverse)
    // Refused, or without an answer: it can be tried again.
    if (result.saved.length === 0 && result.kept === 0) this.#past.push(step)
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
    if (result.saved.length === 0 && result.kept === 0) this.#future.push(step)
    if (result.saved.length > 0) this.#past.push(result.saved)
    return { done: result.saved.length, kept: result.kept }
  }

  /** Steps back and forth wait for what is on its way: which step is the last one is only known then. */
  #afterAll<T>(act: () => Promise<T>): Promise<T> {
    const acted = this.#settled.then(act)
    this.#settled = Promise.allSettled([acted])
    return acted
  }

  /** Writes a step anew: what somebody else wrote meanwhile is not written over. */
  async #again(edits: Edit[]): Promise<{ saved: Edit[]; kept: number }> {
    const left: Edit[] = []
    const saved = await this.#send(edits, (edit) => {
      left.push(edit)
      this.revert(edit.id, edit.field)
    })
    return { saved, kept: left.length }
  }

  async #send(edits: Edit[], onovertaken: (edit: Edit, theirs: unknown) => void): Promise<Edit[]> {
    const records = new Map<string, Edit[]>()
    for (const edit of edits) {
      this.#put(edit.id, edit.field, { value: edit.after })
      records.set(edit.id, [...(records.get(edit.id) ?? []), edit])
    }
    const saved: Edit[] = []
    const waiting = [...records]
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [id, some] = next
        saved.push(...(await this.#inTurn(id, () => this.#one(id, some, onovertaken))))
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    return saved
  }

  #inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(act)
    const settled = turn.then(
      () => undefined,
      () => undefined,
    )
    this.#turns.set(id, settled)
    void settled.then(() => {
      if (this.#turns.get(id) === settled) this.#turns.delete(id)
    })
    return turn
  }

  /** Writes the values of one record; those that are written. */
  async #one(id: string, edits: Edit[], onovertaken: (edit: Edit, theirs: unknown) => void): Promise<Edit[]> {
    let left = edits
    try {
      const shown = this.#rows().find(id)
      // Lists and the stream tell no versions.
      let now = shown && versionOf(shown) !== undefined ? shown : await this.#read(id)
      for (let tries = 1; ; tries += 1) {
        const row = now
        const overtaken = left.filter((edit) => this.#isOvertaken(edit, row))
        if (overtaken.length > 0) {
          left = left.filter((edit) => !overtaken.includes(edit))
          this.#rows().put(row)
          for (const edit of overtaken) onovertaken(edit, row[edit.field])
        }
        if (left.length === 0) return []
        try {
          await this.#update(row, left)
          return left
        } catch (error) {
          // Another field may be what has changed.
          if (!(error instanceof ApiError) || error.status !== 412 || tries >= TRIES) throw error
          now = await this.#read(id)
        }
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      for (const { field, after } of left) {
        const told = error.fields[field] ?? (Object.keys(error.fields).length > 0 ? 'Not saved: another value of the record is refused.' : error.message)
        this.#put(id, field, { value: after, error: told })
      }
      return []
    }
  }

  #isOvertaken({ id, field, before, after }: Edit, row: Row): boolean {
    const known = [before, after, this.#written.get(`${id}/${field}`)]
    return !known.some((value) => isSame(value, row[field]))
  }

  async #read(id: string): Promise<Row> {
    try {
      return await getRecord(this.#collection, id, this.#expand())
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) throw new ApiError(404, 'Not saved: the record was deleted meanwhile.')
      throw error
    }
  }

  async #update(row: Row, edits: Edit[]): Promise<void> {
    const { id } = row
    const values = Object.fromEntries(edits.map(({ field, after }) => [field, after]))
    const told = this.#rows().told(id)
    const written = await updateRecord(this.#collection, id, values, this.#expand(), { version: versionOf(row) })
    // What the stream told meanwhile is as new, or newer: changes come there in their order, answers need not.
    if (this.#rows().told(id) === told) this.#rows().put(written)
    for (const { field } of edits) {
      this.#written.set(`${id}/${field}`, written[field])
      this.revert(id, field)
    }
  }
}

/** What stands at a cell in which somebody else was faster. */
function overtakenBy(theirs: unknown): string {
  const text = typeof theirs === 'string' ? theirs : JSON.stringify(theirs)
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text
  return `Changed by somebody else meanwhile${short === '' || short === 'null' ? ': it is empty now' : ` to “${short}”`}. Enter twice writes yours over it, Esc leaves theirs.`
}

/** A record while it is edited: what is stored, what is typed over it, and what others made of it meanwhile. */
import { ApiError } from '../../api/client'
import type { Collection } from '../../api/collections'
import type { FileField } from '../../api/fields'
import { createRecord, getRecord, updateRecord, versionOf, type Row } from '../../api/records'
import type { Sending } from '../../api/upload'
import { list } from '../../lib/lists'
import { differences, givenUp, type Choice, type Difference } from '../../lib/merge'
import { refusal } from '../../lib/refusal'
import { isSame } from '../../lib/same'
import { Changes, hasFiles } from './changes.svelte'

/** What became of a record under the hands of whoever edits it: a newer state, or nothing at all. */
export type News = { row: Row } | { row: undefined }

/** How long a new value is lit, in milliseconds. */
const FLASH = 1_500

export class Draft extends Changes {
  busy = $state(false)
  /** How much of its files is sent, in bytes. */
  progress: { sent: number; total: number } | undefined = $state.raw()
  /** What others made of it since `stored` was read, which is not below what is typed yet. */
  news: News | undefined = $state.raw()
  /** The server would not write over what others wrote: somebody has to choose. */
  isRefused = $state(false)
  /** The fields that came new just now, without anybody typing. */
  lit: ReadonlySet<string> = $state.raw(new Set())
  #sending: AbortController | undefined
  readonly #expand: string

  constructor(collection: Collection, stored: Row | undefined, expand: string, copied: Record<string, unknown> = {}) {
    super(collection, stored, copied)
    this.#expand = expand
  }

  /** Takes in the record as it is now, or that it is gone. What is typed stays, over what it was typed over. */
  hear(row: Row | undefined, isLive: boolean): void {
    if (!row || !this.stored) {
      this.news = this.stored && { row: undefined }
      return
    }
    const changed = this.#told.filter((name) => !isSame(row[name], this.stored?.[name]))
    if (this.isDirty && changed.length > 0) {
      this.news = { row }
      return
    }
    this.stored = row
    this.news = undefined
    if (isLive && changed.length > 0) this.#flash(changed)
  }

  /** What the two made of it, field by field. */
  get differences(): Difference[] {
    if (!this.stored || !this.news?.row) return []
    const mine: Record<string, unknown> = Object.fromEntries(this.changes)
    for (const field of this.fields) {
      const unread = this.unread(field)
      if (unread !== undefined) mine[field.name] = unread
    }
    return differences(this.stored, mine, this.news.row, this.#told)
  }

  /** Puts what others wrote below what is typed, but for the fields in which theirs was chosen. */
  merge(choices: Readonly<Record<string, Choice>>): void {
    const theirs = this.news?.row
    if (!theirs) return
    const given = new Set(givenUp(this.differences, choices))
    for (const field of this.fields) if (given.has(field.name)) this.revert(field)
    this.stored = theirs
    for (const [name, value] of this.changes) if (isSame(value, theirs[name])) this.changes.delete(name)
    this.news = undefined
    this.isRefused = false
  }

  /** Makes a new record of one that is gone: all that was in it, but for its files and secrets. */
  detach(): void {
    const { stored } = this
    if (!stored) return
    for (const field of this.fields) {
      const isOwn = field.type === 'autodate' || field.type === 'password' || field.name === 'id'
      if (isOwn) continue
      const value = this.value(field)
      if (field.type !== 'file') this.changes.set(field.name, value)
      else if (Array.isArray(value)) this.changes.set(field.name, value.filter((one) => one instanceof File))
      else if (!(value instanceof File)) this.changes.delete(field.name)
    }
    this.stored = undefined
    this.news = undefined
    this.isRefused = false
  }

  /**
   * Sends what was changed; the record as it is stored then, or `undefined` where the server refused. It is meant for the
   * record as it was read: where others have written since, nothing is sent over it and `isRefused` says so.
   */
  async save(): Promise<Row | undefined> {
    if (this.busy || this.hasFaults) return undefined
    this.busy = true
    this.isRefused = false
    this.errors = {}
    this.summary = []
    try {
      const sent = new Map(this.changes)
      const row = await this.#send()
      if (!row) return undefined
      this.stored = row
      this.news = undefined
      // What was typed while it was on its way is not saved yet.
      for (const [name, value] of sent) if (this.changes.get(name) === value) this.changes.delete(name)
      return row
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.aborted) {
        this.summary = ['You stopped it: nothing is saved, and all is still here.']
        return undefined
      }
      const shown = this.fields.map((field) => field.name)
      ;({ fields: this.errors, summary: this.summary } = refusal(error, shown))
      return undefined
    } finally {
      this.busy = false
      this.progress = undefined
      this.#sending = undefined
    }
  }

  /** Stores a further file at once, whatever else is typed; the record as it is then. @throws {ApiError} */
  async add(field: FileField, file: File): Promise<Row | undefined> {
    const { stored } = this
    if (!stored || this.busy) return undefined
    this.busy = true
    try {
      const added = { [`${field.name}+`]: file }
      const row = await updateRecord(this.collection.name, stored.id, added, this.#expand, { version: versionOf(stored) })
      // Where the files were changed, the new one is among them.
      const [held, name] = [this.changes.get(field.name), list(row[field.name]).at(-1)]
      if (Array.isArray(held) && name !== undefined) this.changes.set(field.name, [...list(held), name, ...held.filter((one) => one instanceof File)])
      this.stored = row
      return row
    } finally {
      this.busy = false
    }
  }

  /** Stops what is being sent. */
  stop(): void {
    this.#sending?.abort()
  }

  async #send(): Promise<Row | undefined> {
    const { name } = this.collection
    const body = this.#body()
    const sending = Object.values(body).some(hasFiles) ? this.#watch() : undefined
    if (!this.stored) return createRecord(name, body, this.#expand, sending)
    const { id } = this.stored
    // Lists and the stream tell no versions: it is read first.
    if (versionOf(this.stored) === undefined && !(await this.#look(id))) return undefined
    try {
      return await updateRecord(name, id, body, this.#expand, { version: versionOf(this.stored), sending })
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 412 && error.status !== 404)) throw error
      await this.#look(id)
      // What both made of it may be the same by now.
      if (this.news) this.isRefused = true
      else this.summary = ['The record was changed meanwhile, and what you typed is still here. Save once more.']
      return undefined
    }
  }

  /** Reads the record anew; whether what is typed can be written over it. */
  async #look(id: string): Promise<boolean> {
    try {
      this.hear(await getRecord(this.collection.name, id, this.#expand), false)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error
      this.hear(undefined, false)
    }
    if (this.news) this.isRefused = true
    return this.news === undefined
  }

  #flash(names: string[]): void {
    const lit = new Set(names)
    this.lit = lit
    setTimeout(() => {
      if (this.lit === lit) this.lit = new Set()
    }, FLASH)
  }

  #watch(): Sending {
    this.#sending = new AbortController()
    return {
      onprogress: (sent, total) => (this.progress = { sent, total }),
      signal: this.#sending.signal,
    }
  }

  /** The fields whose changes are told: not the times that the server sets. */
  get #told(): string[] {
    return this.fields.filter(({ type }) => type !== 'autodate').map(({ name }) => name)
  }

  #body(): Record<string, unknown> {
    const body: Record<string, unknown> = Object.fromEntries(this.changes)
    // Its input had it repeated, or showed it.
    if (this.collection.type === 'auth' && typeof body.password === 'string') body.passwordConfirm = body.password
    return body
  }
}

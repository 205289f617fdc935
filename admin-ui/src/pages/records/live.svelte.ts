/** What happens to the records of the open collection while somebody looks at them. */
import { untrack } from 'svelte'
import { ApiError } from '../../api/client'
import { watchRecords, type StreamState } from '../../api/live'
import { both, filterOfIds, listIds } from '../../api/many'
import type { Row } from '../../api/records'
import { oncePerFrame } from '../../lib/frame'
import { lots } from '../../lib/lots'
import type { Rows } from './rows.svelte'

/** How long new records are gathered before it is asked which of them match. */
const PAUSE = 300
/** How many are asked about at once. */
const ASKED = 60
/** Of more than so many it is not asked: that there is news is all that can be said in good time. */
const MOST_ASKED = 600
/** So many are known by their ids, further ones are counted. */
const MOST_KNOWN = 10_000

export class Live {
  stream: StreamState = $state('connecting')
  /** The stream was away for a while: what is shown may be old. */
  missed = $state(false)
  /** How many records came that match and are not shown. */
  fresh = $state(0)
  readonly #collection: string
  readonly #rows: () => Rows
  readonly #fresh = new Set<string>()
  /** How many came beyond those. */
  #further = 0
  readonly #showFresh = oncePerFrame(() => (this.fresh = this.#fresh.size + this.#further))
  /** Those of which nobody knows yet whether they match. */
  readonly #unknown = new Set<string>()
  /** Those that this page made itself. */
  readonly #own = new Set<string>()
  /** Who wants to hear of one record, by its id. */
  readonly #listeners = new Map<string, Set<(row: Row | undefined) => void>>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #asking = new AbortController()

  constructor(collection: string, rows: () => Rows) {
    this.#collection = collection
    this.#rows = rows
  }

  /** Begins to listen, until the given function is called. */
  watch(expand: string): () => void {
    const end = watchRecords(this.#collection, expand, {
      state: (state) => (this.stream = state),
      changed: (action, row) => untrack(() => this.#changed(action, row)),
      missed: () => {
        this.missed = true
        for (const id of this.#listeners.keys()) this.#tell(id, undefined)
      },
    })
    return () => {
      end()
      this.forget()
    }
  }

  /** Tells when a record changed or went, and how it is then where that is known, until the given function is called. */
  listen(id: string, tell: (row: Row | undefined) => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(tell))
    return () => {
      listeners.delete(tell)
      if (listeners.size === 0) this.#listeners.delete(id)
    }
  }

  #tell(id: string, row: Row | undefined): void {
    for (const tell of this.#listeners.get(id) ?? []) tell(row)
  }

  /** What came is shown, or not wanted any more. */
  forget(): void {
    clearTimeout(this.#timer)
    this.#asking.abort()
    this.#asking = new AbortController()
    this.#fresh.clear()
    this.#unknown.clear()
    this.#further = 0
    this.fresh = 0
    this.missed = false
  }

  /** A record that one made oneself is no news. */
  ignore(id: string): void {
    this.#own.add(id)
    this.#remove(id)
  }

  #changed(action: 'create' | 'update' | 'delete', row: Row): void {
    const rows = this.#rows()
    if (action !== 'create') this.#tell(row.id, action === 'update' ? row : undefined)
    if (action === 'update') {
      if (rows.tell(row)) rows.flash(row.id)
    } else if (action === 'delete') {
      rows.strike(row.id)
      this.#remove(row.id)
    } else if (!rows.find(row.id) && !this.#own.has(row.id)) {
      if (rows.question.filter === '') this.#add([row.id])
      else this.#wonder(row.id)
    }
  }

  #wonder(id: string): void {
    // There is no need to know more.
    if (this.missed) return
    this.#unknown.add(id)
    clearTimeout(this.#timer)
    if (this.#unknown.size > MOST_ASKED) {
      this.#unknown.clear()
      this.missed = true
      return
    }
    this.#timer = setTimeout(() => void this.#find(), PAUSE)
  }

  async #find(): Promise<void> {
    const ids = [...this.#unknown]
    this.#unknown.clear()
    const { filter } = this.#rows().question
    const { signal } = this.#asking
    try {
      for (const some of lots(ids, ASKED)) {
        const found = await listIds(this.#collection, both(filter, `(${filterOfIds(some)})`), signal, () => undefined)
        if (signal.aborted) return
        this.#add(found.filter((id) => !this.#own.has(id) && !this.#rows().find(id)))
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!error.aborted) this.missed = true
    }
  }

  #add(ids: string[]): void {
    for (const id of ids) {
      if (this.#fresh.size < MOST_KNOWN) this.#fresh.add(id)
      else if (!this.#fresh.has(id)) this.#further += 1
    }
    this.#showFresh()
  }

  #remove(id: string): void {
    this.#unknown.delete(id)
    if (this.#fresh.delete(id)) this.#showFresh()
  }
}

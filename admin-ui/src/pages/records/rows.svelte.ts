/** The records that a grid looks at: pages of them by number, asked for when they come into view. */
import { untrack } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import { ApiError } from '../../api/client'
import { countRecords, listRecords, type Question, type Row } from '../../api/records'
import { oncePerFrame } from '../../lib/frame'
import { leaving } from './leaving.svelte'

const PAGE = 200
/** How many pages are kept; those that one was far from longest go. */
const KEPT = 30
/** How long a count may take before it is said what is known, in milliseconds. */
const PATIENCE = 400
/** How many are looked for meanwhile. */
const LEAST = 100_000
/** How long a change is lit, in milliseconds. */
const FLASH = 1_500
/** Pages are asked for that often while one scrolls past them, in milliseconds. */
const REST = 80
/** The page that so many rows away is asked for before one sees it. */
const AHEAD = 50

export class Rows {
  readonly question: Question
  /** How many there are; `undefined` until the server said so. */
  total: number | undefined = $state()
  /** There are that many at least: they are still being counted. */
  isLeast = $state(false)
  /** The first page is there, or it is known that it will not come. */
  state: 'asking' | 'there' | 'failed' = $state('asking')
  error: ApiError | undefined = $state.raw()
  readonly collection: string
  readonly #told = new Map<string, number>()
  readonly #pages = new Map<number, Row[]>()
  /** The page that each record is on: the stream tells of many, of which few are here. */
  readonly #pageOf = new Map<string, number>()
  readonly #asking = new Map<number, AbortController>()
  #isSlow = false
  #needed: [first: number, last: number] = [0, 0]
  readonly #counting = new AbortController()
  readonly #lit = new SvelteSet<string>()
  readonly #struck = new SvelteSet<string>()
  /** What the stream told since the last frame. */
  #news = { lit: new Set<string>(), struck: new Set<string>() }
  readonly #show = oncePerFrame(() => this.#showNews())
  #rest: ReturnType<typeof setTimeout> | undefined
  /** Rises with each page that comes, so that whoever looks at rows looks again. */
  #come = $state(0)

  constructor(collection: string, question: Question) {
    this.collection = collection
    this.question = question
    void this.#count()
    this.need(0, 0)
  }

  /** The record at a place; `undefined` while it is not there. */
  at(index: number): Row | undefined {
    void this.#come
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  /** The record with an id, where it was in view. */
  find(id: string): Row | undefined {
    return this.#pages.get(this.#pageOf.get(id) ?? -1)?.find((one) => one.id === id)
  }

  /** The place of the record with an id, as far as it was in view; -1 where it was not. */
  placeOf(id: string): number {
    void this.#come
    const page = this.#pageOf.get(id)
    const at = page === undefined ? -1 : (this.#pages.get(page)?.findIndex((one) => one.id === id) ?? -1)
    return page === undefined || at < 0 ? -1 : page * PAGE + at
  }

  /** Says which places are in view. What is asked for elsewhere is taken back, and what is only passed by not asked for. */
  need(first: number, last: number): void {
    this.#needed = [first, last]
    const end = Math.max(last, Math.min(last + AHEAD, (untrack(() => this.total) ?? 0) - 1))
    const [from, to] = [Math.floor(Math.max(0, first - AHEAD) / PAGE), Math.floor(end / PAGE)]
    for (const [page, asking] of this.#asking) {
      if (page < from - 1 || page > to + 1) asking.abort()
    }
    const missing = Array.from({ length: to - from + 1 }, (_, at) => from + at).filter((page) => !this.#pages.has(page) && !this.#asking.has(page))
    if (missing.length === 0 || this.#rest !== undefined) return
    for (const page of missing) void this.#ask(page)
    this.#rest = setTimeout(() => {
      this.#rest = undefined
      this.need(...this.#needed)
    }, REST)
  }

  /** The records at some places, in and out of view; those that are gone meanwhile are missing. */
  async between(first: number, last: number, signal: AbortSignal): Promise<Row[]> {
    const found: Row[] = []
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
      const rows = this.#pages.get(page) ?? (await listRecords(this.collection, page + 1, PAGE, this.question, signal))
      found.push(...rows.slice(Math.max(0, first - page * PAGE), last - page * PAGE + 1))
    }
    return found
  }

  /** Takes in what the stream tells of a record; whether it is one of those that are there. */
  tell(row: Row): boolean {
    if (!this.#replace(row)) return false
    this.#told.set(row.id, this.told(row.id) + 1)
    this.#show()
    return true
  }

  /** How often the stream told of a record. */
  told(id: string): number {
    return this.#told.get(id) ?? 0
  }

  /** Puts a record that was changed elsewhere in the place of the one that is shown; whether it is. */
  put(row: Row): boolean {
    if (!this.#replace(row)) return false
    this.#come += 1
    return true
  }

  #replace(row: Row): boolean {
    const rows = this.#pages.get(this.#pageOf.get(row.id) ?? -1)
    const at = rows?.findIndex((one) => one.id === row.id) ?? -1
    if (!rows || at < 0) return false
    rows[at] = row
    return true
  }

  /** Lights a record for a moment. */
  flash(id: string): void {
    this.#news.lit.add(id)
    this.#show()
  }

  isLit(id: string): boolean {
    return this.#lit.has(id)
  }

  /** Marks a record that is gone: it keeps its place until others are asked for. */
  strike(id: string): void {
    if (!this.find(id)) return
    this.#news.struck.add(id)
    this.#show()
  }

  #showNews(): void {
    const { lit, struck } = this.#news
    this.#news = { lit: new Set(), struck: new Set() }
    this.#come += 1
    for (const id of struck) this.#struck.add(id)
    for (const id of lit) this.#lit.add(id)
    if (lit.size > 0) setTimeout(() => lit.forEach((id) => this.#lit.delete(id)), FLASH)
  }

  isStruck(id: string): boolean {
    return this.#struck.has(id) || leaving.has(this.collection, id)
  }

  /** How many there are still. */
  get left(): number | undefined {
    if (this.total === undefined) return undefined
    const own = leaving.of(this.collection).filter((id) => !this.#struck.has(id) && this.placeOf(id) >= 0)
    return this.total - this.#struck.size - own.length
  }

  /** Asks again for what did not come. */
  retry(): void {
    this.error = undefined
    if (this.total === undefined || this.isLeast) void this.#count()
    this.need(...this.#needed)
  }

  /** Takes back all questions. */
  close(): void {
    clearTimeout(this.#rest)
    this.#counting.abort()
    for (const asking of this.#asking.values()) asking.abort()
  }

  async #ask(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#asking.has(page)) return
    const asking = new AbortController()
    this.#asking.set(page, asking)
    try {
      const rows = await listRecords(this.collection, page + 1, PAGE, this.question, asking.signal)
      this.#keep(page, rows)
      // A last page that is not full says how many there are, before the count does.
      if (page === 0 && rows.length < PAGE) this.total = rows.length
      else if (page === 0 && this.#isSlow) this.#tellLeast(PAGE)
      this.state = 'there'
      this.error = undefined
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!error.aborted) this.error = error
      if (!error.aborted && page === 0) this.state = 'failed'
    } finally {
      this.#asking.delete(page)
    }
  }

  async #count(): Promise<void> {
    const { signal } = this.#counting
    const slow = setTimeout(() => void this.#look(), PATIENCE)
    try {
      this.total = await countRecords(this.collection, this.question.filter, signal)
      this.isLeast = false
    } catch (error) {
      // The rows tell what is wrong with the question.
      if (!(error instanceof ApiError)) throw error
    } finally {
      clearTimeout(slow)
    }
  }

  /** While they are counted: whether there are many. */
  async #look(): Promise<void> {
    const isCounted = (): boolean => this.total !== undefined && !this.isLeast
    this.#isSlow = true
    this.#tellLeast(this.#pages.get(0)?.length ?? 0)
    try {
      const [there] = await listRecords(this.collection, LEAST, 1, { ...this.question, sort: '', expand: '' }, this.#counting.signal)
      if (there && !isCounted()) this.#tellLeast(LEAST)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  #tellLeast(least: number): void {
    if (least === 0 || (this.total !== undefined && (!this.isLeast || this.total >= least))) return
    this.total = least
    this.isLeast = true
  }

  #keep(page: number, rows: Row[]): void {
    this.#pages.set(page, rows)
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) break
      if (old !== page) this.#drop(old)
    }
    for (const { id } of rows) this.#pageOf.set(id, page)
    untrack(() => (this.#come += 1))
  }

  #drop(page: number): void {
    for (const { id } of this.#pages.get(page) ?? []) if (this.#pageOf.get(id) === page) this.#pageOf.delete(id)
    this.#pages.delete(page)
  }
}

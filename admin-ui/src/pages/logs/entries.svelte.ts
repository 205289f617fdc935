/** The entries that a list looks at, newest first: pages by number below a fixed end, and what came after it on top. */
import { untrack } from 'svelte'
import { ApiError } from '../../api/client'
import { countLogs, listLogs, type Log, type LogQuestion } from '../../api/logs'

const PAGE = 100
/** How many pages are kept; those that were asked for first go. */
const KEPT = 40
/** How many new ones are asked for at once. */
const NEWS = 200
/** How many may stand above the pages before they become pages themselves, of which only some are kept. */
const ON_TOP = 10 * PAGE

export class Entries {
  readonly question: LogQuestion
  /** The first page is there, or it is known that it will not come. */
  state: 'asking' | 'there' | 'failed' = $state('asking')
  error: ApiError | undefined = $state.raw()
  /** New ones that wait until somebody wants them. */
  waiting: Log[] = $state.raw([])
  /** So many came at once that some are missing. */
  missed = $state(false)
  #came: Log[] = $state.raw([])
  /** How many there are below what came; `undefined` until the server said so. */
  #below: number | undefined = $state()
  /** Rises with each page that comes, so that whoever looks at entries looks again. */
  #come = $state(0)
  readonly #pages = new Map<number, Log[]>()
  readonly #asking = new Map<number, AbortController>()
  readonly #ending = new AbortController()
  /** Where the pages begin: what comes later does not move them. */
  #end: string | undefined
  #needed: [first: number, last: number] = [0, 0]
  #isLooking = false

  constructor(question: LogQuestion) {
    this.question = question
    this.#end = question.to
    this.need(0, 0)
  }

  get total(): number | undefined {
    return this.#below === undefined ? undefined : this.#below + this.#came.length
  }

  /** The entry at a place; `undefined` while it is not there. */
  at(index: number): Log | undefined {
    void this.#come
    if (index < this.#came.length) return this.#came[index]
    const below = index - this.#came.length
    return this.#pages.get(Math.floor(below / PAGE))?.[below % PAGE]
  }

  /** The place of the entry with an id, as far as it was in view; -1 where it was not. */
  placeOf(id: string): number {
    void this.#come
    const top = this.#came.findIndex((one) => one.id === id)
    if (top >= 0) return top
    for (const [page, logs] of this.#pages) {
      const at = logs.findIndex((one) => one.id === id)
      if (at >= 0) return this.#came.length + page * PAGE + at
    }
    return -1
  }

  /** The question for all that is shown, with its end. */
  get whole(): LogQuestion {
    return { ...this.question, to: this.#newest?.created ?? this.#end }
  }

  /** Says which places are in view. What is asked for elsewhere is taken back. */
  need(first: number, last: number): void {
    this.#needed = [first, last]
    const [from, to] = [first, last].map((place) => Math.floor(Math.max(0, place - this.#came.length) / PAGE)) as [number, number]
    for (const [page, asking] of this.#asking) {
      // The others wait for the first one.
      if (page !== 0 && (page < from - 1 || page > to + 1)) asking.abort()
    }
    if (this.state !== 'there') return void this.#ask(0)
    for (let page = from; page <= to; page += 1) void this.#ask(page)
  }

  /** Asks again for what did not come. */
  retry(): void {
    this.error = undefined
    if (this.state === 'failed') this.state = 'asking'
    this.need(...this.#needed)
  }

  /** Looks for what is newer, and keeps it waiting; how many there are more than before. */
  async look(): Promise<void> {
    if (this.#isLooking || this.state !== 'there' || this.missed) return
    this.#isLooking = true
    try {
      const newest = this.waiting[0] ?? this.#newest
      const since = { ...this.question, from: newest?.created ?? this.question.from, to: undefined }
      const found = await listLogs(since, 1, NEWS, this.#ending.signal)
      const known = new Set([...this.waiting, ...this.#came, ...(this.#pages.get(0) ?? [])].map(({ id }) => id))
      const fresh = found.filter(({ id }) => !known.has(id))
      if (fresh.length === NEWS) this.missed = true
      else if (fresh.length > 0) this.waiting = [...fresh, ...this.waiting]
    } finally {
      this.#isLooking = false
    }
  }

  /** Puts those that wait on top; how many they are. */
  take(): number {
    const many = this.waiting.length
    if (many > 0) this.#came = [...this.waiting, ...this.#came]
    this.waiting = []
    if (this.#came.length >= ON_TOP) this.#fold()
    return many
  }

  /** Begins the pages anew at the newest entry: a log that is watched for days takes no more room than one of an hour. */
  #fold(): void {
    const [came, total] = [this.#came, this.total]
    // Without a number the pages have no end yet.
    if (total === undefined) return
    for (const asking of this.#asking.values()) asking.abort()
    this.#pages.clear()
    for (let page = 0; (page + 1) * PAGE <= came.length; page += 1) this.#pages.set(page, came.slice(page * PAGE, (page + 1) * PAGE))
    this.#end = came[0]?.created
    this.#below = total
    this.#came = []
    untrack(() => (this.#come += 1))
  }

  /** Takes back all questions. */
  close(): void {
    this.#ending.abort()
    for (const asking of this.#asking.values()) asking.abort()
  }

  get #newest(): Log | undefined {
    return this.#came[0] ?? this.#pages.get(0)?.[0]
  }

  async #ask(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#asking.has(page)) return
    const asking = new AbortController()
    this.#asking.set(page, asking)
    try {
      const logs = await listLogs({ ...this.question, to: this.#end }, page + 1, PAGE, asking.signal)
      // The pages may have other numbers by now.
      if (asking.signal.aborted) return
      this.#keep(page, logs)
      this.state = 'there'
      this.error = undefined
      if (page === 0) this.#begin(logs)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.aborted) return
      this.error = error
      if (page === 0) this.state = 'failed'
    } finally {
      if (this.#asking.get(page) === asking) this.#asking.delete(page)
    }
  }

  /** The first page says where the others end, and how many there are if it is not full. */
  #begin(logs: Log[]): void {
    this.#end ??= logs[0]?.created
    if (logs.length < PAGE) this.#below = logs.length
    else void this.#count()
    untrack(() => this.need(...this.#needed))
  }

  async #count(): Promise<void> {
    try {
      this.#below = await countLogs({ ...this.question, to: this.#end }, this.#ending.signal)
    } catch (error) {
      // Then those that are there are all that can be seen.
      if (!(error instanceof ApiError)) throw error
      this.#below = this.#pages.get(0)?.length ?? 0
    }
  }

  #keep(page: number, logs: Log[]): void {
    this.#pages.set(page, logs)
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) break
      if (old !== page && old !== 0) this.#pages.delete(old)
    }
    untrack(() => (this.#come += 1))
  }
}

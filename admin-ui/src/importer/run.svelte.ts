/** Sending the rows of a file lot by lot: it can rest, be given up between two lots, and go on after a cut connection. */
import { ApiError } from '../api/client'
import { importRecords, type ImportOptions } from '../api/import'
import type { Lot } from './lots'
import type { Reader } from './reader'
import type { BadRow } from './scan'

export type RunState = 'running' | 'paused' | 'stopping' | 'done' | 'cancelled'

export interface RunOptions {
  collection: string
  existing: ImportOptions['existing']
  /** Whether a row that is sent twice is one record: it has an id of its own. */
  isRepeatable: boolean
  /** Whether all these ids are new: none of them can be there already. */
  mintsIds: boolean
  /** How many rows the file has. */
  total: number
}

/** How many bad rows are shown one by one. */
const TOLD = 200
/** How long it waits before it tries again, in milliseconds. */
const WAITS = [1_000, 2_000, 4_000, 8_000]
/** How far the rate looks back, in milliseconds. */
const WINDOW = 5_000

export class Run {
  state: RunState = $state('running')
  made = $state(0)
  /** Were there already, and were left out. */
  skipped = $state(0)
  badCount = $state(0)
  bad: BadRow[] = $state.raw([])
  /** Were there when they were sent again: made by the request that was cut, or before. */
  met = $state(0)
  /** Rows of cut requests of which nobody knows whether they were made. */
  unknown = $state(0)
  past = $state(0)
  /** Rows a second, lately. */
  rate = $state(0)
  /** Why it rests by itself, or tries again. */
  trouble = $state('')
  /** The last line whose row was sent. */
  lastLine = $state(0)
  readonly total: number
  readonly #reader: Reader
  readonly #options: RunOptions
  readonly #marks: { at: number; past: number }[] = []
  #lot: Lot | undefined
  /** Whether the lot was on its way before, and the answer did not come. */
  #wasCut = false
  #isGoing = false
  #wake: (() => void) | undefined

  constructor(reader: Reader, options: RunOptions) {
    this.#reader = reader
    this.#options = options
    this.total = options.total
    void this.#go()
  }

  get isOver(): boolean {
    return this.state === 'done' || this.state === 'cancelled'
  }

  /** Seconds until the end, as it looks. */
  get secondsLeft(): number | undefined {
    return this.rate > 0 ? Math.ceil((this.total - this.past) / this.rate) : undefined
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused'
    this.#wake?.()
  }

  resume(): void {
    if (this.state !== 'paused') return
    this.state = 'running'
    this.trouble = ''
    this.#marks.length = 0
    void this.#go()
  }

  /** Ends it behind what is on its way; what was made stays. */
  cancel(): void {
    if (this.isOver) return
    this.state = this.#isGoing ? 'stopping' : 'cancelled'
    this.#wake?.()
  }

  async #go(): Promise<void> {
    if (this.#isGoing) return
    this.#isGoing = true
    try {
      let coming = this.#lot ? Promise.resolve(this.#lot) : this.#reader.next()
      while (this.state === 'running') {
        const lot = (this.#lot = await coming)
        if (!lot) {
          this.state = 'done'
          break
        }
        if (!(await this.#deliver(lot))) continue
        this.#lot = undefined
        this.#count(lot)
        coming = this.#reader.next()
        // What was read ahead must not get lost where it rests now.
        if (this.#state !== 'running') this.#lot = await coming
      }
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error)
      if (this.state === 'running') this.state = 'paused'
    } finally {
      this.#isGoing = false
      if (this.state === 'stopping') this.state = 'cancelled'
    }
  }

  /** The state as it is by now: it changes while something is waited for. */
  get #state(): RunState {
    return this.state
  }

  /** Sends a lot until the server has taken it; false where it rests before. */
  async #deliver(lot: Lot): Promise<boolean> {
    for (let tries = 0; ; tries += 1) {
      try {
        if (this.#wasCut && !this.#options.isRepeatable) await this.#leave(lot)
        else if (lot.lines.length > 0) await this.#send(lot)
        this.#wasCut = false
        this.trouble = ''
        return true
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        const isPassing = error.status === 0 || error.status === 429 || error.status >= 502
        if (isPassing && error.status !== 429) this.#wasCut = true
        const wait = WAITS[tries]
        const again = isPassing && wait !== undefined && (this.#options.isRepeatable || !this.#wasCut)
        this.trouble = again ? `${error.message} Trying again…` : error.message
        if (!again && this.state === 'running') this.state = 'paused'
        if (again) await this.#rest(wait)
        if (this.#state !== 'running') return false
      }
    }
  }

  async #send(lot: Lot): Promise<void> {
    const rows = lot.text.split('\n').slice(0, lot.lines.length)
    const { collection, mintsIds } = this.#options
    // What is there when a lot comes again, the request that was cut has made.
    const isAgain = this.#wasCut
    let existing = isAgain ? 'skip' : this.#options.existing
    const refused: { at: number; reason: string }[] = []
    let [made, met, from] = [0, 0, 0]
    for (;;) {
      const body = new Blob(rows.slice(from).map((row) => `${row}\n`))
      const report = await importRecords(collection, body, { dryRun: false, existing }, quiet())
      made += report.created
      if (from === 0) met = report.existing
      for (const { line, message } of report.errors) refused.push({ at: from + line - 1, reason: message })
      const last = report.errors.at(-1)
      if (!last || report.bad <= report.errors.length) break
      // The server names the first hundred: the rows behind them are asked for again, which doubles none.
      from += last.line
      existing = 'skip'
    }
    this.made += made + (isAgain && mintsIds ? met : 0)
    if (isAgain && !mintsIds) this.met += met
    if (!isAgain) this.skipped += met
    this.#refuse(refused.map(({ at, reason }) => ({ line: lot.lines[at] ?? 0, reason })), refused.length)
    await this.#reader.settle(lot.number, refused)
  }

  /** Rows that would be doubled were they sent again stay behind. */
  async #leave(lot: Lot): Promise<void> {
    this.unknown += lot.lines.length
    const reason = 'The connection was cut: look whether its record is there.'
    await this.#reader.settle(lot.number, lot.lines.map((_, at) => ({ at, reason })))
  }

  #refuse(rows: BadRow[], many: number): void {
    if (many === 0) return
    this.badCount += many
    this.bad = [...this.bad, ...rows.slice(0, TOLD - this.bad.length)]
  }

  #count(lot: Lot): void {
    this.#refuse(lot.bad, lot.badCount)
    this.past += lot.lines.length + lot.badCount
    this.lastLine = Math.max(this.lastLine, lot.lines.at(-1) ?? 0, lot.bad.at(-1)?.line ?? 0)
    const now = performance.now()
    this.#marks.push({ at: now, past: this.past })
    while (this.#marks.length > 2 && (this.#marks[0]?.at ?? now) < now - WINDOW) this.#marks.shift()
    const first = this.#marks[0]
    if (first && now > first.at) this.rate = Math.round(((this.past - first.past) * 1000) / (now - first.at))
  }

  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Lots arrive as a whole or not at all: nobody looks at how much of one is sent. */
function quiet() {
  return { onprogress: () => undefined, signal: new AbortController().signal }
}

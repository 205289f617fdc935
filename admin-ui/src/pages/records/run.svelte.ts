/** Work on many records: lot by lot, with its progress; it can rest, and be given up between two lots. */
import { ApiError } from '../../api/client'
import type { Failure } from '../../api/bulk'
import { lots } from '../../lib/lots'

export type RunState = 'gathering' | 'running' | 'paused' | 'done' | 'cancelled'

export interface Work {
  /** Finds out what is to be worked on. */
  gather: (signal: AbortSignal, tell: (found: number) => void) => Promise<string[]>
  /** Works on a lot; gives those that it could not be done to. */
  send: (ids: string[], signal: AbortSignal) => Promise<Failure[]>
  size: number
}

export class Run {
  state: RunState = $state('gathering')
  /** How many there are, as far as it is known. */
  total = $state(0)
  /** How many are worked on, with those that it could not be done to. */
  past = $state(0)
  failures: Failure[] = $state.raw([])
  /** Why it rests by itself. */
  trouble = $state('')
  readonly #work: Work
  #waiting: string[][] | undefined
  #stop = new AbortController()

  constructor(work: Work) {
    this.#work = work
    void this.#go()
  }

  get isOver(): boolean {
    return this.state === 'done' || this.state === 'cancelled'
  }

  get succeeded(): number {
    return this.past - this.failures.length
  }

  /** Lets the lot that is on its way arrive, and then rests. */
  pause(): void {
    if (this.state === 'running') this.state = 'paused'
  }

  resume(): void {
    if (this.state !== 'paused') return
    this.state = 'running'
    this.trouble = ''
    void this.#go()
  }

  /** Ends it; what is done stays done. */
  cancel(): void {
    if (this.isOver) return
    if (this.state === 'gathering') this.#stop.abort()
    this.state = 'cancelled'
  }

  #isGoing = false

  async #go(): Promise<void> {
    if (this.#isGoing) return
    this.#isGoing = true
    try {
      if (!this.#waiting) await this.#gather()
      while (this.state === 'running') {
        const [lot] = this.#waiting ?? []
        if (!lot) {
          this.state = 'done'
          break
        }
        const failed = await this.#work.send(lot, this.#stop.signal)
        this.#waiting?.shift()
        this.failures = [...this.failures, ...failed]
        this.past += lot.length
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!this.isOver) {
        this.state = 'paused'
        this.trouble = error.message
      }
    } finally {
      this.#isGoing = false
    }
  }

  async #gather(): Promise<void> {
    const ids = await this.#work.gather(this.#stop.signal, (found) => (this.total = found))
    if (this.isOver) return
    this.total = ids.length
    this.#waiting = lots(ids, this.#work.size)
    this.state = 'running'
  }
}

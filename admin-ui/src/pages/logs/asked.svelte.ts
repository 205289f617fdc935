/** What is shown of the log, and what is on its way: entries stay, dimmed, until others come. */
import { untrack } from 'svelte'
import { ApiError } from '../../api/client'
import { getOverview, type LogOverview, type LogQuestion } from '../../api/logs'
import { Entries } from './entries.svelte'
import { bounds, stored, type Range } from './range'

/** How often one asks for what is newer, in milliseconds; the numbers follow more slowly. */
const TAIL = 2_000
const NUMBERS = 5
const BUCKETS = 60

interface Of {
  readonly condition: string
  readonly range: Range
  /** Whether what is newer is asked for. */
  readonly isLive: boolean
  /** Whether what is newer may move what is seen. */
  readonly isAtTop: boolean
  /** So many came on top. */
  ontaken: (many: number) => void
}

export class Asked {
  shown: Entries = $state.raw() as Entries
  coming: Entries | undefined = $state.raw()
  overview: LogOverview | undefined = $state.raw()
  /** The numbers of another question are on their way. */
  isCounting = $state(false)
  overviewError: ApiError | undefined = $state.raw()
  /** The log does not answer while it is followed. */
  isStuck = $state(false)
  readonly #of: Of
  #counting: AbortController | undefined

  /** To be made while a component is: it follows the question, and ends with it. */
  constructor(of: Of) {
    this.#of = of
    this.shown = untrack(() => new Entries(this.#question()))
    let isFirst = true
    $effect(() => {
      void [of.condition, of.range]
      untrack(() => {
        if (!isFirst) this.coming?.close()
        if (!isFirst) this.coming = new Entries(this.#question())
        isFirst = false
        void this.#count()
      })
    })
    $effect(() => {
      if (this.coming?.state !== 'there') return
      this.shown.close()
      this.shown = this.coming
      this.coming = undefined
    })
    $effect(() => {
      if (!of.isLive) return
      let turn = 0
      const timer = setInterval(() => {
        // Nobody looks.
        if (document.visibilityState !== 'visible') return
        turn += 1
        void this.#follow(turn % NUMBERS === 0)
      }, TAIL)
      return () => clearInterval(timer)
    })
    $effect(() => () => {
      untrack(() => {
        this.shown.close()
        this.coming?.close()
        this.#counting?.abort()
      })
    })
  }

  /** Asks the question again, with all that came since. */
  again(): void {
    this.coming?.close()
    this.coming = new Entries(this.#question())
    void this.#count()
  }

  #question(): LogQuestion {
    const { from, to } = bounds(this.#of.range, Date.now())
    return { filter: this.#of.condition, from: stored(from), to: 'last' in this.#of.range ? undefined : stored(to) }
  }

  async #follow(counts: boolean): Promise<void> {
    const { shown } = this
    try {
      await shown.look()
      this.isStuck = false
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.isStuck = !error.aborted
      return
    }
    if (shown !== this.shown) return
    if (this.#of.isAtTop && shown.waiting.length > 0) this.#of.ontaken(shown.take())
    if (counts) void this.#count(true)
  }

  /** `quietly` for the same question again. */
  async #count(quietly = false): Promise<void> {
    this.#counting?.abort()
    const mine = (this.#counting = new AbortController())
    if (!quietly) this.isCounting = true
    const { from, to } = bounds(this.#of.range, Date.now())
    try {
      this.overview = await getOverview({ filter: this.#of.condition, from: stored(from), to: stored(to) }, BUCKETS, mine.signal)
      this.overviewError = undefined
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.aborted) return
      this.overviewError = error
    } finally {
      if (this.#counting === mine) this.isCounting = false
    }
  }
}

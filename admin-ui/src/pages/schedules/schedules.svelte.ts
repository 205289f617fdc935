/** The schedules and their runs, as long as they are looked at. */
import { SvelteMap } from 'svelte/reactivity'
import { listSchedules, runSchedule, type Run, type Schedule } from '../../api/crons'
import { ApiError } from '../../api/client'

/** How often they are asked for, in milliseconds: while one runs, and otherwise. */
const BUSY = 400
const IDLE = 10_000

export class Schedules {
  list: Schedule[] | undefined = $state.raw()
  failure = $state('')
  /** Those that were asked for here, and what ran before: a run that ends after it is the one that was asked for. */
  readonly #asked = new SvelteMap<string, string>()

  /** Asks for them until the given function is called. */
  watch(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const look = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await this.load()
      clearTimeout(timer)
      if (!isOver) timer = setTimeout(() => void look(), this.#isBusy ? BUSY : IDLE)
    }
    this.#soon = () => void look()
    void look()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }

  #soon = (): void => undefined

  async load(): Promise<void> {
    try {
      this.list = await listSchedules()
      this.failure = ''
      for (const { id, lastEnd, running } of this.list) {
        if (!running && this.#asked.get(id) !== lastEnd) this.#asked.delete(id)
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!error.aborted) this.failure = error.message
    }
  }

  isRunning(schedule: Schedule): boolean {
    return schedule.running || this.#asked.has(schedule.id)
  }

  /** @throws {ApiError} */
  async run(schedule: Schedule): Promise<void> {
    this.#asked.set(schedule.id, schedule.lastEnd)
    try {
      await runSchedule(schedule.id)
    } catch (error) {
      this.#asked.delete(schedule.id)
      throw error
    }
    this.#soon()
  }

  get #isBusy(): boolean {
    return (this.list ?? []).some((one) => this.isRunning(one))
  }
}

/** The runs that are known, the newest first. */
export function runsOf({ runs, lastStart, lastEnd, lastOutcome, lastError }: Schedule): Run[] {
  if (runs) return runs
  return lastOutcome === '' ? [] : [{ start: lastStart, end: lastEnd, outcome: lastOutcome, error: lastError }]
}

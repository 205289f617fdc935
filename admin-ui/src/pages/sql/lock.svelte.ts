/** Whether statements may write: not until somebody unlocks it, and for ten minutes then. It outlives the page, not the
 * window, nor whoever unlocked it. */
import { session } from '../../state/session.svelte'

const OPEN = 10 * 60_000

class Lock {
  #until = $state(0)
  #now = $state(0)
  #timer: ReturnType<typeof setInterval> | undefined

  readonly isOpen: boolean = $derived(this.#now < this.#until)
  /** What is left, as clocks show it: `9:59`. */
  readonly left: string = $derived.by(() => {
    const seconds = Math.max(0, Math.ceil((this.#until - this.#now) / 1000))
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  })

  constructor() {
    session.beforeEnd(() => this.lock())
  }

  unlock(): void {
    this.#now = Date.now()
    this.#until = this.#now + OPEN
    clearInterval(this.#timer)
    this.#timer = setInterval(() => {
      this.#now = Date.now()
      if (!this.isOpen) this.lock()
    }, 500)
  }

  lock(): void {
    clearInterval(this.#timer)
    this.#until = 0
  }
}

export const lock = new Lock()

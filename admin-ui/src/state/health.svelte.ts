/** How the server is, asked now and then while somebody looks. */
import { checkHealth } from '../api/health'

const EVERY = 15_000
const AFTER_A_FAILURE = 5_000

export class Health {
  state: 'asking' | 'healthy' | 'silent' = $state('asking')
  #timer: ReturnType<typeof setTimeout> | undefined
  #watching = false

  /** Starts asking; the returned function stops it. A hidden tab asks nothing. */
  watch(): () => void {
    this.#watching = true
    const seen = () => {
      clearTimeout(this.#timer)
      if (!document.hidden) void this.#ask()
    }
    document.addEventListener('visibilitychange', seen)
    seen()
    return () => {
      this.#watching = false
      clearTimeout(this.#timer)
      document.removeEventListener('visibilitychange', seen)
    }
  }

  async #ask(): Promise<void> {
    try {
      await checkHealth()
      this.state = 'healthy'
    } catch {
      this.state = 'silent'
    }
    clearTimeout(this.#timer)
    if (!this.#watching || document.hidden) return
    this.#timer = setTimeout(() => void this.#ask(), this.state === 'healthy' ? EVERY : AFTER_A_FAILURE)
  }
}

/** Where one is. Pages that hold what was typed can ask before they are left. */
import { route, type Route } from '../pages'

/** Asks whether a page may be left; it may take its time to answer. */
export type Guard = () => boolean | Promise<boolean>

class Router {
  #hash = $state(location.hash)
  current: Route = $derived(route(this.#hash))
  /** Several may ask: a page, and what lies over it. */
  readonly #guards = new Set<Guard>()
  /** Where one may go, since all were asked. */
  #allowed: string | undefined
  #returning = false

  constructor() {
    window.addEventListener('hashchange', () => void this.#follow())
  }

  /** Goes to an address such as `#/collections/posts`. */
  go(address: string): void {
    location.hash = address
  }

  /** Puts another address in the place of this one: going back does not meet it. */
  replace(address: string): void {
    history.replaceState(history.state, '', address)
    this.#hash = location.hash
  }

  /** Has leaving asked for until the given function is called. */
  guard(guard: Guard): () => void {
    this.#guards.add(guard)
    return () => void this.#guards.delete(guard)
  }

  /** Asks all that hold something, the uppermost first, whether it may be left behind. */
  async mayLeave(): Promise<boolean> {
    for (const asks of [...this.#guards].reverse()) if (!(await asks())) return false
    return true
  }

  async #follow(): Promise<void> {
    if (this.#returning) {
      this.#returning = false
      return
    }
    const [from, to] = [this.#hash, location.hash]
    if (this.#guards.size > 0 && from !== to && to !== this.#allowed) {
      // The address stays with the page until it is known that the page goes.
      this.#returning = true
      location.hash = from
      if (!(await this.mayLeave())) return
      this.#allowed = to
      this.go(to)
      return
    }
    this.#allowed = undefined
    this.#hash = to
  }
}

export const router = new Router()

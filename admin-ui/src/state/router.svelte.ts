/** Where one is. Pages that hold what was typed can ask before they are left. */
import { route, type Route } from '../pages'

/** Asks whether a page may be left; it may take its time to answer. */
export type Guard = () => boolean | Promise<boolean>

class Router {
  #hash = $state(location.hash)
  current: Route = $derived(route(this.#hash))
  #guard: Guard | undefined
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
    this.#guard = guard
    return () => {
      if (this.#guard === guard) this.#guard = undefined
    }
  }

  async #follow(): Promise<void> {
    if (this.#returning) {
      this.#returning = false
      return
    }
    const [from, to] = [this.#hash, location.hash]
    if (this.#guard && from !== to) {
      const asking = this.#guard
      // The address stays with the page until it is known that the page goes.
      this.#returning = true
      location.hash = from
      if (!(await asking())) return
      if (this.#guard === asking) this.#guard = undefined
      this.go(to)
      return
    }
    this.#hash = to
  }
}

export const router = new Router()

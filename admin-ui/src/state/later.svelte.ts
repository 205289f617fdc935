/** Components that are fetched when they are wanted: the first sight of a page does without them. */
import type { Component } from 'svelte'
import { toasts } from './toasts.svelte'

export class Later<Kind extends Component<never>> {
  /** It, once it is there. */
  there: Kind | undefined = $state.raw()
  readonly #fetch: () => Promise<{ default: Kind }>
  #coming: Promise<void> | undefined

  constructor(fetch: () => Promise<{ default: Kind }>) {
    this.#fetch = fetch
  }

  /** Fetches it where it may be wanted soon. What fails is tried again when it is. */
  readonly hint = (): void => void this.#load().catch(() => undefined)

  /** Fetches it; whether it is there. */
  readonly want = async (): Promise<boolean> => {
    try {
      await this.#load()
      return true
    } catch {
      toasts.failed('The server did not answer, and this part of the dashboard is not here yet. Try again once the server is there.')
      return false
    }
  }

  #load(): Promise<void> {
    if (this.there) return Promise.resolve()
    this.#coming ??= this.#fetch()
      .then(({ default: it }) => void (this.there = it))
      .finally(() => (this.#coming = undefined))
    return this.#coming
  }
}

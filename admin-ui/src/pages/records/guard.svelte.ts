/** Nothing typed is left without a question: it is asked, and its answer awaited. */
import { router } from '../../state/router.svelte'

export class Guard {
  /** It is asked now. */
  asks = $state(false)
  readonly #isDirty: () => boolean
  #answer: ((leaves: boolean) => void) | undefined
  #isOff = false

  /** To be made while a component is: it guards the page for as long as that is there. */
  constructor(isDirty: () => boolean) {
    this.#isDirty = isDirty
    $effect(() => router.guard(() => this.mayLeave()))
  }

  mayLeave(): true | Promise<boolean> {
    if (this.#isOff || !this.#isDirty()) return true
    this.asks = true
    return new Promise((resolve) => (this.#answer = resolve))
  }

  settle(leaves: boolean): void {
    this.asks = false
    this.#answer?.(leaves)
    this.#answer = undefined
  }

  /** Asks once for something that takes the form along, which is not asked about again unless it does not happen. */
  async allow(act: () => boolean): Promise<void> {
    if (!(await this.mayLeave())) return
    this.#isOff = true
    this.#isOff = act()
  }
}

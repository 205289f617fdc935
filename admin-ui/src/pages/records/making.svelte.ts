/** A record that is being made above a panel, and whoever waits for it. */
import type { Collection } from '../../api/collections'
import type { Row } from '../../api/records'

export class Making {
  /** Of which collection; nothing while none is made. */
  asked: Collection | undefined = $state.raw()
  #answer: ((row: Row | undefined) => void) | undefined

  ask(collection: Collection): Promise<Row | undefined> {
    this.end(undefined)
    this.asked = collection
    return new Promise((resolve) => (this.#answer = resolve))
  }

  end(row: Row | undefined): void {
    this.asked = undefined
    this.#answer?.(row)
    this.#answer = undefined
  }
}

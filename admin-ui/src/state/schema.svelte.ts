/** The collections, asked for once and again when something changed them. */
import { listCollections, type Collection } from '../api/collections'

class Schema {
  collections: Collection[] = $state.raw([])
  state: 'asking' | 'there' | 'failed' = $state('asking')
  #asked: Promise<void> | undefined

  /** Asks the server. Questions at the same time are one. */
  load(): Promise<void> {
    this.#asked ??= this.#ask().finally(() => (this.#asked = undefined))
    return this.#asked
  }

  /** By name or by id; names win, as they do in addresses. */
  find(nameOrId: string): Collection | undefined {
    return (
      this.collections.find((one) => one.name === nameOrId) ?? this.collections.find((one) => one.id === nameOrId)
    )
  }

  async #ask(): Promise<void> {
    if (this.state === 'failed') this.state = 'asking'
    try {
      this.collections = await listCollections()
      this.state = 'there'
    } catch {
      if (this.state !== 'there') this.state = 'failed'
    }
  }
}

export const schema = new Schema()

/** Something that is done to many records, a lot at a time. */
import type { BatchService } from 'pocketbase'
import { ask, backend } from './backend'
import { ApiError } from './client'

/** What could not be done to a record, and why. */
export interface Failure {
  id: string
  message: string
}

/** The server's default for one batch. */
export const BATCH = 50
/** Questions at the same time, where there are no batches. */
const LANES = 4

/** What is done to each of them. */
interface Deed {
  batch: (batch: BatchService, id: string) => void
  one: (id: string, signal: AbortSignal) => Promise<unknown>
  /** Whether it is no harm to do it twice. */
  isRepeatable: boolean
  /** What is said of a record that is not there any more; nothing where that is as good. */
  gone: string | undefined
}

export function deletion(collection: string): Deed {
  return {
    batch: (batch, id) => batch.collection(collection).delete(id),
    one: (id, signal) => ask((backend) => backend.collection(collection).delete(id, { signal })),
    isRepeatable: true,
    gone: undefined,
  }
}

export function change(collection: string, body: Record<string, unknown>, isRepeatable: boolean): Deed {
  return {
    batch: (batch, id) => batch.collection(collection).update(id, body),
    one: (id, signal) => ask((backend) => backend.collection(collection).update(id, body, { fields: 'id', signal })),
    isRepeatable,
    gone: 'It was deleted meanwhile.',
  }
}

/**
 * Does it to a lot: all of it in one transaction where the server takes batches and nothing stands against it, else one by
 * one; gives those that it could not be done to.
 *
 * @throws {ApiError} where there was no answer. The same lot may be sent again: what is done is not done twice.
 */
export class Bulk {
  readonly #deed: Deed
  /** What became of those of the present lot. */
  readonly #settled = new Map<string, Failure | undefined>()
  #takesBatches = true

  constructor(deed: Deed) {
    this.#deed = deed
  }

  readonly send = async (ids: string[], signal: AbortSignal): Promise<Failure[]> => {
    const left = ids.filter((id) => !this.#settled.has(id))
    if (!(this.#takesBatches && left.length > 1 && (await this.#batch(left, signal)))) await this.#singly(left, signal)
    const failures = [...this.#settled.values()].filter((one) => one !== undefined)
    this.#settled.clear()
    return failures
  }

  async #batch(ids: string[], signal: AbortSignal): Promise<boolean> {
    try {
      const batch = backend.createBatch()
      for (const id of ids) this.#deed.batch(batch, id)
      await ask(() => batch.send({ signal }))
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 0) {
        for (const id of ids) this.#doubt(id)
        throw error
      }
      // Switched off, as it is at first: then nobody asks again.
      if (error.status === 403) this.#takesBatches = false
      return false
    }
  }

  async #singly(ids: string[], signal: AbortSignal): Promise<void> {
    const waiting = [...ids]
    let broken: unknown
    const lane = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && broken === undefined; id = waiting.shift()) {
        try {
          this.#settled.set(id, await this.#one(id, signal))
        } catch (error) {
          broken ??= error
          this.#doubt(id)
        }
      }
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    if (broken !== undefined) throw broken
  }

  async #one(id: string, signal: AbortSignal): Promise<Failure | undefined> {
    try {
      await this.#deed.one(id, signal)
      return undefined
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0) throw error
      if (error.status !== 404) return { id, message: messageOf(error) }
      return this.#deed.gone === undefined ? undefined : { id, message: this.#deed.gone }
    }
  }

  /** Nobody knows whether it was done: what must not be done twice is not tried again. */
  #doubt(id: string): void {
    if (!this.#deed.isRepeatable) this.#settled.set(id, { id, message: 'No answer came: look whether it is changed.' })
  }
}

function messageOf(error: ApiError): string {
  const fields = Object.entries(error.fields).map(([field, message]) => `${field}: ${message}`)
  return fields.length > 0 ? fields.join(' ') : error.message
}

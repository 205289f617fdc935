/** Records that are deleted, with a way back for as long as their message is there: they go when it does, or the page. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import { ApiError } from '../../api/client'
import type { Collection } from '../../api/collections'
import { deleteRecord, versionOf, type Row } from '../../api/records'
import { present } from '../../fields/presentable'
import { counted } from '../../lib/words'
import { recordsAddress } from '../../pages'
import { router } from '../../state/router.svelte'
import { schema } from '../../state/schema.svelte'
import { session } from '../../state/session.svelte'
import { toasts } from '../../state/toasts.svelte'
import { pointersTo } from './pointers'

/** How many go without a question. */
const FEW = 5

/** Some that were deleted in one go. */
interface Batch {
  collection: Collection
  /** With what was read of them, where anything was. */
  rows: Map<string, Row | undefined>
  toast: number
}

/** Whether records go without a question: a few, and nothing goes along. */
export function isLight(collection: Collection, ids: string[]): boolean {
  return ids.length <= FEW && !pointersTo(collection, schema.collections).some(({ field }) => field.cascadeDelete)
}

class Leaving {
  readonly #waiting = new SvelteMap<number, Batch>()
  readonly #sending = new SvelteMap<number, Batch>()
  /** Those that went, by collection and id: lists that were asked before have them still. */
  readonly #gone = new SvelteSet<string>()

  get #batches(): Batch[] {
    return [...this.#waiting.values(), ...this.#sending.values()]
  }

  /** Lists are asked anew: they know who went, and who came back under the same id. */
  forget(collection: string): void {
    for (const key of this.#gone) if (key.startsWith(`${collection}/`)) this.#gone.delete(key)
  }

  /** Whether a record is on its way out, or out. */
  has(collection: string, id: string): boolean {
    // Most of the time nothing is, and a grid asks for each row.
    if (this.#gone.size + this.#waiting.size + this.#sending.size === 0) return false
    if (this.#gone.has(`${collection}/${id}`)) return true
    for (const batch of this.#batches) if (batch.collection.name === collection && batch.rows.has(id)) return true
    return false
  }

  /** The ids of a collection that are. */
  of(collection: string): string[] {
    const waiting = this.#batches.flatMap((batch) => (batch.collection.name === collection ? [...batch.rows.keys()] : []))
    const prefix = `${collection}/`
    const gone = [...this.#gone].flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []))
    return [...new Set([...waiting, ...gone])]
  }

  /** Deletes records, unless they are kept before their message goes. */
  begin(collection: Collection, ids: string[], find: (id: string) => Row | undefined): void {
    const rows = new Map(ids.filter((id) => !this.has(collection.name, id)).map((id) => [id, find(id)]))
    const [first] = rows.values()
    if (rows.size === 0) return
    const name = rows.size === 1 && first ? present(first, collection) : counted(rows.size, 'record')
    const toast: number = toasts.done(
      `${name} ${rows.size === 1 ? 'is' : 'are'} deleted`,
      { label: 'Undo', run: () => this.#waiting.delete(toast) },
      () => void this.#send(toast, false),
    )
    this.#waiting.set(toast, { collection, rows, toast })
  }

  /** Keeps what was deleted last of a collection; whether there was something to keep. */
  keepLast(collection: string): boolean {
    const last = [...this.#waiting.values()].filter((batch) => batch.collection.name === collection).at(-1)
    if (!last) return false
    toasts.dismiss(last.toast)
    this.#waiting.delete(last.toast)
    toasts.done(last.rows.size === 1 ? 'The record stays' : `${counted(last.rows.size, 'record')} stay`)
    return true
  }

  /** The page goes: nobody can take anything back any more. */
  sendAll(): void {
    for (const toast of [...this.#waiting.keys()]) {
      toasts.dismiss(toast)
      void this.#send(toast, true)
    }
  }

  async #send(toast: number, keepalive: boolean): Promise<void> {
    const batch = this.#waiting.get(toast)
    if (!batch) return
    // Nobody can take it back any more.
    this.#waiting.delete(toast)
    this.#sending.set(toast, batch)
    const { collection, rows } = batch
    // All of them are on their way before the first answer: the page may not live to see it.
    const asked = [...rows].map(([id, row]) => this.#one(collection, id, row, keepalive))
    await Promise.all(asked)
    this.#sending.delete(toast)
  }

  async #one(collection: Collection, id: string, row: Row | undefined, keepalive: boolean): Promise<void> {
    try {
      await deleteRecord(collection.name, id, { version: versionOf(row), keepalive })
      this.#gone.add(`${collection.name}/${id}`)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Somebody else was quicker.
      if (error.status === 404) return void this.#gone.add(`${collection.name}/${id}`)
      const name = row ? present(row, collection) : id
      const why = error.status === 412 ? 'it was changed after you looked at it.' : error.message
      toasts.failed(`${name} is not deleted: ${why}`, {
        label: 'Look at it',
        run: () => router.go(recordsAddress(collection.name, { id })),
      })
    }
  }
}

export const leaving = new Leaving()

window.addEventListener('pagehide', () => leaving.sendAll())
session.beforeEnd(() => leaving.sendAll())

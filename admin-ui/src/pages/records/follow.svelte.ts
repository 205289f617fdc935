/** The record of a panel, read when it opens and again whenever the stream tells of it. */
import { untrack } from 'svelte'
import { ApiError } from '../../api/client'
import type { Collection } from '../../api/collections'
import { getRecord, type Row } from '../../api/records'
import { isSame } from '../../lib/same'
import { Draft } from './draft.svelte'
import type { Live } from './live.svelte'

export class Follow {
  /** Nothing until something is known of the record. */
  draft: Draft | undefined = $state.raw()
  /** Why there is none. */
  failure = $state('')
  readonly #collection: Collection
  readonly #expand: string
  /** How often the stream told of it, and up to where that was looked at. */
  #told = $state(0)
  #seen = 0
  #asks = 0

  /** Follows a record while the component that makes this lives; a new one, without an id, has nothing to follow. */
  constructor(
    collection: Collection,
    id: string | undefined,
    { known, expand, copied, live }: { known: Row | undefined; expand: string; copied: Record<string, unknown>; live: Live },
  ) {
    this.#collection = collection
    this.#expand = expand
    if (id === undefined) {
      this.draft = new Draft(collection, undefined, expand, copied)
      return
    }
    if (known) this.draft = new Draft(collection, known, expand)
    // The grid may have asked some time ago, and its address may be of any record.
    void this.#ask(id, false)
    $effect(() =>
      live.listen(id, (row) => {
        if (!row || !this.#isAsStored(row)) this.#told += 1
      }),
    )
    // Its own answer comes first: what is told while it is on its way may be the same.
    $effect(() => {
      if (this.#told === this.#seen || this.draft?.busy) return
      this.#seen = this.#told
      untrack(() => void this.#ask(id, true))
    })
  }

  #isAsStored(row: Row): boolean {
    const stored = this.draft?.stored
    return stored !== undefined && this.#collection.fields.every(({ name }) => isSame(row[name], stored[name]))
  }

  async #ask(id: string, isLive: boolean): Promise<void> {
    const asked = (this.#asks += 1)
    try {
      const row = await getRecord(this.#collection.name, id, this.#expand)
      this.#take(asked, row, isLive)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.status === 404 && this.draft) this.#take(asked, undefined, isLive)
      else if (!isLive) this.failure = error.status === 404 ? 'There is no such record any more.' : error.message
    }
  }

  #take(asked: number, row: Row | undefined, isLive: boolean): void {
    // A later answer is newer, and so is what is being saved.
    if (asked !== this.#asks) return
    if (this.draft?.busy) this.#told += 1
    else if (this.draft) this.draft.hear(row, isLive)
    else if (row) this.draft = new Draft(this.#collection, row, this.#expand)
  }
}

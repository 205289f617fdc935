/** Values that are copied, pasted and taken back, with the words for it. */
import { ApiError } from '../../api/client'
import { copyText } from '../../lib/clipboard'
import { counted } from '../../lib/words'
import { toasts } from '../../state/toasts.svelte'
import type { Column } from './columns.svelte'
import type { Edit, Edits } from './edits.svelte'
import { leaving } from './leaving.svelte'
import { pasteOf, type Paste } from './paste'
import { tableOf } from './range'
import type { Rows } from './rows.svelte'
import { idsOf, type Scope } from './scope'

interface Of {
  readonly collection: string
  readonly rows: Rows
  /** Absent where nothing can be changed. */
  readonly edits: Edits | undefined
}

export class Transfer {
  /** What a paste would change, while that is asked. */
  pasted: Paste | undefined = $state.raw()
  readonly #of: Of

  constructor(of: Of) {
    this.#of = of
  }

  async undo(isRedo: boolean): Promise<void> {
    if (!isRedo && leaving.keepLast(this.#of.collection)) return
    await this.#step(isRedo)
  }

  async #step(isRedo: boolean, step?: Edit[]): Promise<void> {
    const { edits } = this.#of
    const result = await (isRedo ? edits?.redo() : edits?.undo(step))
    if (!result) return
    const { done, kept } = result
    const words = [
      done > 0 && `${counted(done, 'change')} ${isRedo ? 'made again' : 'taken back'}`,
      kept > 0 && `${counted(kept, 'value')} left: somebody else changed ${kept === 1 ? 'it' : 'them'} since`,
    ]
    toasts.done(words.filter(Boolean).join(', ') || 'Nothing was changed')
  }

  async paste(table: string[][], first: number, last: number, over: Column[]): Promise<void> {
    const { rows, edits } = this.#of
    if (!edits) return
    await attempt('pasted', async () => {
      const found = pasteOf(table, await rows.between(first, last, new AbortController().signal), over.map(({ field }) => field))
      found.beyond.rows = table.length > 1 ? Math.max(0, table.length - (last - first + 1)) : 0
      this.pasted = found
    })
  }

  async applyPaste(): Promise<void> {
    const wanted = this.pasted?.edits ?? []
    this.pasted = undefined
    const saved = (await this.#of.edits?.write(wanted)) ?? []
    if (saved.length > 0) toasts.done(`${counted(saved.length, 'value')} changed`, { label: 'Undo', run: () => void this.#step(false, saved) })
    const refused = wanted.length - saved.length
    if (refused > 0) toasts.failed(`${counted(refused, 'value')} refused; the cells say why`)
  }

  async copyRange(first: number, last: number, columns: Column[]): Promise<void> {
    await attempt('copied', async () => {
      const rows = await this.#of.rows.between(first, last, new AbortController().signal)
      await copy(tableOf(rows, columns), counted(rows.length, 'row'))
    })
  }
}

/** Copies the ids of some records. */
export async function copyIds(collection: string, scope: Scope): Promise<void> {
  await attempt('copied', async () => {
    const ids = await idsOf(collection, scope, new AbortController().signal, () => undefined)
    await copy(ids.join('\n'), counted(ids.length, 'id'))
  })
}

async function copy(text: string, what: string): Promise<void> {
  if (await copyText(text)) toasts.done(`${what} copied`)
  else toasts.failed('The browser does not give the clipboard')
}

/** Does something that asks the server, and says so where it is refused. */
export async function attempt(done: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    toasts.failed(`It could not be ${done}: ${error.message}`)
  }
}

/** One form: sends once at a time, and holds what the server said of it. */
import { tick } from 'svelte'
import { ApiError } from '../api/client'
import type { FieldMessages } from '../lib/envelope'
import { refusal } from '../lib/refusal'

export class Attempt {
  busy = $state(false)
  fields: FieldMessages = $state({})
  summary: string[] = $state([])
  readonly #shown: readonly string[]
  readonly #words: Readonly<Record<number, string>>

  /** `shown` are the fields that have an input; `words` say by status what an answer means here. */
  constructor(shown: readonly string[] = [], words: Readonly<Record<number, string>> = {}) {
    this.#shown = shown
    this.#words = words
  }

  /** Sends the form, unless it is being sent; the focus goes to the first input that is wrong. */
  async send(event: SubmitEvent, attempt: () => Promise<void>): Promise<void> {
    event.preventDefault()
    if (this.busy) return
    const form = event.currentTarget instanceof HTMLFormElement ? event.currentTarget : undefined
    this.busy = true
    this.fields = {}
    this.summary = []
    try {
      await attempt()
    } catch (error) {
      ;({ fields: this.fields, summary: this.summary } = refusal(error, this.#shown))
      const words = error instanceof ApiError && Object.keys(error.fields).length === 0 ? this.#words[error.status] : undefined
      if (words) this.summary = [words]
      await tick()
      form?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
    } finally {
      this.busy = false
    }
  }
}

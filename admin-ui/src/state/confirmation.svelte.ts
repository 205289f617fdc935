/** One confirmation behind a link of a mail: open, done, or refused for good. */
import { ApiError } from '../api/client'
import type { FieldMessages } from '../lib/envelope'
import { refusal } from '../lib/refusal'

export class Confirmation {
  step: 'open' | 'done' | 'dead' | 'taken' = $state('open')
  busy = $state(false)
  fields: FieldMessages = $state({})
  summary: string[] = $state([])
  readonly #shown: readonly string[]

  /** `shown` are the fields that have an input. */
  constructor(shown: readonly string[] = []) {
    this.#shown = shown
  }

  /** Learning that a link is dead before typing is kinder than after. Any other failure is left to the form. */
  async look(attempt: Promise<void>): Promise<void> {
    try {
      await attempt
    } catch (error) {
      if (this.step === 'open') this.step = ending(error) ?? 'open'
    }
  }

  /** Sends, once at a time, and remembers what came of it. */
  async send(attempt: () => Promise<void>): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.fields = {}
    this.summary = []
    try {
      await attempt()
      this.step = 'done'
    } catch (error) {
      const end = ending(error)
      if (end) this.step = end
      else ({ fields: this.fields, summary: this.summary } = refusal(error, this.#shown))
    } finally {
      this.busy = false
    }
  }
}

/** How the link ended, where the error says that it did: the token is refused, or its collection is gone. */
function ending(error: unknown): 'dead' | 'taken' | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (error.codes.token === 'validation_invalid_token_email') return 'taken'
  return error.codes.token !== undefined || error.status === 404 ? 'dead' : undefined
}

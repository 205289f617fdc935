/** Asks for an explanation whenever the question is another one; the last answer stays until the next one is there. */
import { untrack } from 'svelte'
import { ApiError } from '../../../api/client'
import type { Collection, Rule } from '../../../api/collections'
import { explain, type Explanation } from '../../../api/explain'
import { questionOf, type Case } from './case'

/** How long typing rests before it is asked, in milliseconds. */
const PAUSE = 250

export interface Answered {
  told: Explanation
  one: Case
}

export class Asking {
  answer: Answered | undefined = $state.raw()
  /** Why there is no newer answer. */
  fault = $state('')
  busy = $state(false)

  /** While the component that makes it lives. `read` gives what is to be asked, if it is whole; `rule` is `undefined` for
   * the stored one. */
  constructor(read: () => { collection: Collection; one: Case; rule: Rule | undefined } | undefined) {
    const asked = $derived(JSON.stringify(read()))
    $effect(() => {
      if (asked === undefined) return
      const { collection, one, rule } = JSON.parse(asked) as { collection: Collection; one: Case; rule?: Rule }
      const stop = new AbortController()
      this.busy = true
      const timer = setTimeout(() => {
        explain(collection.id, questionOf(one, rule), stop.signal).then(
          (told) => this.#settle({ told, one }, ''),
          (error: unknown) => {
            if (!stop.signal.aborted) this.#settle(this.answer, whyNot(error))
          },
        )
      }, untrack(() => this.answer) ? PAUSE : 0)
      return () => {
        clearTimeout(timer)
        stop.abort()
      }
    })
  }

  #settle(answer: Answered | undefined, fault: string): void {
    this.answer = answer
    this.fault = fault
    this.busy = false
  }
}

/** Why a case could not be asked, in words. */
export function whyNot(error: unknown): string {
  if (!(error instanceof ApiError)) throw error
  const { rule, caller } = error.fields
  if (rule) return `The rule cannot be asked: ${rule.replace(/^Invalid rule\. Raw error: /, '')}`
  return caller ?? Object.values(error.fields)[0] ?? error.message
}

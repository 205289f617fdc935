/** The rows that are shown, and those that are on their way: rows stay, dimmed, until others come. */
import { untrack } from 'svelte'
import type { Question } from '../../api/records'
import { Rows } from './rows.svelte'

interface Of {
  readonly collection: string
  readonly question: Question
  /** Others are shown now, of another filter or of the same. */
  onshown: (isOtherFilter: boolean) => void
}

export class Asked {
  shown: Rows = $state.raw() as Rows
  coming: Rows | undefined = $state.raw()
  readonly #of: Of

  /** To be made while a component is: it follows the question, and ends with it. */
  constructor(of: Of) {
    this.#of = of
    this.shown = untrack(() => new Rows(of.collection, of.question))
    $effect(() => {
      const { filter, sort } = of.question
      const isAsked = (rows: Rows) => rows.question.filter === filter && rows.question.sort === sort
      untrack(() => {
        if (this.coming && isAsked(this.coming)) return
        if (isAsked(this.shown)) this.#leave()
        else this.again()
      })
    })
    $effect(() => {
      if (this.coming?.state !== 'there') return
      const isOther = this.shown.question.filter !== this.coming.question.filter
      this.shown.close()
      this.shown = this.coming
      this.coming = undefined
      untrack(() => of.onshown(isOther))
    })
    $effect(() => () => {
      untrack(() => {
        this.shown.close()
        this.coming?.close()
      })
    })
  }

  /** Asks the question again. */
  again(): void {
    this.coming?.close()
    this.coming = new Rows(this.#of.collection, this.#of.question)
  }

  /** What was on its way is not wanted any more. */
  #leave(): void {
    this.coming?.close()
    this.coming = undefined
  }
}

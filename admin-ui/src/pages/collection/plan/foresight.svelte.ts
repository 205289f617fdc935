/** What a draft would come to, asked of the server whenever typing rests. */
import { planChange, type Plan } from '../../../api/plans'
import type { CollectionDraft } from '../draft.svelte'

/** How long typing rests before it is asked, in milliseconds. */
const REST = 500

export class Foresight {
  /** `undefined` where it is not known yet, or the draft could not be saved as it is. */
  plan: Plan | undefined = $state.raw()

  constructor(draft: CollectionDraft) {
    $effect(() => {
      this.plan = undefined
      const { stored, isDirty } = draft
      if (!stored || !isDirty) return
      const { body } = draft.sent(draft.mentions)
      const asking = new AbortController()
      const timer = setTimeout(() => {
        planChange(stored.id, body, asking.signal).then(
          (plan) => {
            if (!asking.signal.aborted) this.plan = plan
          },
          // What is wrong is told when it is saved.
          () => undefined,
        )
      }, REST)
      return () => {
        clearTimeout(timer)
        asking.abort()
      }
    })
  }
}

/** What a change of a collection would come to, as the server tells it. */
import { ask } from './backend'
import type { CollectionChange } from './collections'

export type StepKind =
  | 'createCollection' | 'renameCollection'
  | 'addField' | 'dropField' | 'replaceField' | 'renameField' | 'changeField'
  | 'addIndex' | 'dropIndex' | 'changeIndex' | 'rebuildIndex'
  | 'changeRule' | 'changeQuery' | 'changeOption'

/** Records that a step touches. */
export interface Affected {
  /** They lose their value; keep the last of several; keep one that is not allowed any more; are in the way of an index. */
  effect: 'lost' | 'narrowed' | 'unfit' | 'refuses'
  /** `null` where it could not be found out. */
  count: number | null
  /** The ids of a few. */
  examples: string[]
}

export interface Step {
  kind: StepKind
  field?: string
  index?: string
  option?: string
  from?: unknown
  to?: unknown
  records?: Affected[]
}

/** What becomes of a view over the collection. */
export interface ViewFate {
  name: string
  /** It answers as before under names that are gone; its fields become others; it answers no more. */
  effect: 'follows' | 'changes' | 'breaks'
  message?: string
  /** The text of its query with the new names. */
  query?: string
}

/** A rule of another collection that could not be used any more. */
export interface BrokenRule {
  collection: string
  rule: string
  message: string
}

export interface Plan {
  steps: Step[]
  /** How many records there are; `null` where nobody had to count them. */
  records: number | null
  /** Whether all of them were looked at. */
  complete: boolean
  views: ViewFate[]
  rules: BrokenRule[]
  sql: string[]
}

/** Asks what a change would come to, of a new collection where no id is named; nothing is written. Refused as the change
 * itself would be. */
export function planChange(id: string | undefined, body: CollectionChange, signal?: AbortSignal): Promise<Plan> {
  return ask((backend) =>
    backend.send<Plan>(`/api/collections/${encodeURIComponent(id ?? 'meta')}/plan`, { method: 'POST', body, ...(signal && { signal }) }),
  )
}

/** What rules are about, in the order in which people think of it. */
import type { CollectionType } from '../../../api/collections'
import type { Operation } from '../../../api/filters'
import type { RuleName } from '../plan/plan'

export interface Ruled {
  operation: Operation
  rule: RuleName
  label: string
  hint: string
  /** Whether everyone could do harm with it. */
  writes: boolean
}

const RECORDS: readonly Ruled[] = [
  { operation: 'list', rule: 'listRule', label: 'List', hint: 'Who finds which records, in lists and in realtime.', writes: false },
  { operation: 'view', rule: 'viewRule', label: 'View', hint: 'Who sees a record whose id they know.', writes: false },
  { operation: 'create', rule: 'createRule', label: 'Create', hint: 'Who makes records; the rule sees what is sent.', writes: true },
  { operation: 'update', rule: 'updateRule', label: 'Update', hint: 'Who changes which records.', writes: true },
  { operation: 'delete', rule: 'deleteRule', label: 'Delete', hint: 'Who deletes which records.', writes: true },
]
const ACCOUNTS: readonly Ruled[] = [
  { operation: 'auth', rule: 'authRule', label: 'Sign in', hint: 'Which accounts may sign in, once their password is right.', writes: false },
  { operation: 'manage', rule: 'manageRule', label: 'Manage', hint: 'Who may change address and password of others as if they were theirs.', writes: true },
]

/** The rules that collections of a type have. */
export function ruledOf(type: CollectionType): readonly Ruled[] {
  if (type === 'view') return RECORDS.slice(0, 2)
  return type === 'auth' ? [...RECORDS, ...ACCOUNTS] : RECORDS
}

export function ruleNameOf(operation: Operation): RuleName {
  return `${operation}Rule`
}

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
  { operation: 'list', rule: 'listRule', label: 'List', hint: 'Which records people find in lists and realtime.', writes: false },
  { operation: 'view', rule: 'viewRule', label: 'View', hint: 'Who can open a record by its id.', writes: false },
  { operation: 'create', rule: 'createRule', label: 'Create', hint: 'Who can create records. The rule sees the values that are sent.', writes: true },
  { operation: 'update', rule: 'updateRule', label: 'Update', hint: 'Who can change which records.', writes: true },
  { operation: 'delete', rule: 'deleteRule', label: 'Delete', hint: 'Who can delete which records.', writes: true },
]
const ACCOUNTS: readonly Ruled[] = [
  { operation: 'auth', rule: 'authRule', label: 'Sign in', hint: 'Which accounts can sign in, once the password is right.', writes: false },
  { operation: 'manage', rule: 'manageRule', label: 'Manage', hint: 'Who can change the address and password of other accounts.', writes: true },
]

/** The rules that collections of a type have. */
export function ruledOf(type: CollectionType): readonly Ruled[] {
  if (type === 'view') return RECORDS.slice(0, 2)
  return type === 'auth' ? [...RECORDS, ...ACCOUNTS] : RECORDS
}

export function ruleNameOf(operation: Operation): RuleName {
  return `${operation}Rule`
}

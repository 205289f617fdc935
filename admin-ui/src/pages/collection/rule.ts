/** Rules by the names that people have for them. */
import type { Rule } from '../../api/collections'

export type RuleState = 'superusers' | 'signed-in' | 'everyone' | 'custom'

export const SIGNED_IN = '@request.auth.id != ""'

export function stateOf(rule: Rule): RuleState {
  if (rule === null) return 'superusers'
  if (rule.trim() === '') return 'everyone'
  return /^@request\.auth\.id\s*!=\s*(""|'')$/.test(rule.trim()) ? 'signed-in' : 'custom'
}

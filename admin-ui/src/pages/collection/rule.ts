/** Rules by the names that people have for them. */
import type { Rule } from '../../api/collections'

export type RuleState = 'superusers' | 'signed-in' | 'everyone' | 'custom'

export const SIGNED_IN = '@request.auth.id != ""'

export function stateOf(rule: Rule): RuleState {
  if (rule === null) return 'superusers'
  if (rule.trim() === '') return 'everyone'
  return /^@request\.auth\.id\s*!=\s*(""|'')$/.test(rule.trim()) ? 'signed-in' : 'custom'
}

/** What a person calls them. */
export const STATES: Record<RuleState, string> = {
  superusers: 'Superusers only',
  'signed-in': 'Signed-in users',
  everyone: 'Everyone',
  custom: 'Custom',
}

/** A rule as it is told in a line: its name, or its text where it has none. */
export function ruleWords(rule: Rule): string {
  const state = stateOf(rule)
  return state === 'custom' ? (rule ?? '').trim() : STATES[state]
}

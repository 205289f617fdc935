/** What a rule comes to, as a person says it. */
import type { Clause, Explanation, Operand, Outcome } from '../../../api/explain'
import type { Operation } from '../../../api/filters'
import type { Case } from './case'

const GUEST = 'A guest'
const SUPERUSER = 'A superuser'

export const OUTCOMES: Record<Outcome, string> = {
  true: 'holds',
  false: 'does not hold',
  unknown: 'unknown, as there is nothing to compare',
  skipped: 'not asked',
}

export function callerName({ caller }: Pick<Case, 'caller'>): string {
  if (caller === null) return GUEST
  return caller === 'superuser' ? SUPERUSER : caller.text
}

/** The verdict: `Ann may not update “Hammer”`. */
export function verdict(one: Case, allowed: boolean): string {
  const who = callerName(one)
  const record = one.record ? `“${one.record.text}”` : 'records'
  const may = allowed ? 'may' : 'may not'
  if (one.operation === 'list' && one.record) return `${who} ${allowed ? 'finds' : 'does not find'} ${record} in lists`
  if (one.operation === 'auth') return `${record} ${may} sign in`
  return `${who} ${may} ${VERBS[one.operation]} ${one.operation === 'create' ? 'this record' : record}`
}

/** A change of verdict, and where: `A guest may now delete “Hammer” of posts`. */
export function changed(one: Case, allowed: boolean, collection: string): string {
  const told = verdict(one, allowed)
  const now = told.replace(/ may( not)? /, (_, not?: string) => (not ? ' may no longer ' : ' may now '))
  if (now !== told) return `${now} of ${collection}`
  return `${told.replace(/ (does not find|finds) /, (_, verb: string) => (verb === 'finds' ? ' now finds ' : ' no longer finds '))} of ${collection}`
}

const VERBS: Record<Operation, string> = {
  list: 'list',
  view: 'view',
  create: 'create',
  update: 'update',
  delete: 'delete',
  auth: 'sign in as',
  manage: 'manage',
}

/** Why, where no clause says it; or what the clauses do not say. */
export function reason({ by, clause, message, allowed }: Explanation): string {
  if (by === 'superuser') return 'Superusers may do everything, whatever the rule says.'
  if (by === 'locked') return 'The rule allows only superusers.'
  if (by === 'open') return 'The rule is empty: it allows everyone.'
  if (by === 'missing') return 'There is no such record.'
  if (clause && isNoSingleRow(clause)) return 'Each part holds, but no single related record meets all of them.'
  if (clause?.result === 'skipped') return `${message} Choose a record to see the clauses at work.`
  return allowed ? message : `The API says: ${message}`
}

/** Whether all parts of a deciding clause hold, and it does not. */
function isNoSingleRow({ kind, decides, result, parts = [] }: Clause): boolean {
  if (!decides) return false
  const isIt = kind === 'all' && result !== 'true' && parts.every((part) => part.result === 'true')
  return isIt || parts.some(isNoSingleRow)
}

/** The comparisons that decide. */
function deciding(clause: Clause): Clause[] {
  if (!clause.decides) return []
  const parts = (clause.parts ?? []).flatMap(deciding)
  return parts.length > 0 ? parts : [clause]
}

/** The values of the record that decided, each once. */
export function decidingValues(clause: Clause): { name: string; value: string }[] {
  const found = new Map<string, string>()
  for (const { left, right } of deciding(clause)) {
    for (const [one, other] of [[left, right], [right, left]] as const) {
      if (one && isPath(one.text)) found.set(one.text, shown(one, other))
    }
  }
  return [...found].map(([name, value]) => ({ name, value }))
}

/** Whether an operand is a field of the record, or leads on from one. */
export function isPath(text: string): boolean {
  return /^[A-Za-z_]/.test(text) && !isLiteral(text) && !text.includes('(')
}

/** Whether an operand is its own value. */
export function isLiteral(text: string): boolean {
  return /^(["'].*|-?[\d.]+|true|false|null)$/s.test(text)
}

/** How many values of many are told. */
const MOST = 8

/** The value of an operand; beside `true` or `false` it is one of them, whatever the store keeps. */
export function shown({ value, secret }: Operand, other?: Operand): string {
  if (secret) return 'secret'
  if (value === undefined) return 'not asked'
  const isBool = other !== undefined && /^(true|false)$/.test(other.text)
  const tell = (one: unknown): string => (isBool && (one === 0 || one === 1) ? String(one === 1) : JSON.stringify(one))
  if (!Array.isArray(value)) return tell(value)
  if (value.length === 0) return 'none'
  const more = value.length > MOST ? ` and ${value.length - MOST} more` : ''
  return value.slice(0, MOST).map(tell).join(', ') + more
}

/** What a rule reads of a request, so that it can be asked for. */
export function readsOf(rule: string | null): { query: string[]; headers: string[]; body: boolean } {
  const text = (rule ?? '').replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\/[^\n]*/g, (one) => (one.startsWith('//') ? '' : '""'))
  const names = (kind: string): string[] => [
    ...new Set([...text.matchAll(new RegExp(`@request\\.${kind}\\.(\\w+)`, 'g'))].map((found) => found[1] ?? '')),
  ]
  return { query: names('query'), headers: names('headers'), body: /@request\.(body|data)\./.test(text) }
}

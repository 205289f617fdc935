/** Why a rule lets somebody do something, or does not: the server says it clause by clause. */
import { ask } from './backend'
import type { Rule } from './collections'
import type { Operation } from './filters'

/** Who asks: `null` is a guest. */
export type Caller = null | 'superuser' | { collection: string; id: string }

export interface RuleQuestion {
  operation: Operation
  caller: Caller
  /** The collection's own one without it. */
  rule?: Rule
  record?: string
  body?: Record<string, unknown>
  query?: Record<string, string>
  headers?: Record<string, string>
}

/** What a clause comes to; `skipped` was not asked. */
export type Outcome = 'true' | 'false' | 'unknown' | 'skipped'

/** A side of a comparison; places are in UTF-16 units of the rule. */
export interface Operand {
  from: number
  to: number
  text: string
  /** A list where several rows have one; absent where it is a secret or was not asked for. */
  value?: unknown
  secret?: boolean
}

export interface Clause {
  from: number
  to: number
  text: string
  kind: 'all' | 'any' | 'compare'
  result: Outcome
  /** The whole comes to what it does because of it. */
  decides: boolean
  milliseconds: number
  left?: Operand
  right?: Operand
  parts?: Clause[]
}

export interface Explanation {
  allowed: boolean
  /** As the API would answer. */
  status: number
  message: string
  by: 'superuser' | 'locked' | 'open' | 'missing' | 'rule'
  rule: Rule
  clause: Clause | null
  tables: string[]
  /** Whether indexes serve it where it chooses among all records; `null` where that was not asked. */
  indexed: boolean | null
  plan: string[]
  milliseconds: number
}

export function explain(collection: string, question: RuleQuestion, signal: AbortSignal): Promise<Explanation> {
  const path = `/api/collections/${encodeURIComponent(collection)}/explain`
  return ask((backend) => backend.send<Explanation>(path, { method: 'POST', body: question, signal }))
}

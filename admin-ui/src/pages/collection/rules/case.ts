/** One case that a rule is asked about: who does what to which record. */
import type { Caller, RuleQuestion } from '../../../api/explain'
import type { Rule } from '../../../api/collections'
import type { Operation } from '../../../api/filters'

/** A record by its id, with the words that stand for it. */
export interface Named {
  id: string
  text: string
}

export type Who = null | 'superuser' | (Named & { collection: string })

export interface Case {
  operation: Operation
  caller: Who
  record: Named | null
  body: Record<string, unknown>
  query: Record<string, string>
  headers: Record<string, string>
}

/** Whether an operation is about a record that is there. */
export function needsRecord(operation: Operation): boolean {
  return operation !== 'create' && operation !== 'list'
}

export function sendsBody(operation: Operation): boolean {
  return operation === 'create' || operation === 'update'
}

/** What the server is asked; without a rule it is the stored one. */
export function questionOf(one: Case, rule?: Rule): RuleQuestion {
  const { operation, caller, record, body, query, headers } = one
  const asker: Caller = caller === null || caller === 'superuser' ? caller : { collection: caller.collection, id: caller.id }
  return {
    operation,
    caller: operation === 'auth' ? null : asker,
    query,
    headers,
    ...(rule !== undefined && { rule }),
    ...(record && operation !== 'create' && { record: record.id }),
    ...(sendsBody(operation) && { body }),
  }
}

/** Reads a body as it is typed; nothing typed is an empty one. */
export function readBody(text: string): { body: Record<string, unknown> } | { fault: string } {
  if (text.trim() === '') return { body: {} }
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { body: body as Record<string, unknown> }
    return { fault: 'A body is an object: { "field": "value" }.' }
  } catch {
    return { fault: 'This is no JSON yet.' }
  }
}

/** Whether something is a case, also where others may have written it. */
export function isCase(one: unknown): one is Case {
  if (!isObject(one)) return false
  const { operation, caller, record, body, query, headers } = one
  const isWho = caller === null || caller === 'superuser' || (isNamed(caller) && typeof caller['collection'] === 'string')
  const isKnown = typeof operation === 'string' && OPERATIONS.includes(operation)
  return isKnown && isWho && (record === null || isNamed(record)) && isObject(body) && isTexts(query) && isTexts(headers)
}

const OPERATIONS: readonly string[] = ['list', 'view', 'create', 'update', 'delete', 'auth', 'manage'] satisfies Operation[]

function isObject(one: unknown): one is Record<string, unknown> {
  return typeof one === 'object' && one !== null && !Array.isArray(one)
}

function isNamed(one: unknown): one is Record<string, unknown> & Named {
  return isObject(one) && typeof one['id'] === 'string' && typeof one['text'] === 'string'
}

function isTexts(one: unknown): one is Record<string, string> {
  return isObject(one) && Object.values(one).every((value) => typeof value === 'string')
}

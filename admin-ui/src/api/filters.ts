/** What is wrong with a filter or a rule, and where. */
import { ask } from './backend'

export type Operation = 'list' | 'view' | 'create' | 'update' | 'delete' | 'auth' | 'manage'

/** A sentence, and the part of the text that it is about. */
export interface Fault {
  message: string
  from: number
  to: number
}

type Checked = { ok: true } | ({ ok: false } & Fault)

/** What is wrong with a filter of a collection's records; nothing where it can be asked. */
export function checkFilter(collection: string, filter: string, signal: AbortSignal): Promise<Fault | undefined> {
  return check(collection, { filter }, signal)
}

/** What is wrong with a rule that is not saved yet. */
export function checkRule(
  collection: string,
  operation: Operation,
  rule: string,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  return check(collection, { operation, rule }, signal)
}

async function check(collection: string, body: object, signal: AbortSignal): Promise<Fault | undefined> {
  const path = `/api/collections/${encodeURIComponent(collection)}/check-filter`
  const answer = await ask((backend) => backend.send<Checked>(path, { method: 'POST', body, signal }))
  return answer.ok ? undefined : answer
}

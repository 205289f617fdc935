/** What the rule tester is asked, while somebody puts it together. */
import type { Operation } from '../../../api/filters'
import { needsRecord, readBody, sendsBody, type Case, type Named, type Who } from './case'

export type TesterTab = 'case' | 'matrix' | 'cases'

export class Tester {
  tab: TesterTab = $state('case')
  operation: Operation = $state('list')
  /** `undefined` while no account is found yet. */
  caller: Who | undefined = $state.raw(null)
  /** `null` is none on purpose; `undefined` was not chosen yet. */
  record: Named | null | undefined = $state.raw()
  bodyText = $state('')
  query: Record<string, string> = $state({})
  headers: Record<string, string> = $state({})

  get bodyFault(): string | undefined {
    const read = readBody(this.bodyText)
    return sendsBody(this.operation) && 'fault' in read ? read.fault : undefined
  }

  /** What goes with the request. */
  get sent(): Pick<Case, 'body' | 'query' | 'headers'> {
    const read = readBody(this.bodyText)
    const body = sendsBody(this.operation) && 'body' in read ? read.body : {}
    return { body, query: given(this.query), headers: given(this.headers) }
  }

  /** The case, once it is whole. */
  get case(): Case | undefined {
    const { operation, caller, record } = this
    const isMissing = operation !== 'create' && (record === undefined || (record === null && needsRecord(operation)))
    if (isMissing || this.bodyFault !== undefined || (caller === undefined && operation !== 'auth')) return undefined
    return {
      operation,
      caller: caller ?? null,
      record: operation === 'create' ? null : (record ?? null),
      ...this.sent,
    }
  }

  /** Shows a case, such as one of the matrix. */
  open(one: Case): void {
    this.operation = one.operation
    this.caller = one.caller
    this.record = one.record
    if (sendsBody(one.operation)) this.bodyText = Object.keys(one.body).length > 0 ? JSON.stringify(one.body, null, 2) : ''
    this.query = { ...one.query }
    this.headers = { ...one.headers }
    this.tab = 'case'
  }
}

/** What is not filled in is not sent. */
function given(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
}

/** What a form shows of an error: each sentence beside its input, the rest in a summary. */
import { ApiError } from '../api/client'
import { messagesBeside, type FieldMessages } from './envelope'

export interface Refusal {
  fields: FieldMessages
  summary: string[]
}

/**
 * `shown` are the fields that have an input.
 *
 * @throws whatever is no answer of the server.
 */
export function refusal(error: unknown, shown: readonly string[]): Refusal {
  if (!(error instanceof ApiError)) throw error
  const { status, message, fields } = error
  if (status === 0) return { fields, summary: ['The server did not answer. What you typed is still here; try again.'] }
  if (status === 429) return { fields, summary: ['That was tried too often. Wait a minute, then try again.'] }
  const beside = messagesBeside(fields, shown)
  const told = beside.length === 0 && Object.keys(fields).length > 0
  return { fields, summary: told ? [] : [message, ...beside] }
}

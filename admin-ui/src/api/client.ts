/**
 * What the public pages ask the server: small, so that they open at once on a phone. Answers are `unknown` until a caller
 * has looked at them. Signed-in pages go through `backend.ts`; nobody else calls `fetch`.
 */
import { readEnvelope, type FieldCodes, type FieldMessages } from '../lib/envelope'

export class ApiError extends Error {
  /** The HTTP status; 0 when there was no answer at all. */
  readonly status: number
  readonly fields: FieldMessages
  readonly codes: FieldCodes
  /** Whether whoever asked gave up: nothing to tell anybody. */
  readonly aborted: boolean
  /** The whole answer: the second factor of a sign-in is told outside the envelope. */
  readonly body: Record<string, unknown>

  constructor(status: number, message: string, more: Partial<Pick<ApiError, 'fields' | 'codes' | 'aborted' | 'body'>> = {}) {
    super(message)
    this.status = status
    this.fields = more.fields ?? {}
    this.codes = more.codes ?? {}
    this.aborted = more.aborted ?? false
    this.body = more.body ?? {}
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST'
  body?: Record<string, unknown>
  token?: string
  /** How long to wait for the whole answer, in milliseconds. */
  timeout?: number
}

/** @throws {ApiError} for every answer that is not a success, and for none. */
export async function request(path: string, options: RequestOptions = {}): Promise<unknown> {
  const headers = new Headers({ Accept: 'application/json' })
  if (options.token) headers.set('Authorization', options.token)
  if (options.body) headers.set('Content-Type', 'application/json')

  let response: Response
  try {
    response = await fetch(path, {
      method: options.method ?? 'GET',
      headers,
      body: options.body ? JSON.stringify(options.body) : null,
      cache: 'no-store',
      signal: AbortSignal.timeout(options.timeout ?? 30_000),
    })
  } catch {
    throw new ApiError(0, 'The server did not answer.')
  }

  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body
  const { message, fields, codes } = readEnvelope(body)
  throw new ApiError(response.status, message, { fields, codes })
}

/** One call while somebody puts it together, sends it and reads the answer. */
import { ApiError } from '../../api/client'
import { send, server, type RawAnswer } from '../../api/raw'
import { curlOf, type FilePart } from '../../code/curl'
import type { Who } from '../collection/rules/case'
import { calledAs, type Callers } from './callers'
import { bodyOf, faultOf, firstCall, requestOf, type Call } from './call'
import type { Operation } from './operations'
import type { Ground } from './samples'

/** What came back, with what was sent. */
export interface Answered {
  answer: RawAnswer
  curl: string
  as: string
}

export class Trying {
  readonly operation: Operation
  values: Record<string, string> = $state({})
  body = $state('')
  /** Chosen files, by the field that they are for. */
  chosen: Record<string, File[]> = $state.raw({})
  busy = $state(false)
  answered: Answered | undefined = $state.raw()
  /** Why there is no answer. */
  fault = $state('')
  readonly #examples: readonly FilePart[]
  #asking: AbortController | undefined

  constructor(operation: Operation, ground: Ground, given: Readonly<Record<string, string>>) {
    const first = firstCall(operation, ground, given)
    this.operation = operation
    this.values = { ...first.values }
    this.body = first.body
    this.#examples = first.files
  }

  /** The call that code is shown of: with files, chosen ones or, where none are, examples. */
  get shown(): Call {
    const files = this.#files
    return { values: this.values, body: this.body, files: files.length > 0 ? files : this.#examples }
  }

  /** The call that is sent. */
  get call(): Call {
    return { values: this.values, body: this.body, files: this.#files }
  }

  get missing(): string | undefined {
    return faultOf(this.operation, this.call)
  }

  get #files(): FilePart[] {
    return Object.entries(this.chosen).flatMap(([name, files]) => files.map((file) => ({ name, fileName: file.name })))
  }

  /** Sends it as somebody; an answer stays until the next one is there. */
  async send(who: Who, callers: Callers): Promise<void> {
    if (this.busy || this.missing !== undefined) return
    const mine = (this.#asking = new AbortController())
    this.busy = true
    this.fault = ''
    try {
      const token = await callers.token(who)
      const request = requestOf(this.operation, await this.#complete(token, mine.signal), server, who !== null && this.operation.name !== 'file')
      const query = new URLSearchParams((request.query ?? []).map(([name, value]) => [name, value])).toString()
      const { body, contentType } = this.#sent()
      const answer = await send(
        { method: request.method, url: query === '' ? request.url : `${request.url}?${query}`, token, body, contentType },
        mine.signal,
      )
      this.answered = { answer, curl: curlOf(request), as: calledAs(who) }
    } catch (error) {
      if (mine.signal.aborted) return
      this.answered = undefined
      this.fault = error instanceof ApiError ? `There is no token of that account: ${error.message}` : 'The server did not answer.'
    } finally {
      this.busy = false
    }
  }

  stop(): void {
    this.#asking?.abort()
  }

  /** The call with what only whoever asks can add: files are not given to tokens of accounts, but to file tokens. */
  async #complete(token: string, signal: AbortSignal): Promise<Call> {
    const takesToken = this.operation.name === 'file' && this.operation.parameters.some(({ name }) => name === 'token')
    if (!takesToken || token === '' || this.values.token !== '') return this.call
    const { text } = await send({ method: 'POST', url: `${server}/api/files/token`, token, body: undefined }, signal)
    const given: unknown = JSON.parse(text ?? '{}')
    const found = typeof given === 'object' && given !== null && 'token' in given ? String(given.token) : ''
    return { ...this.call, values: { ...this.values, token: found } }
  }

  /** The body as browsers send it. */
  #sent(): { body: BodyInit | undefined; contentType?: string } {
    const read = bodyOf(this.operation, this.body)
    const body = 'fault' in read ? undefined : read.body
    if (this.#files.length > 0) {
      const form = new FormData()
      form.append('@jsonPayload', JSON.stringify(body ?? {}))
      for (const [name, files] of Object.entries(this.chosen)) for (const file of files) form.append(name, file)
      return { body: form }
    }
    if (body === undefined) return { body: undefined }
    const { contentType = 'application/json' } = requestOf(this.operation, this.call, server, false)
    // What was typed is sent as it is typed: numbers keep their digits.
    return { body: this.operation.body === 'json' && this.body.trim() === '' ? '{}' : this.body, contentType }
  }
}

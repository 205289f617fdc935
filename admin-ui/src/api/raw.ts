/** Requests as anybody could send them, with all that comes back: not what the dashboard asks for itself. */
import { backend } from './backend'

export interface RawRequest {
  method: string
  /** Where the server is and what is asked, with the query. */
  url: string
  /** Of whoever asks; a guest has none. */
  token: string
  body: BodyInit | undefined
  /** Of a body that does not tell its type itself. */
  contentType?: string | undefined
}

export interface RawAnswer {
  status: number
  statusText: string
  headers: [name: string, value: string][]
  /** How long it took until all was there, in milliseconds. */
  milliseconds: number
  /** In bytes, unpacked. */
  size: number
  /** What it says, as far as it is shown; nothing where it is no text. */
  text: string | undefined
  isCut: boolean
}

/** No more of an answer is shown, in bytes. */
const SHOWN = 256 * 1024
/** No more of an answer is taken; the rest is left with the server. */
const MOST = 16 * 1024 * 1024

/** Where the API is. */
export const server = backend.baseURL

/** The token of whoever is signed in to the dashboard. */
export function ownToken(): string {
  return backend.authStore.token
}

/** Sends a request. An answer is one whatever its status; without any it throws what the browser says. */
export async function send({ method, url, token, body, contentType }: RawRequest, signal: AbortSignal): Promise<RawAnswer> {
  const headers = new Headers()
  if (token !== '') headers.set('Authorization', token)
  if (contentType !== undefined) headers.set('Content-Type', contentType)
  const begun = performance.now()
  const answer = await fetch(url, { method, headers, body: body ?? null, cache: 'no-store', signal })
  const { bytes, size, isWhole } = await read(answer)
  const milliseconds = performance.now() - begun
  const isText = /^(text\/|application\/(json|x-ndjson|problem\+json|xml)|$)/.test(answer.headers.get('content-type') ?? '')
  return {
    status: answer.status,
    statusText: answer.statusText,
    headers: [...answer.headers],
    milliseconds,
    size,
    text: isText ? new TextDecoder().decode(bytes.subarray(0, SHOWN)) : undefined,
    isCut: isText && (size > SHOWN || !isWhole),
  }
}

/** Reads an answer up to a bound: what is shown of it, and how much there was. */
async function read(answer: Response): Promise<{ bytes: Uint8Array; size: number; isWhole: boolean }> {
  const bytes = new Uint8Array(SHOWN)
  const reader = answer.body?.getReader()
  let size = 0
  for (;;) {
    const piece = await reader?.read()
    if (!piece?.value) return { bytes: bytes.subarray(0, Math.min(size, SHOWN)), size, isWhole: true }
    if (size < SHOWN) bytes.set(piece.value.subarray(0, SHOWN - size), size)
    size += piece.value.length
    if (size > MOST) {
      void reader?.cancel()
      return { bytes, size, isWhole: false }
    }
  }
}

/** Requests whose body is on its way for a while: how much of it the server has, and a way to stop it. */

export interface Sending {
  /** Both in bytes. */
  onprogress: (sent: number, total: number) => void
  signal: AbortSignal
}

/** A `fetch` for the SDK that tells how much is sent, which browsers tell of `XMLHttpRequest` alone. */
export function uploading({ onprogress, signal }: Sending) {
  return (url: RequestInfo | URL, config: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      const stop = () => request.abort()
      request.open(config.method ?? 'GET', String(url))
      new Headers(config.headers).forEach((value, name) => request.setRequestHeader(name, value))
      request.upload.onprogress = ({ loaded, total }) => onprogress(loaded, total)
      request.onload = () => {
        const isEmpty = request.status === 204
        const headers = new Headers({ 'content-type': request.getResponseHeader('content-type') ?? '' })
        const tag = request.getResponseHeader('etag')
        if (tag !== null) headers.set('etag', tag)
        resolve(new Response(isEmpty ? null : request.responseText, { status: request.status, headers }))
      }
      request.onerror = () => reject(new TypeError('The server did not answer.'))
      request.onabort = () => reject(new DOMException('It was stopped.', 'AbortError'))
      request.onloadend = () => signal.removeEventListener('abort', stop)
      signal.addEventListener('abort', stop)
      if (signal.aborted) return reject(new DOMException('It was stopped.', 'AbortError'))
      request.send(config.body as XMLHttpRequestBodyInit | null | undefined)
    })
}

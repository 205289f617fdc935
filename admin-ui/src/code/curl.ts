/** A request as curl sends it from a shell. */
import { inShell } from './literals'

/** A file that is sent with a form. */
export interface FilePart {
  /** The name of the part: a field. */
  name: string
  fileName: string
}

export interface Request {
  method: string
  /** Without its query. */
  url: string
  query?: readonly (readonly [name: string, value: string])[]
  /** Whether somebody asks who is signed in; their token is `$TOKEN` then. */
  signedIn: boolean
  /** A text is sent as it is. */
  body?: unknown
  contentType?: string
  files?: readonly FilePart[]
}

export function curlOf({ method, url, query = [], signedIn, body, contentType = 'application/json', files = [] }: Request): string {
  const isRead = method === 'GET'
  const asked = isRead ? '' : new URLSearchParams(query.map(([name, value]) => [name, value])).toString()
  const verb = isRead ? (query.length > 0 ? '-G ' : '') : `-X ${method} `
  const lines = [`curl ${verb}${inShell(asked === '' ? url : `${url}?${asked}`)}`]
  if (signedIn) lines.push('-H "Authorization: $TOKEN"')
  if (isRead) lines.push(...query.map(([name, value]) => `--data-urlencode ${inShell(`${name}=${value}`)}`))
  if (files.length > 0) {
    // As one part of JSON, no value is taken for another type than it has.
    if (body !== undefined) lines.push(`--form-string ${inShell(`@jsonPayload=${textOf(body)}`)}`)
    lines.push(...files.map(({ name, fileName }) => `-F ${inShell(`${name}=@${fileName}`)}`))
  } else if (body !== undefined) {
    lines.push(`-H ${inShell(`Content-Type: ${contentType}`)}`, `${typeof body === 'string' ? '--data-raw' : '-d'} ${inShell(textOf(body))}`)
  }
  return lines.join(' \\\n  ')
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body, null, 2)
}

/** Tokens for files that are not for everyone. */
import { ask } from './backend'
import { ApiError } from './client'

/** How long a token is used again, in milliseconds: it lives for three minutes unless its collection says otherwise. */
const LIFE = 60_000

let kept: { token: Promise<string>; until: number } | undefined

/** A token that opens protected files for a while. */
export function fileToken(now = Date.now()): Promise<string> {
  if (kept && kept.until > now) return kept.token
  const token = ask((backend) => backend.files.getToken())
  kept = { token, until: now + LIFE }
  token.catch(() => (kept = undefined))
  return token
}

/** The beginning of a file as text, and whether there is more. @throws {ApiError} */
export async function readText(address: string, most: number): Promise<{ text: string; more: boolean }> {
  const response = await get(address)
  const reader = response.body?.getReader()
  const parts: Uint8Array[] = []
  let [length, more] = [0, false]
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    parts.push(part.value)
    length += part.value.length
    if (length >= most) {
      more = true
      await reader?.cancel()
      break
    }
  }
  const decoder = new TextDecoder()
  const text = parts.map((part) => decoder.decode(part, { stream: true })).join('')
  return { text: text.slice(0, most), more }
}

/** A whole file. @throws {ApiError} */
export async function readFile(address: string): Promise<Blob> {
  return (await get(address)).blob()
}

async function get(address: string): Promise<Response> {
  const response = await fetch(address).catch(() => undefined)
  if (response?.ok) return response
  throw new ApiError(response?.status ?? 0, response ? `The server answered ${response.status}.` : 'The server did not answer.')
}

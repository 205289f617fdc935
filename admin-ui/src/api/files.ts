/** Tokens for files that are not for everyone. */
import { ask } from './backend'

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

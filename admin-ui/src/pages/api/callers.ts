/** Tokens with which one asks as somebody: none for guests, one's own for superusers, a short one for an account. */
import { impersonate } from '../../api/auth-records'
import { ownToken } from '../../api/raw'
import { endOf } from '../../lib/token'
import type { Who } from '../collection/rules/case'

/** How long a token of an account lives, in seconds. */
export const LIFE = 300
/** How long it lives where somebody listens. */
export const LONG_LIFE = 3_600
/** What ends so soon is made anew, in milliseconds. */
const SPARE = 60_000

export class Callers {
  readonly #tokens = new Map<string, string>()

  /** A token of somebody, which is kept until it is about to end. */
  async token(who: Who, life = LIFE): Promise<string> {
    if (who === null) return ''
    if (who === 'superuser') return ownToken()
    const key = `${who.collection}/${who.id}/${life}`
    const kept = this.#tokens.get(key)
    const end = kept === undefined ? undefined : endOf(kept)
    if (kept !== undefined && end !== undefined && end.getTime() - Date.now() > SPARE) return kept
    const token = await impersonate(who.collection, who.id, life)
    this.#tokens.set(key, token)
    return token
  }

  /** What was kept is not taken any more. */
  forget(): void {
    this.#tokens.clear()
  }
}

/** Who it is, in words that follow “as”. */
export function calledAs(who: Who | undefined): string {
  if (who === null) return 'a guest'
  if (who === 'superuser') return 'superuser'
  return who === undefined ? 'an account' : who.text
}

/** Who is signed in. The token lives in the SDK's store, which other windows of the same browser share. */
import type { RecordModel } from 'pocketbase'
import { backend, whenSessionEnds } from '../api/backend'
import { refreshSession } from '../api/session'

/** A token is renewed once this much of its life is over. */
const WORN = 0.5

class Session {
  /** The superuser; `null` for guests. */
  user: RecordModel | null = $state.raw(null)
  /** The server no longer takes the token, while a page is open that may hold what was typed. */
  ended = $state(false)

  #leaves = false
  readonly #last: (() => void)[] = []

  constructor() {
    backend.authStore.onChange(() => this.#read(), true)
    whenSessionEnds(() => {
      this.ended = this.user !== null
    })
  }

  get isSignedIn(): boolean {
    return this.user !== null
  }

  /** Renews a token that has lived for a while, now and whenever the page is looked at again; gives the end of it. */
  watch(): () => void {
    const renew = (): void => {
      if (document.visibilityState === 'visible' && this.isSignedIn && isWorn(backend.authStore.token)) {
        // A token that is refused ends the session by itself; without an answer it is tried again the next time.
        refreshSession().catch(() => undefined)
      }
    }
    renew()
    document.addEventListener('visibilitychange', renew)
    const timer = setInterval(renew, 60_000)
    return () => {
      document.removeEventListener('visibilitychange', renew)
      clearInterval(timer)
    }
  }

  /** Has something done at the end of the session, while its token is still there. */
  beforeEnd(act: () => void): void {
    this.#last.push(act)
  }

  signOut(): void {
    for (const act of this.#last) act()
    this.ended = false
    this.#leaves = true
    backend.authStore.clear()
    this.#leaves = false
  }

  #read(): void {
    const { record, token, isSuperuser } = backend.authStore
    // Another window signed out: what is typed in this one stays.
    if (token === '' && this.user && !this.#leaves) {
      this.ended = true
      return
    }
    this.user = token !== '' && record && isSuperuser ? record : null
    this.ended = false
  }
}

/** Whether half of the life of a token is over; what cannot be read is not renewed. */
function isWorn(token: string, now = Date.now() / 1000): boolean {
  try {
    const payload: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')))
    if (typeof payload !== 'object' || payload === null) return false
    const { iat, exp } = payload as { iat?: unknown; exp?: unknown }
    if (typeof exp !== 'number') return false
    // Tokens need not say since when they live: a day is the server's default.
    const born = typeof iat === 'number' ? iat : exp - 86_400
    return now > born + (exp - born) * WORN
  } catch {
    return false
  }
}

export const session = new Session()

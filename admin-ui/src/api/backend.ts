/** The official SDK, as every app uses it: what signed-in pages ask the server goes through it. */
import PocketBase, { ClientResponseError, LocalAuthStore } from 'pocketbase'
import { readEnvelope } from '../lib/envelope'
import { ApiError } from './client'

/** The session lies beside those of apps that are served from the same origin, under a name of its own. */
const KEPT_AS = 'tuckbox_dashboard'

// The dashboard lies in `/_/`, the API beside it.
const address = new URL('..', document.baseURI).href.replace(/\/$/, '')

export const backend = new PocketBase(address, new LocalAuthStore(KEPT_AS))
// Pages take back themselves what they no longer need.
backend.autoCancellation(false)

let onSessionEnd = (): void => undefined

/** Sets who is told when the server does not take the token any more. */
export function whenSessionEnds(tell: () => void): void {
  onSessionEnd = tell
}

/**
 * Asks the server, with the SDK's errors as this program's.
 *
 * @throws {ApiError} `aborted` where the caller gave up itself.
 */
export async function ask<T>(question: (backend: PocketBase) => Promise<T>): Promise<T> {
  const token = backend.authStore.token
  try {
    return await question(backend)
  } catch (error) {
    const told = toApiError(error)
    if (told instanceof ApiError && (await isOver(told, token))) {
      onSessionEnd()
      throw new ApiError(401, 'Your session ended.')
    }
    throw told
  }
}

/**
 * Whether a refusal means that the token is worth nothing any more: the server takes whoever has such a one for a guest,
 * from whom rules hide what there is (404), or to whom they give nothing without saying which value is wrong (400).
 */
async function isOver(refusal: ApiError, token: string): Promise<boolean> {
  const mayBe = [401, 403, 404].includes(refusal.status) || (refusal.status === 400 && Object.keys(refusal.fields).length === 0)
  if (!mayBe || token === '' || !backend.authStore.isSuperuser) return false
  try {
    await backend.collection('_superusers').authRefresh({ headers: { Authorization: token } })
    return false
  } catch (error) {
    // Another sign-in may have come meanwhile.
    return error instanceof ClientResponseError && error.status === 401 && token === backend.authStore.token
  }
}

/** An error of the SDK as this program's; any other as it is. */
function toApiError(error: unknown): unknown {
  if (!(error instanceof ClientResponseError)) return error
  if (error.isAbort) return new ApiError(0, 'The question was taken back.', { aborted: true })
  if (error.status === 0) return new ApiError(0, 'The server did not answer.')
  const { message, fields, codes } = readEnvelope(error.response)
  return new ApiError(error.status, message, { fields, codes, body: error.response })
}

/**
 * The links in mails to accounts: what their tokens say. Nothing is proven here: whether a token is genuine, unused and
 * in time is for the server to say, whose clock is the right one.
 */
export type LinkKind = 'verification' | 'passwordReset' | 'emailChange'

export interface Link {
  token: string
  /** The collection of the account, by its id. */
  collectionId: string
  /** The address that the link speaks of: of the account, or the new one that it is to have. */
  email: string
}

/** What a link of this kind says; nothing where it is cut off, or a link of another kind. */
export function readLink(kind: LinkKind, token: string): Link | undefined {
  const claims = payload(token)
  const email = kind === 'emailChange' ? claims?.newEmail : claims?.email
  const collectionId = claims?.collectionId
  if (claims?.type !== kind || typeof email !== 'string' || email === '') return undefined
  if (typeof collectionId !== 'string' || !/^\w[\w-]*$/.test(collectionId)) return undefined
  return { token, collectionId, email }
}

/** The middle of the three parts of a token, which is JSON in base64url. */
function payload(token: string): Record<string, unknown> | undefined {
  const parts = token.split('.')
  if (parts.length !== 3 || parts[2] === '') return undefined
  try {
    const bytes = atob((parts[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'))
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
    const claims: unknown = JSON.parse(text)
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}

/** Signing in as a superuser. */
import { ApiError } from './client'
import { ask } from './backend'

const SUPERUSERS = '_superusers'

/** The ways in that the server offers. */
export interface Ways {
  password: boolean
  otp: boolean
}

export async function listWays(): Promise<Ways> {
  const methods = await ask((backend) => backend.collection(SUPERUSERS).listAuthMethods())
  return { password: methods.password.enabled, otp: methods.otp.enabled }
}

/** What a way in led to: a session, or the number of a sign-in that wants a second factor. */
export type SignedIn = { done: true } | { done: false; mfaId: string }

export function signInWithPassword(email: string, password: string, mfaId?: string): Promise<SignedIn> {
  return signIn(() =>
    ask((backend) => backend.collection(SUPERUSERS).authWithPassword(email, password, mfaId ? { mfaId } : {})),
  )
}

/** Has a code sent; its number. The server gives one to strangers as well. */
export async function requestCode(email: string): Promise<string> {
  const { otpId } = await ask((backend) => backend.collection(SUPERUSERS).requestOTP(email))
  return otpId
}

export function signInWithCode(otpId: string, code: string, mfaId?: string): Promise<SignedIn> {
  return signIn(() => ask((backend) => backend.collection(SUPERUSERS).authWithOTP(otpId, code, mfaId ? { mfaId } : {})))
}

/** Has a mail sent with a link to a new password, where the address is a superuser's. */
export async function requestPasswordReset(email: string): Promise<void> {
  await ask((backend) => backend.collection(SUPERUSERS).requestPasswordReset(email))
}

/** A new token for the old one. */
export async function refreshSession(): Promise<void> {
  await ask((backend) => backend.collection(SUPERUSERS).authRefresh())
}

async function signIn(attempt: () => Promise<unknown>): Promise<SignedIn> {
  try {
    await attempt()
    return { done: true }
  } catch (error) {
    const mfaId = error instanceof ApiError && error.status === 401 ? error.body.mfaId : undefined
    if (typeof mfaId === 'string' && mfaId !== '') return { done: false, mfaId }
    throw error
  }
}

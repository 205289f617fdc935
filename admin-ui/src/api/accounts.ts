/** Confirmations behind the links in mails. They are public: the link is what proves. */
import type { Link } from '../lib/link'
import { request } from './client'

/** @throws {ApiError} */
export async function confirmVerification(link: Link): Promise<void> {
  await confirm(link, 'confirm-verification', {})
}

/** @throws {ApiError} */
export async function confirmPasswordReset(link: Link, password: string, passwordConfirm: string): Promise<void> {
  await confirm(link, 'confirm-password-reset', { password, passwordConfirm })
}

/** @throws {ApiError} */
export async function confirmEmailChange(link: Link, password: string): Promise<void> {
  await confirm(link, 'confirm-email-change', { password })
}

async function confirm({ collectionId, token }: Link, what: string, rest: Record<string, string>): Promise<void> {
  await request(`/api/collections/${collectionId}/${what}`, { method: 'POST', body: { token, ...rest } })
}

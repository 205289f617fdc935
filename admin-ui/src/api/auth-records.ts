/** What superusers do for the accounts of a collection. */
import { ask } from './backend'

/** Has a mail sent by which an address is confirmed. The server takes every address, and tells of none whether it is known. */
export async function requestVerification(collection: string, email: string): Promise<void> {
  await ask((backend) => backend.collection(collection).requestVerification(email))
}

/** Has a mail sent with a link to a new password. */
export async function requestPasswordReset(collection: string, email: string): Promise<void> {
  await ask((backend) => backend.collection(collection).requestPasswordReset(email))
}

/** A token with which one is that account, for so many seconds; for as long as its collection says without a number. */
export async function impersonate(collection: string, id: string, seconds: number): Promise<string> {
  const client = await ask((backend) => backend.collection(collection).impersonate(id, seconds))
  return client.authStore.token
}

/** The superusers, for one of them. */
import { ask } from './backend'

const SUPERUSERS = '_superusers'

export interface Superuser {
  id: string
  email: string
  verified: boolean
  created: string
  updated: string
}

/** All of them, by address. */
export function listSuperusers(): Promise<Superuser[]> {
  return ask((backend) => backend.collection<Superuser>(SUPERUSERS).getFullList({ sort: 'email', fields: 'id,email,verified,created,updated' }))
}

export async function addSuperuser(email: string, password: string, passwordConfirm: string): Promise<void> {
  await ask((backend) => backend.collection(SUPERUSERS).create({ email, password, passwordConfirm }))
}

/** Sets a password; all tokens of the account end with it. */
export async function changePassword(id: string, password: string, passwordConfirm: string): Promise<void> {
  await ask((backend) => backend.collection(SUPERUSERS).update(id, { password, passwordConfirm }))
}

export async function removeSuperuser(id: string): Promise<void> {
  await ask((backend) => backend.collection(SUPERUSERS).delete(id))
}

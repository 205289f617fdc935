import { request } from './client'

const RECORDS = '/api/collections/_superusers/records'

export interface NewSuperuser {
  email: string
  password: string
  passwordConfirm: string
}

/** Succeeds when `token` still opens the superusers; guests and dead tokens are refused with 403. */
export async function checkSetUpToken(token: string): Promise<void> {
  await request(`${RECORDS}?perPage=1&skipTotal=1&fields=id`, { token })
}

export async function createSuperuser(token: string, superuser: NewSuperuser): Promise<void> {
  await request(RECORDS, { method: 'POST', token, body: { ...superuser } })
}

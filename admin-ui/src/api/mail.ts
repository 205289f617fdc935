/** Mails that the server sends, tried out. */
import { ask } from './backend'

/** The names of the templates, as the server takes them. */
export type MailKind = 'verification' | 'password-reset' | 'email-change' | 'otp' | 'login-alert'

/** What stands in every mail. */
export interface Sender {
  appName: string
  appURL: string
}

export async function getSender(): Promise<Sender> {
  const { meta } = await ask((backend) => backend.settings.getAll({ fields: 'meta.appName,meta.appURL' }))
  const { appName, appURL } = (meta ?? {}) as Partial<Sender>
  return { appName: appName ?? '', appURL: appURL ?? '' }
}

/** Sends the stored template of a collection, filled with examples. */
export async function sendTestMail(collection: string, email: string, template: MailKind): Promise<void> {
  await ask((backend) => backend.settings.testEmail(collection, email, template))
}

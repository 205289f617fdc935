/** The mails that accounts get. */
import type { Collection, MailTemplate } from '../../../api/collections'
import type { MailKind, Sender } from '../../../api/mail'
import type { Field } from '../../../api/fields'

export interface Mail {
  kind: MailKind
  label: string
  hint: string
  /** Where its errors are, and it itself, in the collection. */
  path: string
  /** What stands in it beside what stands in all. */
  placeholders: string[]
  /** Without which it is of no use. */
  needs: string
  of: (collection: Collection) => MailTemplate | undefined
}

export const MAILS: Mail[] = [
  {
    kind: 'verification',
    label: 'Verification',
    hint: 'Confirms that the address belongs to the account.',
    path: 'verificationTemplate',
    placeholders: ['TOKEN'],
    needs: 'TOKEN',
    of: (collection) => collection.verificationTemplate,
  },
  {
    kind: 'password-reset',
    label: 'New password',
    hint: 'For people who forgot their password.',
    path: 'resetPasswordTemplate',
    placeholders: ['TOKEN'],
    needs: 'TOKEN',
    of: (collection) => collection.resetPasswordTemplate,
  },
  {
    kind: 'email-change',
    label: 'New address',
    hint: 'Sent to the new address, to confirm it.',
    path: 'confirmEmailChangeTemplate',
    placeholders: ['TOKEN'],
    needs: 'TOKEN',
    of: (collection) => collection.confirmEmailChangeTemplate,
  },
  {
    kind: 'otp',
    label: 'Code',
    hint: 'Carries the one-time code for signing in.',
    path: 'otp.emailTemplate',
    placeholders: ['OTP', 'OTP_ID'],
    needs: 'OTP',
    of: (collection) => collection.otp?.emailTemplate,
  },
  {
    kind: 'login-alert',
    label: 'New place',
    hint: 'Warns of a sign-in from a new place.',
    path: 'authAlert.emailTemplate',
    placeholders: ['ALERT_INFO'],
    needs: '',
    of: (collection) => collection.authAlert?.emailTemplate,
  },
]

/** What stands in every mail. */
export const EVERYWHERE = ['APP_NAME', 'APP_URL']

/** What the placeholders stand for, for an account that nobody has. */
export function examples(sender: Sender, fields: readonly Field[]): Record<string, string> {
  const values: Record<string, string> = {
    APP_NAME: escaped(sender.appName || 'My app'),
    APP_URL: escaped(sender.appURL || 'https://example.com'),
    TOKEN: 'eyJhbGciOi…',
    OTP: '48215093',
    OTP_ID: 'k3v9x2mq7w1pz0a',
    ALERT_INFO: '2026-05-04 10:12:31.000Z - 203.0.113.7 Firefox on Linux',
  }
  for (const field of fields) {
    if (!field.hidden) values[`RECORD:${field.name}`] = example(field)
  }
  return values
}

function example(field: Field): string {
  switch (field.type) {
    case 'email':
      return 'ann@example.com'
    case 'number':
      return '42'
    case 'bool':
      return 'true'
    case 'url':
      return 'https://example.com'
    case 'date':
    case 'autodate':
      return '2026-05-04 10:12:31.000Z'
    default:
      return field.name === 'name' ? 'Ann Example' : escaped(field.name)
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

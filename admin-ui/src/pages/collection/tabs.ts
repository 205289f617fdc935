/** The parts of a collection, each on a tab, and which errors belong to which. */
import type { CollectionType } from '../../api/collections'
import type { CollectionTab } from '../../pages'

export interface EditorTab {
  value: CollectionTab
  label: string
  /** The options on it, by their paths in an error. */
  marks: readonly string[]
}

const TABS: (EditorTab & { on: (type: CollectionType, isNew: boolean) => boolean })[] = [
  { value: 'fields', label: 'Fields', marks: ['fields'], on: (type) => type !== 'view' },
  { value: 'query', label: 'Query', marks: ['viewQuery'], on: (type) => type === 'view' },
  {
    value: 'rules',
    label: 'Rules',
    marks: ['listRule', 'viewRule', 'createRule', 'updateRule', 'deleteRule', 'authRule', 'manageRule'],
    on: () => true,
  },
  { value: 'indexes', label: 'Indexes', marks: ['indexes'], on: (type) => type !== 'view' },
  {
    value: 'auth',
    label: 'Sign-in',
    marks: ['passwordAuth', 'otp.duration', 'otp.length', 'mfa', 'oauth2', 'authToken', 'passwordResetToken', 'emailChangeToken', 'verificationToken', 'fileToken'],
    on: (type) => type === 'auth',
  },
  {
    value: 'mail',
    label: 'Mail',
    marks: ['verificationTemplate', 'resetPasswordTemplate', 'confirmEmailChangeTemplate', 'otp.emailTemplate', 'authAlert'],
    on: (type) => type === 'auth',
  },
  { value: 'danger', label: 'Delete', marks: [], on: (_, isNew) => !isNew },
]

export function tabsOf(type: CollectionType, isNew: boolean): EditorTab[] {
  return TABS.filter(({ on }) => on(type, isNew))
}

/** Whether one of the errors is to be put right on a tab. */
export function isFaulty(tab: EditorTab | undefined, errors: Record<string, string>): boolean {
  const marks = tab?.marks ?? []
  return Object.keys(errors).some((path) => marks.some((mark) => path === mark || path.startsWith(`${mark}.`)))
}

/** Rules that limit requests: what may be written, which of them contradict each other, and sets to begin with. */

export type Audience = '' | '@guest' | '@auth'

export interface RateRule {
  label: string
  audience: Audience
  /** Seconds. */
  duration: number
  maxRequests: number
}

/** What can be limited of a collection, in the order of how often one wants it. */
export const ACTIONS = [
  'auth', 'create', 'list', 'view', 'update', 'delete', 'file', 'authWithPassword', 'authWithOTP', 'authWithOAuth2', 'authRefresh',
  'listAuthMethods', 'requestOTP', 'requestVerification', 'confirmVerification', 'requestPasswordReset', 'confirmPasswordReset',
  'requestEmailChange', 'confirmEmailChange',
] as const

const FOR_ACCOUNTS = 'auth'

/** Labels to choose from. */
export function labels(collections: readonly { name: string; type: string }[]): string[] {
  const own = collections.flatMap(({ name, type }) =>
    ACTIONS.filter((action) => (type === 'view' ? action === 'list' || action === 'view' : type === FOR_ACCOUNTS || !isForAccounts(action))).map(
      (action) => `${name}:${action}`,
    ),
  )
  return [...ACTIONS.map((action) => `*:${action}`), '/api/', '/api/batch', '/api/collections/', '/api/files/', '/api/realtime', ...own]
}

const isForAccounts = (action: string): boolean => /auth|otp|verification|password|email/i.test(action)

const LABEL = /^(\w+|\w+:\w+|\*:\w+|([A-Za-z]+ )?\/[\w/-]*)$/

/** What is wrong with a rule before it is sent, by its key. */
export function faultsOf(rule: RateRule): Partial<Record<keyof RateRule, string>> {
  const faults: Partial<Record<keyof RateRule, string>> = {}
  if (rule.label === '') faults.label = 'Say what is limited.'
  else if (!LABEL.test(rule.label)) faults.label = 'A path (/api/), a method and a path (POST /api/), or collection:action.'
  if (!(Number.isInteger(rule.duration) && rule.duration >= 1)) faults.duration = 'At least one second.'
  if (!(Number.isInteger(rule.maxRequests) && rule.maxRequests >= 1)) faults.maxRequests = 'At least one.'
  return faults
}

/** For each rule the earlier one that it contradicts: of the same label, for the same people. */
export function conflicts(rules: readonly RateRule[]): (number | undefined)[] {
  return rules.map((rule, at) => {
    const earlier = rules.findIndex((one) => one.label === rule.label && (one.audience === rule.audience || one.audience === '' || rule.audience === ''))
    return rule.label !== '' && earlier >= 0 && earlier < at ? earlier : undefined
  })
}

const rule = (label: string, maxRequests: number, duration: number, audience: Audience = ''): RateRule => ({ label, audience, duration, maxRequests })

/** Sets to begin with. */
export const PRESETS: { name: string; hint: string; rules: RateRule[] }[] = [
  {
    name: 'Default',
    hint: 'Two sign-ins in three seconds, 300 requests in ten.',
    rules: [rule('*:auth', 2, 3), rule('*:create', 20, 5), rule('/api/batch', 3, 1), rule('/api/', 300, 10)],
  },
  {
    name: 'Careful',
    hint: 'For what stands open to the world: guests get less than those who signed in.',
    rules: [
      rule('*:auth', 5, 60), rule('*:requestOTP', 3, 300), rule('*:requestPasswordReset', 3, 300),
      rule('*:create', 5, 60, '@guest'), rule('*:create', 60, 60, '@auth'), rule('/api/batch', 2, 10),
      rule('/api/', 100, 60, '@guest'), rule('/api/', 600, 60, '@auth'),
    ],
  },
  {
    name: 'Sign-in only',
    hint: 'Slows down who tries passwords, and nobody else.',
    rules: [rule('*:auth', 5, 60), rule('*:requestOTP', 3, 300), rule('*:requestPasswordReset', 3, 300)],
  },
]

/** A rule as a sentence. */
export function inWords({ label, audience, duration, maxRequests }: RateRule): string {
  const who = audience === '@guest' ? 'guests' : audience === '@auth' ? 'who is signed in' : 'everyone'
  return `${label} for ${who}, ${maxRequests} in ${duration} s`
}

/** What the server answers to an operation: an example of success in its real shape, and the errors that it can give. */
import type { Collection } from '../../api/collections'
import type { Operation } from './operations'
import { answeredRow, NO_ID, type Ground } from './samples'

export interface Success {
  status: number
  /** What is in the body, in words, where it is not shown. */
  text: string
  /** The body; none where it is empty or no text. */
  example?: string
}

export interface Failure {
  status: number
  when: string
}

export function successOf(operation: Operation, ground: Ground): Success {
  const row = answeredRow(ground)
  const { collection } = ground
  const signedIn = { record: row, token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…' }
  switch (operation.name) {
    case 'list':
      return json('The requested page.', { items: [row], page: 1, perPage: 30, totalItems: 1, totalPages: 1 })
    case 'view':
    case 'create':
    case 'update':
      return json('The record.', row)
    case 'realtime':
      return {
        status: 204, text: 'Subscribed. The stream then sends messages like this one:',
        example: `event:${collection.name}/*\ndata:${JSON.stringify({ record: row, action: 'update' }, null, 2)}`,
      }
    case 'auth-methods':
      return json('What is switched on, and how.', methodsOf(collection))
    case 'auth-with-password':
    case 'auth-with-otp':
    case 'auth-refresh':
    case 'impersonate':
      return json('The account and its token.', signedIn)
    case 'auth-with-oauth2':
      return json('The account, its token, and what the service says about it.', {
        meta: { id: '1234567', name: 'Some One', username: 'someone', email: 'someone@example.com', isNew: false, avatarURL: '', accessToken: '…' },
        ...signedIn,
      })
    case 'request-otp':
      return json('The id to send with the code.', { otpId: NO_ID })
    case 'file':
      return { status: 200, text: 'The file itself, with its type.' }
    case 'file-token':
      return json('A token to put into addresses of files.', { token: signedIn.token })
    case 'batch':
      return json('The answer to each write, in order.', [{ status: 200, body: row }])
    case 'import':
      return json('How many rows were good, and the first 100 bad ones.', {
        collection: collection.name, dryRun: true, rows: 1, created: 1, existing: 0, bad: 0, stopped: false, columns: { title: 'title' },
        ignored: [], errors: [],
      })
    case 'export':
      return { status: 200, text: 'A record on each line.', example: `${JSON.stringify(row)}\n` }
    default:
      return { status: 204, text: 'Done; the body is empty.' }
  }
}

function json(text: string, body: unknown): Success {
  return { status: 200, text, example: JSON.stringify(body, null, 2) }
}

function methodsOf({ passwordAuth, oauth2, otp, mfa }: Collection): unknown {
  const providers = (oauth2?.enabled ? oauth2.providers : []).map(({ name, displayName }) => ({
    name, displayName: displayName || name, state: '…', authURL: 'https://…&redirect_uri=', codeVerifier: '…', codeChallenge: '…', codeChallengeMethod: 'S256',
  }))
  const timed = (one: { enabled: boolean; duration: number } | undefined) => ({ enabled: one?.enabled === true, duration: one?.enabled ? one.duration : 0 })
  return {
    password: { enabled: passwordAuth?.enabled === true, identityFields: passwordAuth?.enabled ? passwordAuth.identityFields : [] },
    oauth2: { enabled: oauth2?.enabled === true, providers },
    otp: timed(otp),
    mfa: timed(mfa),
  }
}

/** The errors, by their statuses. */
export function failuresOf(operation: Operation, collection: Collection): Failure[] {
  const found = [...(OWN[operation.name] ?? []), ...ofRule(operation, collection), ...ofAll(operation)]
  return found.sort((one, other) => one.status - other.status)
}

const NOT_READ: Failure = { status: 400, when: 'The body cannot be read.' }
const BAD_VALUES: Failure = { status: 400, when: 'A value does not fit its field: data names each, with a code and a sentence.' }
const NO_RECORD: Failure = { status: 404, when: 'There is no such record, or the rule hides it from this caller.' }
const OTHER_VERSION: Failure = { status: 412, when: 'With If-Match: the record has changed since.' }
const TOO_LARGE: Failure = { status: 413, when: 'The body is too large.' }
const MAIL_FORM: Failure = { status: 400, when: 'The address is missing or not valid.' }
const BAD_TOKEN: Failure = { status: 400, when: 'The token is wrong, expired or used: data.token says which.' }
const SECOND_FACTOR: Failure = { status: 401, when: 'A second factor is needed: send it with the mfaId in this answer.' }
const NOT_ALLOWED: Failure = { status: 403, when: 'The sign-in rule does not admit this account.' }
const NO_TOKEN: Failure = { status: 401, when: 'Nobody is signed in.' }
const OTHER_ACCOUNT: Failure = { status: 403, when: 'The token is of an account of another collection.' }

const OWN: Partial<Record<Operation['name'], Failure[]>> = {
  list: [{ status: 400, when: 'filter, sort or a number is wrong.' }],
  view: [NO_RECORD],
  create: [NOT_READ, BAD_VALUES, TOO_LARGE],
  update: [NOT_READ, BAD_VALUES, NO_RECORD, OTHER_VERSION, TOO_LARGE],
  delete: [NO_RECORD, { status: 400, when: 'Another record needs it.' }, OTHER_VERSION],
  realtime: [
    { status: 400, when: 'The clientId is missing, or there are too many topics.' },
    { status: 403, when: 'The stream belongs to another caller: open a new one.' },
    { status: 404, when: 'There is no such stream any more.' },
  ],
  'auth-with-password': [{ status: 400, when: 'The password is wrong, or there is no such account: the answer is the same.' }, SECOND_FACTOR, NOT_ALLOWED],
  'auth-with-oauth2': [{ status: 400, when: 'The service refused the code, or the account could not be created.' }, SECOND_FACTOR, NOT_ALLOWED],
  'request-otp': [MAIL_FORM],
  'auth-with-otp': [
    { status: 400, when: 'The code is wrong or too old.' }, SECOND_FACTOR, NOT_ALLOWED, { status: 429, when: 'Too many tries: five in three minutes are allowed.' },
  ],
  'auth-refresh': [NO_TOKEN, OTHER_ACCOUNT],
  'request-verification': [MAIL_FORM],
  'request-password-reset': [MAIL_FORM],
  'confirm-verification': [BAD_TOKEN],
  'confirm-password-reset': [BAD_TOKEN, { status: 400, when: 'The password is too short, or the two differ.' }],
  'request-email-change': [
    { status: 400, when: 'The address is missing, unchanged or taken, or the mail could not be sent.' }, NO_TOKEN, OTHER_ACCOUNT,
  ],
  'confirm-email-change': [BAD_TOKEN, { status: 400, when: 'The password is wrong.' }],
  impersonate: [{ status: 400, when: 'The duration is not a whole number of seconds.' }, { status: 404, when: 'There is no such account.' }],
  file: [{ status: 404, when: 'There is no such file, or this caller may not see it.' }],
  'file-token': [NO_TOKEN],
  batch: [
    { status: 400, when: 'One write failed, so none was made: data.requests says which, with its status.' },
    { status: 403, when: 'Batches are switched off.' }, TOO_LARGE,
  ],
  import: [{ status: 400, when: 'A parameter is wrong, or the rows could not be read to their end.' }],
  export: [{ status: 400, when: 'filter, sort, fields or format is wrong.' }],
}

/** What follows from who may. */
function ofRule({ access, name }: Operation, collection: Collection): Failure[] {
  if (!('rule' in access)) {
    return access.superusers ? [NO_TOKEN, { status: 403, when: 'The caller is not a superuser.' }] : []
  }
  const rule = collection[access.rule]
  if (access.rule === 'authRule' || name === 'realtime' || name === 'file') return []
  if (rule === null) return [{ status: 403, when: 'The caller is not a superuser.' }]
  if (name === 'create' && rule !== '') return [{ status: 400, when: 'The rule does not let this caller create such a record.' }]
  return []
}

function ofAll({ path, name, access }: Operation): Failure[] {
  const isOfCollection = path.startsWith('/api/collections/') || name === 'file'
  const isLimited = !('rule' in access) ? !access.superusers : true
  return [
    ...(isOfCollection ? [{ status: 404, when: 'There is no such collection, or it was renamed.' }] : []),
    ...(isLimited && !(OWN[name] ?? []).some(({ status }) => status === 429) ? [{ status: 429, when: 'Too many requests, if limits are set.' }] : []),
  ]
}
